import Enqueuing
import JSONReader
import Testing
import Vocabulary

@testable import Reporting

/// What a digest says.
struct DigestContentTests {
    @Test func `that nothing is open is said too`() async throws {
        let rig = try DigestRig("2026-11-01T05:00:00Z")
        let text = try await rig.text { _ in }
        #expect(
            text == """
                Digest of 2026-11-02 07:00 (Europe/Stockholm).
                Nothing is open.
                Nothing failed, timed out, expired or was denied since 2026-11-01T07:00:00Z.
                """
        )
        #expect(try await rig.written().map(\.notice.tone) == [.good])
    }

    @Test func `everything open is said, what ends soonest first, and what is overdue`() async throws {
        let rig = try DigestRig("2026-11-01T05:00:00Z")
        let text = try await rig.text { transaction in
            let laptop = try digestMachine(1)
            try transaction.put(
                digestClaim(
                    1,
                    ticket: "SEC-1",
                    reason: "beacon",
                    on: laptop,
                    named: "laptop-7",
                    ends: "2026-11-02T08:00:00Z"
                )
            )
            try transaction.put(digestClaim(2, by: "omar", on: laptop, named: "laptop-7"))
            try transaction.put(digestClaim(3, on: try digestMachine(2), named: "a-server"))
            try transaction.put(
                digestClaim(4, on: try digestMachine(3), named: "z-late", ends: "2026-11-02T05:59:00Z")
            )
            try transaction.put(
                digestClaim(5, on: try digestMachine(4), named: "held", ends: "2026-11-02T05:00:00Z")
            )
            // Within a minute of its end a containment is not overdue.
            try transaction.put(
                digestClaim(6, on: try digestMachine(5), named: "just", ends: "2026-11-02T05:59:00.001Z")
            )
            var pending = digestClaim(7, on: try digestMachine(6), named: "pending")
            pending.containedAt = nil
            try transaction.put(pending)
            var release = digestJob("j-50", .held, to: "release", on: "held", since: "2026-11-02T04:00:00Z")
            release.origin = .timeBox(of: JobID("j-5"))
            release.outcome = Outcome(code: "held-back", message: "omar wants no automatic release.")
            _ = try transaction.insert(release)
            try ForeignContainment.put(
                ForeignContainment(
                    machine: try digestMachine(9),
                    machineName: "kiosk",
                    by: "ola@corp.example",
                    since: transaction.now,
                    actionID: "a-1"
                ),
                in: transaction
            )
        }
        #expect(
            text == """
                Digest of 2026-11-02 07:00 (Europe/Stockholm).
                Contained by Bascule: 6
                • held: mia [no reason given], since 2026-11-01T12:00:00Z, held: `go j-50` lets it end
                • OVERDUE z-late: mia [no reason given], since 2026-11-01T12:00:00Z, was to end 2026-11-02T05:59:00Z
                • just: mia [no reason given], since 2026-11-01T12:00:00Z, ends 2026-11-02T05:59:00.001Z
                • laptop-7: mia SEC-1 [beacon], since 2026-11-01T12:00:00Z, ends 2026-11-02T08:00:00Z; \
                omar [no reason given], since 2026-11-01T12:00:00Z, no end
                • a-server: mia [no reason given], since 2026-11-01T12:00:00Z, no end
                • pending: mia [no reason given], under way, no end
                Contained outside Bascule: 1
                • kiosk: ola@corp.example, since 2026-11-02T05:00:00Z
                Waiting for somebody: 1
                • j-50: release held by mia, held since 2026-11-02T04:00:00Z: omar wants no automatic release.
                Nothing failed, timed out, expired or was denied since 2026-11-01T07:00:00Z.
                """
        )
        #expect(try await rig.written().map(\.notice.tone) == [.warning])
    }

    @Test func `a freeze, what waits and what did not succeed since the last digest are said`() async throws {
        let rig = try DigestRig("2026-11-01T05:00:00Z")
        let text = try await rig.text { transaction in
            try Freeze.begin(
                Freeze(by: "ines", because: "drill", at: transaction.now, stopsReleases: true),
                in: transaction
            )
            let outcome = Outcome(code: "denied", message: "not ours")
            var asking = digestJob("j-7", .decided, since: "2026-11-02T04:59:00Z", ticket: "SEC-3")
            let need = ApprovalNeed(
                of: ["leads"],
                approvers: ["ines", "omar"],
                shown: ["leads (ines, omar)"],
                count: 2,
                within: try #require(TimeBox("30m"))
            )
            _ = try asking.apply(.awaits(need), at: transaction.now)
            for one in [
                digestJob("j-0", .failed, since: "2026-11-01T06:59:59Z"),
                digestJob("j-1", .failed, since: "2026-11-01T07:00:00Z"),
                digestJob("j-2", .denied, since: "2026-11-01T09:00:00Z", ticket: "SEC-2", outcome: outcome),
                digestJob("j-3", .expired, since: "2026-11-01T08:00:00Z"),
                digestJob("j-4", .timedOut, to: "scan", since: "2026-11-01T08:00:00Z"),
                digestJob("j-5", .refused, since: "2026-11-01T08:00:00Z"),
                digestJob("j-6", .cancelled, since: "2026-11-01T08:00:00Z"),
                asking,
                digestJob("j-8", .watching, since: "2026-11-02T04:59:00Z"),
            ] { _ = try transaction.insert(one) }
        }
        #expect(
            text == """
                Digest of 2026-11-02 07:00 (Europe/Stockholm).
                FROZEN by ines since 2026-11-02T05:00:00Z, releases included: drill
                Waiting for somebody: 1
                • j-7: isolate srv-1 by mia SEC-3, awaiting-approval since 2026-11-02T05:00:00Z, \
                0 of 2 approvals, until 2026-11-02T05:30:00Z: leads (ines, omar)
                Not done since 2026-11-01T07:00:00Z: 1 failed, 1 timed-out, 1 expired, 1 denied
                • j-2: isolate srv-1 by mia SEC-2, denied 2026-11-01T09:00:00Z: not ours
                • j-4: scan srv-1 by mia, timed-out 2026-11-01T08:00:00Z
                • j-3: isolate srv-1 by mia, expired 2026-11-01T08:00:00Z
                • j-1: isolate srv-1 by mia, failed 2026-11-01T07:00:00Z
                """
        )
    }

    @Test func `long lists and long texts are cut, say so, and still fit into one message`() async throws {
        let rig = try DigestRig("2026-11-01T05:00:00Z")
        let long = String(repeating: "x\n", count: 3_000)
        let text = try await rig.text { transaction in
            for number in 1...40 {
                let name = "laptop-\(number)\n• forged: line \(long)"
                let host = try digestMachine(number)
                for party in 0..<5 {
                    try transaction.put(
                        digestClaim(
                            1_000 + number * 10 + party,
                            by: long,
                            ticket: long,
                            reason: long,
                            on: host,
                            named: name,
                            ends: "2026-11-02T05:00:00Z"
                        )
                    )
                }
                try ForeignContainment.put(
                    ForeignContainment(
                        machine: host,
                        machineName: name,
                        by: long,
                        since: transaction.now,
                        actionID: "a"
                    ),
                    in: transaction
                )
                let outcome = Outcome(code: "x", message: long)
                for state in [JobState.held, .failed] {
                    let one = digestJob(
                        "j-\(state)-\(number)",
                        state,
                        on: long,
                        since: "2026-11-02T05:00:00Z",
                        ticket: long,
                        outcome: outcome
                    )
                    _ = try transaction.insert(one)
                }
            }
        }
        let lines = text.split(separator: "\n")
        #expect(lines.count == 1 + 4 * 32)
        #expect(lines.count { $0 == "and 10 more" } == 4)
        #expect(lines.count { $0.hasPrefix("• ") } == 120)
        #expect(lines.allSatisfy { $0.utf16.count <= DigestContent.lineMax })
        #expect(lines[2].hasPrefix("• OVERDUE laptop-1 • forged: line x x"))
        let notice = Notice(code: "digest", tone: .warning, text: text)
        let blocks = SlackMessage.render([notice])["blocks"]?.array ?? []
        #expect(blocks.count <= SlackMessage.sectionsMax)
        let shown = blocks.compactMap { $0["text"]?["text"]?.string }.joined(separator: "\n")
        #expect(shown.hasSuffix("and 10 more"))
        #expect(shown.contains(lines[100]))
    }

    @Test func `a machine of many claims names the soonest and counts the others`() async throws {
        let rig = try DigestRig("2026-11-01T05:00:00Z")
        let text = try await rig.text { transaction in
            for number in 1...5 {
                try transaction.put(
                    digestClaim(
                        number,
                        by: "p\(number)",
                        on: try digestMachine(1),
                        named: "laptop-7",
                        ends: "2026-11-02T1\(6 - number):00:00Z"
                    )
                )
            }
        }
        #expect(text.contains("• laptop-7: p5 [no reason given], since"))
        #expect(text.contains("; and 2 more\n"))
    }
}
