import Cryptography
import Foundation
import Vocabulary

/// Where everything of one demonstration lies; only this user may look, and it goes with the demonstration.
struct DemoFolder: Sendable {
    let path: String

    init() throws(DemoFailure) {
        let name = "bascule-demo-\(UUID().uuidString.lowercased())"
        path = FileManager.default.temporaryDirectory.appending(path: name).path(percentEncoded: false)
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw .noFolder(error.localizedDescription)
        }
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ name: String, _ text: String) throws(DemoFailure) {
        let isMade = FileManager.default.createFile(
            atPath: file(name),
            contents: Data(text.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        guard isMade else { throw .noFolder(file(name)) }
    }

    /// A secret nobody knows, in a file of its own.
    func writeSecret(_ name: String) throws(DemoFailure) {
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
        try write(name, Hex.encode(bytes) + "\n")
    }

    /// Nothing if there is no such file.
    func read(_ name: String) -> String {
        FileManager.default.contents(atPath: file(name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Removes it with everything in it; one that is gone already is fine.
    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
