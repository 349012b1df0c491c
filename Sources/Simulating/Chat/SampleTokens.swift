import JSONReader
import Vocabulary

/// Signs tokens as a provider would, so that a delivery can be made up; no provider has such an address.
enum SampleTokens {
    private static let life: Int64 = 3_600

    /// `issuer`, `audience`, and `serviceUrl` or `email` where the token names one.
    static func sign(_ call: SimulatedCall, _ mint: TokenMint) -> SimulatedAnswer {
        guard let wish = try? JSONReader.read(call.body, root: .object), let issuer = wish["issuer"]?.string,
            let audience = wish["audience"]?.string
        else { return .json(400, ["error": "The body needs issuer and audience."]) }
        let now = call.at.seconds
        var claims: [String: JSONValue] = [
            "iss": .string(issuer), "aud": .string(audience), "nbf": .integer(now - 300),
            "exp": .integer(now + life),
        ]
        claims["serviceurl"] = wish["serviceUrl"]
        if let email = wish["email"] {
            claims["email"] = email
            claims["email_verified"] = true
        }
        guard let token = try? mint.sign(claims) else {
            return .json(500, ["error": "The key does not sign."])
        }
        return .json(200, ["token": .string(token)])
    }
}
