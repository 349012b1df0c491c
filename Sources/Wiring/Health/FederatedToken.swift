import Cryptography
import Foundation
import JSONReader
import Vocabulary

/// The end of a token that somebody else writes into a file.
enum FederatedToken {
    /// Larger files are none.
    private static let bytesMax = 64 << 10

    /// Read each time, because it is replaced in place; nil if there is no JWT with an end.
    static func end(ofFile path: String) -> Timestamp? {
        guard let data = FileManager.default.contents(atPath: path), data.count <= bytesMax else {
            return nil
        }
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Base64.decodeURL(String(parts[1]).replacing("=", with: "")),
            let claims = try? JSONReader.read(payload, root: .object),
            let end = claims["exp"]?.number
        else { return nil }
        return Int64(exactly: end.rounded(.down)).map { Timestamp(seconds: $0) }
    }
}
