import Catalogue
import Cryptography
import Foundation
import JSONReader
import Vocabulary

/// `run library-upload NAME --file PATH`: the bytes go first, then the wish with their digest.
extension RunCommand {
    /// What of a file goes at a time; the socket takes a megabyte.
    private static let pieceBytes = 768 << 10

    /// True for the one action whose file is no text of a parameter.
    var uploads: Bool { words.first?.lowercased() == Catalogue.libraryUpload.word }

    /// Hands the file over and names its digest in the words.
    ///
    /// - Returns: The words with the digest; as they are without a file, for one that was handed over before.
    func handedOver(_ access: OperatorAccess) async throws -> [String] {
        guard uploads, let file else { return words }
        let bytes: [UInt8]
        do {
            bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
        } catch {
            CommandEnd.complain("error: The file \(file) cannot be read.")
            throw CommandEnd.usage
        }
        guard (1...Catalogue.libraryFileBytesMax).contains(bytes.count) else {
            let (message, fix) = (StagingError.size.message, StagingError.size.fix)
            CommandEnd.complain("error: \(message) \(fix)")
            throw CommandEnd.usage
        }
        let digest = Hex.encode(Digest.of(bytes))
        var offset = 0
        while offset < bytes.count {
            let piece = Array(bytes[offset..<min(offset + Self.pieceBytes, bytes.count)])
            let path = "/staged/\(digest)/\(offset)/\(bytes.count)"
            let answer = try await access.hand(piece, to: path)
            // It may be there already, from an earlier try.
            offset = max(answer["bytes"]?.integer.flatMap { Int(exactly: $0) } ?? 0, offset + piece.count)
        }
        return Self.naming(digest, in: words)
    }

    /// `with` may be said already; a reason goes to the end.
    static func naming(_ digest: String, in words: [String]) -> [String] {
        let setting = "\(Catalogue.digestParameter)=\(digest)"
        let reason = words.firstIndex { $0.lowercased() == "because" } ?? words.endIndex
        var all = words
        if let with = words[..<reason].firstIndex(where: { $0.lowercased() == "with" }) {
            all.insert(setting, at: with + 1)
        } else {
            all.insert(contentsOf: ["with", setting], at: reason)
        }
        return all
    }
}
