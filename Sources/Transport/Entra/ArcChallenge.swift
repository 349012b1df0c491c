import CurlClient
import Foundation
import Vocabulary

/// Arc's question: can you read this file? Its content is the answer.
///
/// Whoever listens on Arc's port could name any file, hence the checks.
///
/// - Source: `reference/entra-auth.md` §1.4, Arc challenge.
struct ArcChallenge {
    private let path: String?
    private let folder: String

    static let keyBytesMax = 4_096

    /// `folder` is where such files are.
    init(_ response: IncomingResponse, folder: String) {
        self.folder = folder
        path = response.header("WWW-Authenticate").flatMap(Self.realm)
    }

    /// What goes into `Authorization`.
    ///
    /// - Throws: ``TokenError/identity(_:)`` if no file is named, it is elsewhere, no plain file or too large.
    func key(for identity: ManagedIdentity) throws(TokenError) -> Secret {
        guard let path, isInFolder(path) else { throw .identity(IdentityFailure(identity, .badChallenge)) }
        func refusal(_ problem: String) -> TokenError {
            .identity(IdentityFailure(identity, .keyFile(path: path, problem: problem)))
        }
        // The attributes are the link's own where it is one.
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
            throw refusal("is not there or its folder may not be entered")
        }
        guard attributes[.type] as? FileAttributeType == .typeRegular else {
            throw refusal("is no plain file")
        }
        guard let data = FileManager.default.contents(atPath: path) else { throw refusal("may not be read") }
        guard data.count <= Self.keyBytesMax else {
            throw refusal("is larger than \(Self.keyBytesMax) bytes")
        }
        let content = Secret(Array(data)).trimmed
        let isSendable = content.withBytes { bytes in
            !bytes.isEmpty && bytes.allSatisfy { (0x20...0x7E).contains($0) }
        }
        guard isSendable else { throw refusal("holds no key") }
        return content.withBytes { Secret(Array("Basic ".utf8) + $0) }
    }

    private func isInFolder(_ path: String) -> Bool {
        guard path.hasPrefix(folder + "/") else { return false }
        let name = path.dropFirst(folder.utf8.count + 1)
        return name.hasSuffix(".key") && !name.hasPrefix(".") && !name.utf8.contains(0x2F)
            && !name.utf8.contains(0)
    }

    /// `Basic realm=PATH`, the path with or without quotes.
    private static func realm(_ header: String) -> String? {
        guard let found = header.firstMatch(of: /^[Bb]asic\s+[Rr]ealm=(.+)$/) else { return nil }
        var path = Substring(found.1).trimmingCharacters(in: .whitespaces)
        if path.hasPrefix("\""), path.hasSuffix("\""), path.count >= 2 {
            path = String(path.dropFirst().dropLast())
        }
        return path
    }
}
