import Cryptography
import Deciding
import Enqueuing
import Foundation
import JSONReader
import Logging
import Showing
import Testing
import Vocabulary

@testable import Wiring

/// Files that wait for their upload.
final class StagingTests {
    private let path = NSTemporaryDirectory() + "staging-\(UUID().uuidString)"
    private let bytes = Array("hello".utf8)
    private let digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

    deinit { try? FileManager.default.removeItem(atPath: path) }

    private var staging: StagingFolder { StagingFolder(folder: path) }

    private func names() -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? []
    }

    @Test func `a file comes in pieces and counts once it is whole and right`() async throws {
        let staging = staging
        #expect(try await staging.take(Array(bytes.prefix(2)), of: digest, at: 0, total: 5) == 2)
        #expect(await staging.file(digest) == nil)
        #expect(try await staging.take(Array(bytes.dropFirst(2)), of: digest, at: 2, total: 5) == 5)
        #expect(await staging.file(digest) == bytes)
        #expect(names() == [digest])
        #expect(try await staging.take(Array(bytes.prefix(2)), of: digest, at: 0, total: 5) == 5)
        // What was changed on the disk is not what was asked for.
        #expect(writeText("hullo", to: "\(path)/\(digest)"))
        #expect(await staging.file(digest) == nil)
    }

    @Test func `what does not fit is refused`() async throws {
        let staging = staging
        await #expect(throws: StagingError.gap) {
            try await staging.take([1], of: self.digest, at: 1, total: 5)
        }
        _ = try await staging.take([1], of: digest, at: 0, total: 3)
        await #expect(throws: StagingError.gap) {
            try await staging.take([1], of: self.digest, at: 2, total: 3)
        }
        await #expect(throws: StagingError.size) {
            try await staging.take([1], of: self.digest, at: 3, total: 3)
        }
        await #expect(throws: StagingError.size) {
            try await staging.take([1], of: self.digest, at: .max, total: 3)
        }
        await #expect(throws: StagingError.size) {
            try await staging.take([1], of: self.digest, at: 0, total: 20_000_001)
        }
        await #expect(throws: StagingError.noDigest) {
            try await staging.take([1], of: "../x", at: 0, total: 1)
        }
        await #expect(throws: StagingError.otherDigest) {
            try await staging.take([2, 3], of: self.digest, at: 1, total: 3)
        }
        #expect(names() == [])
    }

    @Test func `a staged file goes with its job, and one without a job after an hour`() async throws {
        let staging = staging
        _ = try await staging.take(bytes, of: digest, at: 0, total: 5)
        let written = Timestamp.now()
        await staging.tidy(open: [], ended: [digest: written - .seconds(60)], now: written)
        #expect(names() == [digest])
        await staging.tidy(
            open: [digest],
            ended: [digest: written + .seconds(60)],
            now: written + .seconds(9_000)
        )
        #expect(names() == [digest])
        await staging.tidy(open: [], ended: [digest: written + .seconds(60)], now: written + .seconds(61))
        #expect(await staging.isEmpty)
        _ = try await staging.take(bytes, of: digest, at: 0, total: 5)
        await staging.tidy(open: [], ended: [:], now: written + .seconds(3_500))
        #expect(await !staging.isEmpty)
        await staging.tidy(open: [], ended: [:], now: written + .seconds(3_700))
        #expect(await staging.isEmpty)
    }

    @Test func `the desk takes pieces of those who may upload`() async throws {
        let scene = OperatorScene(grants: [OperatorScene.grant(1, ["library-upload"], to: "mia")])
        var desk = scene.desk
        func hand(by user: String, to folder: StagingFolder?) async throws -> (Int, String?) {
            desk.staging = folder
            let answer = await desk.answer(
                ControlRequest(
                    user: user,
                    userID: 1_000,
                    method: "POST",
                    path: "/staged/\(digest)/0/5",
                    query: [:],
                    body: bytes
                )
            )
            return (answer.status, try JSONReader.read(answer.json)["error"]?.string)
        }
        #expect(try await hand(by: "mia", to: nil) == (409, "staging.no-folder"))
        #expect(try await hand(by: "omar", to: staging).0 == 403)
        #expect(names() == [])
        #expect(try await hand(by: "mia", to: staging) == (200, nil))
        #expect(names() == [digest])
        let keeper = StagingKeeper(
            staging: staging,
            ledger: scene.ledger,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        await keeper.tidyOnce()
    }

    @Test(arguments: [
        (["library-upload", "a.sh"], ["library-upload", "a.sh", "with", "sha256=ab"]),
        (
            ["library-upload", "a.sh", "With", "description=x", "because", "with care"],
            ["library-upload", "a.sh", "With", "sha256=ab", "description=x", "because", "with care"]
        ),
        (
            ["library-upload", "a.sh", "because", "with", "care"],
            ["library-upload", "a.sh", "with", "sha256=ab", "because", "with", "care"]
        ),
    ])
    func `the digest is named in the words`(words: [String], named: [String]) {
        #expect(RunCommand.naming("ab", in: words) == named)
    }

    private func writeText(_ text: String, to path: String) -> Bool {
        FileManager.default.createFile(atPath: path, contents: Data(text.utf8))
    }
}
