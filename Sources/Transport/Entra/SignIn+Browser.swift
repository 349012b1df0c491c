import Cryptography
import Foundation
import Vocabulary

/// A sign-in that a browser is to make, and what its answer is checked with.
package struct BrowserSignIn: Sendable {
    /// The address to open; it holds nothing secret.
    package let page: String
    /// Where the answer comes, such as `http://localhost:49152`.
    package let redirect: String
    let state: String
    let nonce: String
    let verifier: Secret
    let correlation: String

    /// True for the query of an answer to this very sign-in, whatever it says.
    package func isAnswered(by query: String) -> Bool {
        guard let fields = Self.fields(query), let sent = fields["state"] else { return false }
        return isEqualInConstantTime(Array(sent.utf8), Array(state.utf8))
    }

    /// Reads `a=b&c=d`; nil if an escape is broken or a name comes twice.
    static func fields(_ query: String) -> [String: String]? {
        guard query.utf8.count <= 16_384 else { return nil }
        var fields: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let texts = halves.map { $0.replacing("+", with: " ").removingPercentEncoding }
            guard let name = texts[0], let value = texts.count > 1 ? texts[1] : "" else { return nil }
            guard fields.updateValue(value, forKey: name) == nil else { return nil }
        }
        return fields
    }
}

/// Authorization code with PKCE (RFC 7636) and a loopback redirect (RFC 8252).
extension SignIn {
    /// Begins: the person opens the page in a browser on this machine.
    ///
    /// - Parameters:
    ///   - redirect: `http://localhost:PORT` of a listener that is there already; Entra ignores the port.
    ///   - claims: The decoded `claims` of a challenge, which goes with the sign-in.
    /// - Returns: What to open, and what the answer is checked with.
    package func beginBrowser(redirect: String, claims: String? = nil) -> BrowserSignIn {
        // 32 bytes are 43 characters, the shortest verifier there may be and enough.
        let verifier = Base64.encodeURL(random(32))
        let state = Base64.encodeURL(random(24))
        let nonce = Base64.encodeURL(random(24))
        let correlation = makeIdentifier()
        var fields = [
            ("client_id", settings.client), ("response_type", "code"), ("redirect_uri", redirect),
            ("response_mode", "query"), ("scope", scope), ("state", state), ("nonce", nonce),
            ("code_challenge", Base64.encodeURL(Digest.of(Array(verifier.utf8)))),
            ("code_challenge_method", "S256"), ("prompt", "select_account"),
            ("client-request-id", correlation),
        ]
        if let claims { fields.append(("claims", claims)) }
        let query = fields.map { TokenRequest.field($0.0, $0.1) }.joined(separator: "&")
        return BrowserSignIn(
            page: "\(settings.authorizeURL)?\(query)",
            redirect: redirect,
            state: state,
            nonce: nonce,
            verifier: Secret(verifier),
            correlation: correlation
        )
    }

    /// Ends it with what the browser brought.
    ///
    /// - Parameters:
    ///   - begun: What ``beginBrowser(redirect:claims:)`` gave.
    ///   - query: The query of the request to the redirect address, as it came.
    /// - Returns: The person's tokens.
    /// - Throws: ``SignInError/foreign(_:)`` for an answer to another sign-in; nothing is sent then.
    package func finish(_ begun: BrowserSignIn, query: String) async throws(SignInError) -> SignedIn {
        guard begun.isAnswered(by: query), let fields = BrowserSignIn.fields(query) else {
            throw .foreign("an answer to another sign-in")
        }
        if let error = fields["error"] { throw Self.refusal(error, fields) }
        guard let code = fields["code"], !code.isEmpty else { throw .foreign("an answer without a code") }
        var request = request(to: settings.tokenURL, begun.correlation)
        request.add("grant_type", "authorization_code")
        request.add("code", secret: Secret(code))
        request.add("redirect_uri", begun.redirect)
        request.add("code_verifier", secret: begun.verifier)
        request.add("scope", scope)
        switch try await redeem(request, as: "the browser's code", nonce: begun.nonce) {
        case .granted(let signedIn): return signedIn
        case .failed(let error, _): throw .token(error)
        }
    }

    private static func refusal(_ error: String, _ fields: [String: String]) -> SignInError {
        let description = fields["error_description"] ?? ""
        let digits = description.components(separatedBy: "AADSTS").dropFirst().first?.prefix {
            $0.isASCII && $0.isNumber
        }
        let number = digits.flatMap { Int($0) }
        // AADSTS65004: the person said no to what the application may do.
        guard error != "access_denied" || (number != nil && number != 65_004) else { return .declined }
        let isWord =
            error.utf8.count <= 60 && error.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F }
        let refusal = EntraRefusal(
            status: 302,
            error: isWord ? error : "error",
            number: number,
            sentence: TokenAnswer.sentence(of: description),
            credential: "the browser's sign-in"
        )
        return .token(.refused(refusal))
    }
}
