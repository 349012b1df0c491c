import Cryptography
import Foundation
import JSONReader
import Vocabulary

/// A token of another issuer, as a file holds it now: the platform replaces it about every hour.
///
/// - Source: `reference/entra-auth.md` §1.3, workload identity federation.
struct FederatedToken {
    /// What is sent, verbatim but for blanks around it.
    let text: Secret
    private let path: String
    private let claims: JSONValue

    /// Such tokens have one or two thousand bytes; a larger file is another file.
    static let bytesMax = 64 << 10

    /// Reads the file.
    ///
    /// - Throws: ``TokenError/credential(problem:fix:)`` if it cannot be read or holds no JWT.
    init(path: String) throws(TokenError) {
        self.path = path
        text = try Self.content(of: path).trimmed
        guard let claims = TokenClaims.payload(of: text) else {
            throw .credential(
                problem: "The federated token file \(path) holds no JSON web token.",
                fix: "Name the file that the platform writes, such as $AZURE_FEDERATED_TOKEN_FILE."
            )
        }
        self.claims = claims
    }

    /// `exp`; nil if the token has none that is a time.
    var expiresAt: Timestamp? {
        guard let seconds = claims["exp"]?.number, (0...Double(1 << 40)).contains(seconds) else { return nil }
        return Timestamp(seconds: Int64(seconds))
    }

    /// What Entra ID compares with the application's federated credential, to the letter.
    var shown: String {
        let audience = claims["aud"]?.string ?? claims["aud"]?.array?.first?.string
        let parts = [
            ("issuer", claims["iss"]?.string), ("subject", claims["sub"]?.string), ("audience", audience),
        ]
        .map { "\($0) \($1.map(Self.cut) ?? "none")" }
        return "the federated token of " + parts.joined(separator: ", ")
    }

    /// Says what Entra would say, without asking it.
    func checkTime(_ now: Timestamp) throws(TokenError) {
        guard let expiresAt, expiresAt <= now else { return }
        throw .staleToken(path: path, endedAt: expiresAt)
    }

    /// Foreign text in a message: printable and short.
    private static func cut(_ text: String) -> String {
        let printable = text.unicodeScalars.filter { !CharacterSet.controlCharacters.contains($0) }
        return "`\(String(String.UnicodeScalarView(printable)).prefix(200))`"
    }

    /// The file behind a link counts: the platform swaps links.
    private static func content(of path: String) throws(TokenError) -> Secret {
        let file = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: file) else {
            throw .credential(
                problem: "There is no federated token file \(path).",
                fix: "Check the name, and that the platform projects a token into this container."
            )
        }
        guard attributes[.type] as? FileAttributeType == .typeRegular,
            let size = (attributes[.size] as? NSNumber)?.intValue, size <= bytesMax
        else {
            throw .credential(
                problem: "\(path) is no file of at most \(bytesMax >> 10) KiB.",
                fix: "Name the file that holds the federated token and nothing else."
            )
        }
        guard let data = FileManager.default.contents(atPath: file), data.count <= bytesMax else {
            throw .credential(
                problem: "The federated token file \(path) cannot be read.",
                fix: "Check who owns it and whom the bridge runs as."
            )
        }
        return Secret(Array(data))
    }
}
