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
            // A freeze is lifted by whoever could ask for it, a limit by one who may.
            for user in [People.mia, People.ines] {
                _ = await bridge.deliver(try .slack("go \(id)", user: user, chat: simulator.word("chat")))
            }
        } else if job["state"] == "awaiting-approval" {
            let word = "approve \(id)"
            _ = await bridge.deliver(try .slack(word, user: People.ines, chat: simulator.word("chat")))
        } else if job["state"] == "watching", isOffline, cancelled.insert(id).inserted {
            _ = await bridge.deliver(try .slack("cancel \(id)", chat: simulator.word("chat")))
        }
    }

    /// Nothing acknowledged is lost, and nothing was done twice.
    func judge() async throws {
        let jobs = try await BridgeProcess.jobs(in: folder)
        #expect(jobs.count < 1_000, "the list is cut")
        let audit = try await audit()
        for promise in promises {
            let count =
                switch promise {
                case .job(let action, let machine, let source):
                    jobs.count {
                        $0["action"]?.string == action && $0["source"]?.string == source
                            && machineNumber($0) == machine
                    }
                case .answer(let job, let kind):
                    audit.count { $0["subject"]?.string == job && $0["kind"]?.string == kind }
                }
            #expect(count == 1, "\(promise) was acknowledged")
        }
        judgeAgreements(jobs, audit)
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
        let chain = try JSONReader.read(
            try await BridgeProcess.ask(["audit", "verify", "--json"], in: folder)
        )
        #expect(chain["verdict"] == "intact")
        print(
            "\(jobs.count) jobs, \(promises.count) acknowledged deliveries, \(calls.count) executed POSTs, ends:"
        )
        print(Dictionary(grouping: jobs) { $0["state"]?.string ?? "" }.mapValues(\.count))
    }

    private func audit() async throws -> [JSONValue] {
        try await BridgeProcess.ask(["audit", "export"], in: folder).split(separator: "\n")
            .map { try JSONReader.read(String($0), root: .object) }
    }

    /// No server was submitted to without a lead's word for exactly that, and beyond the limit nothing without
    /// a word for it.
    private func judgeAgreements(_ jobs: [JSONValue], _ audit: [JSONValue]) {
        let history = Dictionary(grouping: audit) { $0["subject"]?.string ?? "" }
        var agreed = 0
        var withinLimit = 0
        var waived = 0
        for job in jobs where job["action"] == "isolate" {
            let rows = history[job["job"]?.string ?? ""] ?? []
            let number = machineNumber(job) ?? 0
            guard let first = rows.firstIndex(where: { $0["kind"] == "job.submitting" }) else { continue }
            if KillPlan.isServer(number) {
                let given = rows.prefix(first).filter { $0["kind"] == "approval.given" }
                #expect(given.map { $0["actor"]?.string } == ["ines"], "\(job.encodedText)")
                let digest = given.first?.at("detail.digest")?.string
                agreed += 1
                #expect(digest != nil && rows[first].at("detail.approval")?.string == digest)
            } else if KillPlan.isLimited(number) {
                let isWaived = rows.prefix(first).contains {
                    $0["kind"] == "job.let-go" && $0.at("detail.waives") != nil && $0["actor"] == "ines"
                }
                if isWaived { waived += 1 } else { withinLimit += 1 }
            }
        }
        print("Submitted: \(agreed) agreed, \(withinLimit) within the limit, \(waived) beyond it by a word")
        print("Met by the kills: \(met.sorted().joined(separator: ", "))")
        #expect(withinLimit <= 1, "\(withinLimit) within a limit of one")
    }

    /// Every state that a job can be in was met by a kill, if not always by the youngest job.
    func judgeCoverage() {
        let wanted: Set = [
            "recorded", "located", "decided", "awaiting-approval", "ready", "held", "submitting",
            "reconciling", "watching",
            "succeeded", "failed", "timed-out", "cancelled", "refused", "denied",
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
