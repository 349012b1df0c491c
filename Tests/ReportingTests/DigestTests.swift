import Enqueuing
import Testing
import Vocabulary

@testable import Reporting

/// When a digest is written.
struct DigestTests {
    // MARK: When

    @Test func `one is written at its time, once, where the settings say`() async throws {
        let rig = try DigestRig("2026-11-02T05:00:00Z")
        #expect(try await rig.look(at: "2026-11-02T05:00:00Z").isEmpty)
        #expect(try await rig.look(at: "2026-11-02T05:59:59.999Z").isEmpty)
        let written = try await rig.look(at: "2026-11-02T06:00:00Z")
        #expect(written.map(\.audience) == [DigestRig.room])
        #expect(written.map(\.job) == [nil])
        // Restarts and more looks write no second one.
        #expect(try await rig.look(at: "2026-11-02T06:00:00Z").count == 1)
        #expect(try await rig.look(at: "2026-11-03T05:59:59Z").count == 1)
        #expect(try await rig.look(at: "2026-11-03T06:00:00Z").count == 2)
    }

    @Test func `it sleeps until its time, at most an hour`() async throws {
        let rig = try DigestRig("2026-11-02T05:48:30Z")
        #expect(try await rig.digest.writeIfDue() == .seconds(690))
        try rig.move(to: "2026-11-02T06:00:00Z")
        #expect(try await rig.digest.writeIfDue() == .seconds(3_600))
        rig.choose(nil)
        #expect(try await rig.digest.writeIfDue() == .seconds(3_600))
    }

    @Test func `each night on which clocks are moved has one`() async throws {
        let rig = try DigestRig("2026-03-28T05:00:00Z")
        var settings = try #require(rig.chosen)
        settings.schedule.minuteOfDay = 150
        rig.choose(settings)
        try await rig.look(at: "2026-03-28T05:00:00Z")
        #expect(try await rig.look(at: "2026-03-29T00:59:59Z").isEmpty)
        #expect(try await rig.look(at: "2026-03-29T01:00:00Z").count == 1)
        #expect(try await rig.look(at: "2026-03-29T23:00:00Z").count == 1)
        let autumn = try DigestRig("2026-10-24T12:00:00Z")
        autumn.choose(settings)
        try await autumn.look(at: "2026-10-24T12:00:00Z")
        #expect(try await autumn.look(at: "2026-10-25T00:30:00Z").count == 1)
        #expect(try await autumn.look(at: "2026-10-25T01:30:00Z").count == 1)
        #expect(try await autumn.look(at: "2026-10-26T01:30:00Z").count == 2)
    }

    @Test func `a bridge that was down at the time makes up for it, and says so`() async throws {
        let rig = try DigestRig("2026-11-01T07:00:00Z")
        try await rig.look(at: "2026-11-01T07:00:00Z")
        let late = try #require(try await rig.look(at: "2026-11-02T18:00:00Z").first)
        #expect(
            late.notice.text == """
                Digest of 2026-11-02 07:00 (Europe/Stockholm).
                It was due at 2026-11-02T06:00:00Z, comes late, and says what is so now.
                Nothing is open.
                Nothing failed, timed out, expired or was denied since 2026-11-01T07:00:00Z.
                """
        )
        #expect(try await rig.look(at: "2026-11-02T18:00:01Z").count == 1)
        #expect(try await rig.look(at: "2026-11-03T06:00:00Z").count == 2)
    }

    @Test func `what is later than half a day is left out, and the next one counts from the last`()
        async throws
    {
        let rig = try DigestRig("2026-11-01T07:00:00Z")
        try await rig.look(at: "2026-11-01T07:00:00Z")
        try await rig.ledger.write {
            let failed = digestJob("j-1", .failed, since: "2026-11-01T08:00:00Z")
            _ = try $0.insert(failed)
        }
        #expect(try await rig.look(at: "2026-11-02T18:00:00.001Z").isEmpty)
        let next = try #require(try await rig.look(at: "2026-11-03T06:00:00Z").first)
        #expect(next.notice.text.contains("Not done since 2026-11-01T07:00:00Z: 1 failed"))
    }

    @Test func `switched off and on again it begins anew`() async throws {
        let rig = try DigestRig("2026-11-01T05:00:00Z")
        let settings = rig.chosen
        #expect(try await rig.look(at: "2026-11-01T06:30:00Z").isEmpty)
        rig.choose(nil)
        #expect(try await rig.look(at: "2026-11-02T06:30:00Z").isEmpty)
        rig.choose(settings)
        #expect(try await rig.look(at: "2026-11-20T06:30:00Z").isEmpty)
        let first = try #require(try await rig.look(at: "2026-11-21T06:00:00Z").first)
        #expect(first.notice.text.contains("since 2026-11-20T06:30:00Z"))
    }

    @Test func `a clock that is put right silences it no longer than a day`() async throws {
        let rig = try DigestRig("2027-05-01T12:00:00Z")
        try await rig.look(at: "2027-05-01T12:00:00Z")
        #expect(try await rig.look(at: "2026-11-02T05:00:00Z").isEmpty)
        #expect(try await rig.look(at: "2026-11-02T06:00:00Z").count == 1)
        // By a little, nothing is repeated.
        #expect(try await rig.look(at: "2026-11-02T05:59:59Z").count == 1)
        #expect(try await rig.look(at: "2026-11-02T06:00:00Z").count == 1)
    }

    @Test(.timeLimit(.minutes(1)))
    func `the service writes when rung, and stops when told`() async throws {
        let rig = try DigestRig("2026-11-02T05:00:00Z")
        try await rig.look(at: "2026-11-02T05:00:00Z")
        try rig.move(to: "2026-11-02T06:00:00Z")
        let changes = rig.ledger.changes()
        let service = Task { [digest = rig.digest] in try await digest.run() }
        for await _ in changes { break }
        #expect(try await rig.written().count == 1)
        try rig.move(to: "2026-11-03T06:00:00Z")
        rig.bell.ring()
        for await _ in changes { break }
        #expect(try await rig.written().count == 2)
        service.cancel()
        try await service.value
    }
}
