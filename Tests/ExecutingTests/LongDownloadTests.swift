import Defender
import Enqueuing
import Foundation
import Logging
import Observing
import Testing
import Vocabulary

/// Passes everything on to the fake, but holds a download until told.
private struct SlowDefender: DefenderCalling {
    let fake: FakeDefender
    let whileDownloading: @Sendable () async -> Void

    var clientID: String { fake.clientID }

    func heldPermissions() async throws(DefenderError) -> Set<String>? { try await fake.heldPermissions() }

    func machine(_ id: MachineID, priority: CallPriority) async throws(DefenderError) -> Machine {
        try await fake.machine(id, priority: priority)
    }

    func candidates(
        for selector: Subject,
        now: Timestamp,
        priority: CallPriority
    ) async throws(DefenderError) -> MachinePage {
        try await fake.candidates(for: selector, now: now, priority: priority)
    }

    func estateSize(priority: CallPriority) async throws(DefenderError) -> Int {
        try await fake.estateSize(priority: priority)
    }

    func submit(_ submission: ActionSubmission) async throws(DefenderError) -> MachineAction {
        try await fake.submit(submission)
    }

    func change(_ submission: ActionSubmission) async throws(DefenderError) -> Machine {
        try await fake.change(submission)
    }

    func ask(_ request: DefenderRequest) async throws(DefenderError) -> Answer {
        try await fake.ask(request)
    }

    func order(_ request: DefenderRequest, deadline: Duration) async throws(DefenderError) -> Answer {
        try await fake.order(request, deadline: deadline)
    }

    func cancel(actionID: String, comment: String, priority: CallPriority) async throws(DefenderError) {
        try await fake.cancel(actionID: actionID, comment: comment, priority: priority)
    }

    func action(_ id: String, priority: CallPriority) async throws(DefenderError) -> MachineAction {
        try await fake.action(id, priority: priority)
    }

    func actions(_ filter: ActionFilter, priority: CallPriority) async throws(DefenderError) -> ActionPage {
        try await fake.actions(filter, priority: priority)
    }

    func liveResponseAddress(actionID: String, index: Int) async throws(DefenderError) -> Secret {
        try await fake.liveResponseAddress(actionID: actionID, index: index)
    }

    func packageAddress(actionID: String) async throws(DefenderError) -> Secret {
        try await fake.packageAddress(actionID: actionID)
    }

    func download(
        _ address: Secret,
        to path: String,
        bytesMax: Int64,
        onBytes: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(DefenderError) -> Int64 {
        await whileDownloading()
        return try await fake.download(address, to: path, bytesMax: bytesMax, onBytes: onBytes)
    }
}

struct LongDownloadTests {
    @Test func `a download that outlasts its lease keeps the job`() async throws {
        let bench = Bench()
        let id = try await bench.ask("collect")
        try await bench.run(for: .seconds(5))
        bench.pass(.seconds(6))
        let watched = try await bench.ledger.lease(
            JobState.observing,
            owner: "observer",
            times: bench.times,
            limit: 10
        )
        await bench.observer.look(at: watched)
        let times = LeaseTimes(lease: .milliseconds(60))
        let ready = try await bench.ledger.lease(
            JobState.observing,
            owner: "observer",
            times: times,
            limit: 10
        )
        let first = try #require(ready.first?.lease)
        let ledger = bench.ledger
        let observer = Observer(
            ledger: ledger,
            defender: SlowDefender(fake: bench.defender) {
                // Ends when the lease was renewed; one that is not renewed would hang here for ever.
                bench.pass(.milliseconds(5))
                while true {
                    let job = try? await ledger.read { try $0.job(id) }
                    if let lease = job?.lease, lease.fence == first.fence, lease != first { return }
                    await Task.yield()
                }
            },
            settings: ObservingSettings(owner: "observer", times: times),
            evidence: EvidenceFolder(folder: bench.folder, totalBytesMax: 100, keepFor: .seconds(3_600)),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            wallClock: { bench.now }
        )
        await observer.look(at: ready)
        #expect(try await bench.job(id).state == .succeeded)
    }
}
