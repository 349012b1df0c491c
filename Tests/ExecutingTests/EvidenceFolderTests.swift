import Foundation
import Testing
import Vocabulary

@testable import Observing

/// The folder of packages beside what others keep there.
final class EvidenceFolderTests {
    private let path = NSTemporaryDirectory() + "/evidence-\(UUID().uuidString.prefix(8))"
    private let job = JobID("j-01m859tdp6p1sn972q6h6d1nfd")
    private let longAgo = Date(timeIntervalSinceNow: -90 * 86_400)

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    private func file(_ name: String, bytes: Int, changed: Date = Date()) {
        FileManager.default.createFile(
            atPath: "\(path)/\(name)",
            contents: Data(repeating: 7, count: bytes),
            attributes: [.modificationDate: changed]
        )
    }

    private func evidence(_ totalBytesMax: Int64 = 1_000) -> EvidenceFolder {
        EvidenceFolder(folder: path, totalBytesMax: totalBytesMax, keepFor: .seconds(30 * 86_400))
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    @Test func `old packages go, and nothing that the folder did not write`() async throws {
        file("j-01m8000000000000000000000a.zip", bytes: 400, changed: longAgo)
        file("j-01m8000000000000000000000b.zip.partial", bytes: 400, changed: longAgo)
        file("j-01m8000000000000000000000c.zip", bytes: 300)
        file("notes.txt", bytes: 100, changed: longAgo)
        let found = "\(path)/lost+found"
        try FileManager.default.createDirectory(atPath: found, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.modificationDate: longAgo], ofItemAtPath: found)

        let place = try await evidence().makePlace(for: job, now: .now())
        #expect(try names() == ["j-01m8000000000000000000000c.zip", "lost+found", "notes.txt"])
        #expect(place.bytesMax == 600)
    }

    @Test func `a finished package replaces one of the same name`() async throws {
        let evidence = evidence()
        file("\(job.text).zip", bytes: 3)
        let place = try await evidence.makePlace(for: job, now: .now())
        file("\(place.name).partial", bytes: 5)
        try await evidence.keep(place)
        #expect(try names() == [place.name])
        #expect(try Data(contentsOf: URL(filePath: place.path)).count == 5)
    }
}
