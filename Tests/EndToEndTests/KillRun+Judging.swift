import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

/// The end of a run, and what must be so then.
extension KillRun {
    /// Lets everything come to its end; what hangs at an offline machine is taken back by its asker.
    mutating func finish() async throws {
        try await withBridge { run, bridge in
            try await run.thaw(bridge)
            var cancelled: Set<String> = []
            func look() async throws -> Void? {
                let open = try await bridge.jobs().filter { !KillRun.isEnd($0) }
                for job in open {
                    try await run.push(job, bridge, &cancelled)
                }
                return open.isEmpty ? () : nil
            }
            func left() async -> String {
                let open = (try? await bridge.jobs())?.filter { !KillRun.isEnd($0) } ?? []
                return "\(open.map(\.encodedText))\n\(bridge.program.errors.suffix(4_000))"
            }
            try await eventually(
                "the end of every job",
                within: .seconds(150),
                every: .milliseconds(500),
                detail: left,
                look
            )
            bridge.program.send(SIGTERM)
            #expect(try await bridge.program.end() == .exited(0))
        }
    }

    /// Says the word that a job waits for.
    private func push(_ job: JSONValue, _ bridge: BridgeProcess, _ cancelled: inout Set<String>) async throws
    {
        let id = job["job"]?.string ?? ""
        let isOffline = machineNumber(job).map { KillPlan.course($0) == .offline } ?? false
        if job["state"] == "held" {
            _ = await bridge.deliver(try .slack("go \(id)", chat: simulator.word("chat")))
        } else if job["state"] == "watching", isOffline, cancelled.insert(id).inserted {
            _ = await bridge.deliver(try .slack("cancel \(id)", chat: simulator.word("chat")))
        }
    }

    /// Nothing acknowledged is lost, and nothing was done twice.
    func judge() async throws {
        let jobs = try await BridgeProcess.jobs(in: folder)
        #expect(jobs.count < 1_000, "the list is cut")
        for promise in promises {
            let found = jobs.filter {
                $0["action"]?.string == promise.action && $0["source"]?.string == promise.source
                    && machineNumber($0) == promise.machine
            }
            #expect(found.count == 1, "\(promise) was acknowledged")
        }
        let calls = try await simulator.journal().filter(\.isExecuted)
        let byJob = Dictionary(grouping: calls, by: { $0.job ?? "without a mark" })
        #expect(byJob["without a mark"] == nil)
        for (job, calls) in byJob { #expect(calls.count == 1, "\(job) was executed \(calls.count) times") }
        for job in jobs {
            let count = byJob[job["job"]?.string ?? ""]?.count ?? 0
            switch job["state"]?.string {
            case "succeeded", "failed", "timed-out":
                #expect(count == 1, "\(job.encodedText) was executed \(count) times")
            case "refused", "expired", "denied":
                #expect(count == 0, "\(job.encodedText) was executed")
            default: #expect(count <= 1)
            }
        }
        let audit = try JSONReader.read(
            try await BridgeProcess.ask(["audit", "verify", "--json"], in: folder)
        )
        #expect(audit["verdict"] == "intact")
        print(
            "\(jobs.count) jobs, \(promises.count) acknowledged requests, \(calls.count) executed POSTs, ends:"
        )
        print(Dictionary(grouping: jobs) { $0["state"]?.string ?? "" }.mapValues(\.count))
    }

    /// Every state that a job can be in was met by a kill, if not always by the youngest job.
    func judgeCoverage() {
        let wanted: Set = [
            "recorded", "located", "decided", "ready", "held", "submitting", "reconciling", "watching",
            "succeeded", "failed", "timed-out", "cancelled", "refused",
        ]
        #expect(wanted.subtracting(met).isEmpty, "\(wanted.subtracting(met).sorted()) were not met")
    }

    var table: String {
        states.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }.joined(separator: "\n")
    }

    static func isEnd(_ job: JSONValue) -> Bool {
        let ends = ["succeeded", "failed", "timed-out", "cancelled", "refused", "denied", "expired"]
        return ends.contains(job["state"]?.string ?? "")
    }
}
