import Cryptography
import JSONReader

/// A JSON web token (RFC 7519) in its three parts, read but not yet believed.
struct WebToken {
    /// Larger parts are no token of a chat system.
    private static let partBytesMax = 16 << 10

    let header: JSONValue
    let claims: JSONValue
    /// What is signed: the first two parts as they came.
    let signedText: [UInt8]
    let signature: [UInt8]

    init(_ text: String) throws(VerificationFailure) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else {
            throw .webToken(.malformed("has not three parts with dots between them"))
        }
        header = try Self.object(parts[0], called: "header")
        claims = try Self.object(parts[1], called: "second part")
        guard let signature = Base64.decodeURL(parts[2]) else {
            throw .webToken(.malformed("has a signature that is no unpadded base64url"))
        }
        self.signature = signature
        signedText = Array("\(parts[0]).\(parts[1])".utf8)
    }

    /// A finite number; nil if there is none.
    func number(_ name: String) throws(VerificationFailure) -> Double? {
        guard let value = claims[name] else { return nil }
        guard let number = value.number, number.isFinite else {
            throw .webToken(.malformed("has something else than a number as \(name)"))
        }
        return number
    }

    private static func object(_ part: String, called name: String) throws(VerificationFailure) -> JSONValue {
        guard let bytes = Base64.decodeURL(part) else {
            throw .webToken(.malformed("has a \(name) that is no unpadded base64url"))
        }
        guard let value = try? JSONReader.read(bytes, root: .object, bytesMax: partBytesMax) else {
            throw .webToken(.malformed("has a \(name) that is no JSON object"))
        }
        return value
    }
}
