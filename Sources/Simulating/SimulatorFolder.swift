import Cryptography
import Foundation
import Vocabulary

/// A private folder with the PEM files of a simulator, until it is removed.
package struct SimulatorFolder: Sendable {
    package let path: String

    /// The authority that a client has to trust.
    package var authorityPath: String { path + "/ca.pem" }
    /// The application's certificate and key.
    package var certificatePath: String { path + "/app.pem" }

    /// Writes the files into a new folder that only this user may read.
    ///
    /// - Parameters:
    ///   - keys: What is written.
    ///   - parent: An existing folder; nil takes the system's place for temporary files.
    /// - Throws: What the file system says; then nothing is left behind.
    package init(_ keys: SimulatorKeys, parent: String? = nil) throws {
        let place = parent ?? FileManager.default.temporaryDirectory.path
        path = place + "/bascule-simulator-" + UUID().uuidString.lowercased()
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        do {
            try Self.write(keys.authority.pem(), authorityPath)
            try keys.clientPEM.withBytes { try Self.write($0, certificatePath) }
        } catch {
            remove()
            throw error
        }
    }

    /// Removes folder and files; a folder that is gone already is fine.
    package func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }

    private static func write(_ bytes: [UInt8], _ path: String) throws {
        let isMade = FileManager.default.createFile(
            atPath: path,
            contents: Data(bytes),
            attributes: [.posixPermissions: 0o600]
        )
        guard isMade else { throw CocoaError(.fileWriteUnknown) }
    }
}
