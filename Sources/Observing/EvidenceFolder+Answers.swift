import Cryptography
package import Enqueuing
import Foundation
package import Vocabulary

extension EvidenceFolder {
    /// Keeps the whole result of a look-up that has no room in the ledger.
    ///
    /// - Parameters:
    ///   - bytes: A JSON array of rows.
    ///   - job: The look-up; the file bears its id.
    ///   - now: What is too old is deleted first.
    /// - Returns: The file's name, digest and size.
    /// - Throws: ``EvidenceError`` where there is no room or the folder cannot be used.
    package func keepAnswer(_ bytes: [UInt8], of job: JobID, now: Timestamp) async throws -> EvidenceNote {
        let place = try makePlace(for: job, ending: .json, now: now)
        do {
            guard Int64(bytes.count) <= place.bytesMax else {
                throw EvidenceError.full(totalBytesMax: place.bytesMax)
            }
            try Data(bytes).write(to: URL(fileURLWithPath: place.partialPath))
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600],
                ofItemAtPath: place.partialPath
            )
            try keep(place)
        } catch {
            discard(place)
            throw error
        }
        let digest = Hex.encode(Digest.of(bytes))
        return EvidenceNote(file: place.name, sha256: digest, bytes: Int64(bytes.count))
    }
}
