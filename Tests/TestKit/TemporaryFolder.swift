import Foundation

/// A new folder of one test, gone with ``remove()``.
package struct TemporaryFolder: Sendable {
    private let root: String

    package init() throws {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent(
            "bascule-\(UUID().uuidString)"
        )
        try FileManager.default.createDirectory(
            at: place,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        root = place.path
    }

    /// Makes a folder, does `work` in it and removes it.
    package static func with<Result>(_ work: (TemporaryFolder) async throws -> Result) async throws -> Result
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        return try await work(folder)
    }

    package func path(_ name: String) -> String { "\(root)/\(name)" }

    /// Writes a file that only its owner may read, whole or not at all.
    package func write(_ text: String, to name: String) throws {
        let draft = path("\(name).draft")
        _ = FileManager.default.createFile(
            atPath: draft,
            contents: Data(text.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        guard rename(draft, path(name)) == 0 else { throw POSIXError(.EIO) }
    }

    package func contents(of name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: path(name)).map { Array($0) }
    }

    package func remove() {
        try? FileManager.default.removeItem(atPath: root)
    }
}
