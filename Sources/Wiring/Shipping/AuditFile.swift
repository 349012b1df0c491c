import Foundation
import JSONReader

/// The file to which the audit is shipped: one JSON line a row or checkpoint, appended and synchronised.
struct AuditFile: AuditDestination {
    let name = "file"
    let path: String

    func take(_ shipment: AuditShipment) async throws {
        if !FileManager.default.fileExists(atPath: path) {
            let mode: [FileAttributeKey: Any] = [.posixPermissions: 0o640]
            guard FileManager.default.createFile(atPath: path, contents: nil, attributes: mode) else {
                throw CocoaError(.fileWriteNoPermission)
            }
        }
        guard let handle = FileHandle(forUpdatingAtPath: path) else {
            throw CocoaError(.fileWriteNoPermission)
        }
        defer { try? handle.close() }
        var text = shipment.lines.map { $0.encodedText + "\n" }.joined()
        let end = try handle.seekToEnd()
        if end > 0 {
            // A crash may have cut the last line short: what comes now begins a line of its own.
            try handle.seek(toOffset: end - 1)
            if try handle.read(upToCount: 1) != Data([0x0A]) { text = "\n" + text }
        }
        try handle.write(contentsOf: Data(text.utf8))
        try handle.synchronize()
    }
}
