import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

/// One run of the kill test: what was asked, what was acknowledged, and in which states the kills came.
struct KillRun {
    /// An acknowledged delivery, and how it is found in the ledger.
    enum Promise: Hashable {
        /// A request: there is one job of it.
        case job(action: String, machine: Int, source: String)
        /// An answer to what waits for one: the audit has one row of this kind.
        case answer(job: String, kind: String)
    }

    let folder: TemporaryFolder
    let simulator: SimulatorProcess
    var plan: KillPlan
    private var nextMachine = 1
    private var nextSpecial = KillPlan.specialAfter + 1
    private var nextServer = KillPlan.serversAfter + 1
    private var nextLimited = KillPlan.limitedAfter + 1
    private(set) var promises: Set<Promise> = []
    private(set) var states: [String: Int] = [:]
    /// The states of all twenty youngest jobs at the kills.
    private(set) var met: Set<String> = []
    private var rounds: [KillPlan.Round: Int] = [:]
    private var isFrozen = false

    init(folder: TemporaryFolder, simulator: SimulatorProcess, plan: KillPlan) {
        self.folder = folder
        self.simulator = simulator
        self.plan = plan
    }

    // MARK: One kill

    /// Starts the bridge on the same ledger, has it work, kills it, and writes down where it was.
    mutating func round(_ number: Int) async throws {
        let round = plan.round(number)
        let delay = plan.delay(in: round)
        rounds[round, default: 0] += 1
        if round == .starting {
            let program = try Program(
                ["serve", "--config", folder.path("bascule.yaml")],
                in: folder,
                named: "serve"
            )
            try await Task.sleep(for: delay)
            program.kill()
        } else {
            try await withBridge { run, bridge in try await run.act(round, bridge, killAfter: delay) }
        }
        let jobs = try await BridgeProcess.jobs(in: folder, limit: 20)
        met.formUnion(jobs.compactMap { $0["state"]?.string })
        // A release at the end of a time box is made with its isolate; it is younger, and waits.
        let youngest = jobs.first { $0["action"] != "release" }
        states[youngest?["state"]?.string ?? "none", default: 0] += 1
    }

    mutating func withBridge(
        _ work: (inout KillRun, BridgeProcess) async throws -> Void
    ) async throws {
        let bridge = try await BridgeProcess.start(in: folder, http: simulator.http)
        defer { bridge.program.kill() }
        try await work(&self, bridge)
    }

    private mutating func act(
        _ round: KillPlan.Round,
        _ bridge: BridgeProcess,
        killAfter delay: Duration
    ) async throws {
        if isFrozen, round != .quiet { try await thaw(bridge) }
        switch round {
        case .burst:
            let asked = try (0..<plan.pick(2...3)).map { _ in try ask() }
            try await send(asked, bridge, killAfter: delay)
        case .single: try await send([try ask(about: takeSpecial())], bridge, killAfter: delay)
        case .quiet, .starting: try await send([], bridge, killAfter: delay)
        case .refused:
            let machine = takeMachine()
            let text = "isolate \(KillPlan.name(machine)) because omar may not"
            let delivery = try SignedDelivery.slack(text, user: "U9", chat: simulator.word("chat"))
            try await send([(delivery, nil)], bridge, killAfter: delay)
        case .frozen:
            let freeze = try SignedDelivery.slack("freeze because of the test", chat: simulator.word("chat"))
            if await bridge.deliver(freeze)?.status == 200 { isFrozen = true }
            try await send([try ask(at: "soc-chat")], bridge, killAfter: delay)
        case .cancelling: try await cancel(bridge, killAfter: delay)
        case .approving: try await answer(bridge, killAfter: delay)
        case .limited: try await lift(bridge, killAfter: delay)
        case .deciding: try await chase(bridge, killAfter: delay)
        }
    }

    /// Waits until the log says that a job was located; a fault may keep it from that.
    private mutating func chase(_ bridge: BridgeProcess, killAfter delay: Duration) async throws {
        func located() -> Int { bridge.program.errors.components(separatedBy: "\"job.located\"").count }
        let before = located()
        for _ in 1...3 {
            let (delivery, promise) = try ask()
            _ = await keep(delivery, promise, bridge)
        }
        do {
            try await eventually("a job that is located", within: .seconds(2), every: .milliseconds(1)) {
                located() > before ? () : nil
            }
        } catch is TookTooLong {
            return
        }
        try await send([], bridge, killAfter: delay)
    }

    /// Waits until something hangs at an offline machine, and takes it back.
    private mutating func cancel(_ bridge: BridgeProcess, killAfter delay: Duration) async throws {
        var machine = takeSpecial()
        while KillPlan.course(machine) != .offline { machine = takeSpecial() }
        let (isolate, promise) = try ask(about: machine)
        guard await keep(isolate, promise, bridge) else { return }
        func found() async -> String {
            let jobs = (try? await bridge.jobs())?.prefix(5).map(\.encodedText) ?? []
            return "\(jobs)\n\(bridge.program.errors.suffix(4_000))"
        }
        let job = try await eventually("an isolate that hangs", detail: found) { [machine] in
            try await bridge.jobs().first { $0["state"] == "watching" && machineNumber($0) == machine }
        }
        let cancel = try SignedDelivery.slack(
            "cancel \(job["job"]?.string ?? "")",
            chat: simulator.word("chat")
        )
        try await send([(cancel, nil)], bridge, killAfter: delay)
    }

    /// Delivers one thing before the kill; what is answered 2xx is a promise.
    mutating func keep(
        _ delivery: SignedDelivery,
        _ promise: Promise?,
        _ bridge: BridgeProcess
    ) async -> Bool {
        guard (200..<300).contains(await bridge.deliver(delivery)?.status ?? 0) else { return false }
        if let promise { promises.insert(promise) }
        return true
    }

    /// Posts everything at once and kills in the midst of it; what was answered 2xx is a promise.
    mutating func send(
        _ asked: [(delivery: SignedDelivery, promise: Promise?)],
        _ bridge: BridgeProcess,
        killAfter delay: Duration
    ) async throws {
        let kept = await withTaskGroup(of: Promise?.self) { group in
            for (delivery, promise) in asked {
                group.addTask {
                    guard let answer = await bridge.deliver(delivery), (200..<300).contains(answer.status)
                    else { return nil }
                    return promise
                }
            }
            group.addTask {
                // The instant of the kill is what is tried here; nothing is waited for.
                try? await Task.sleep(for: delay)
                bridge.program.kill()
                return nil
            }
            return await group.reduce(into: Set<Promise>()) { if let promise = $1 { $0.insert(promise) } }
        }
        promises.formUnion(kept)
    }

    // MARK: What is asked

    mutating func takeServer() -> Int {
        nextServer += 1
        return nextServer - 1
    }

    mutating func takeLimited() -> Int {
        nextLimited += 1
        return nextLimited - 1
    }

    private mutating func takeMachine() -> Int {
        nextMachine += 1
        return nextMachine - 1
    }

    private mutating func takeSpecial() -> Int {
        nextSpecial += 1
        return nextSpecial - 1
    }

    /// Asks for something of a machine that nobody asked for before.
    private mutating func ask(at wanted: String? = nil) throws -> (SignedDelivery, Promise?) {
        let machine = takeMachine()
        let name = KillPlan.name(machine)
        switch wanted ?? ["soc-chat", "tickets", "siem"][plan.pick(0...2)] {
        case "tickets":
            let delivery = try SignedDelivery.jira(issue: "SEC-\(machine)", machine: name)
            return (delivery, Promise.job(action: "isolate", machine: machine, source: "tickets"))
        case "siem":
            return (try .alert(name), Promise.job(action: "scan", machine: machine, source: "siem"))
        default: return try ask(about: machine, box: plan.pick(0...3) == 0 ? " for 2s" : "")
        }
    }

    /// Asks in the chat for a machine's isolation.
    func ask(about machine: Int, box: String = "") throws -> (SignedDelivery, Promise?) {
        let text = "isolate \(KillPlan.name(machine))\(box) because of the test"
        let delivery = try SignedDelivery.slack(text, chat: simulator.word("chat"))
        return (delivery, Promise.job(action: "isolate", machine: machine, source: "soc-chat"))
    }

    /// Lifts the freeze and lets every held job go on.
    mutating func thaw(_ bridge: BridgeProcess) async throws {
        let unfreeze = try SignedDelivery.slack("unfreeze", chat: simulator.word("chat"))
        guard await bridge.deliver(unfreeze)?.status == 200 else { return }
        isFrozen = false
        for job in try await bridge.jobs() where job["state"] == "held" {
            let text = "go \(job["job"]?.string ?? "")"
            _ = await bridge.deliver(try .slack(text, chat: simulator.word("chat")))
        }
    }

    func machineNumber(_ job: JSONValue) -> Int? {
        let name = job["machine"]?.string ?? ""
        guard name.hasPrefix("m-") else { return nil }
        return Int(name.dropFirst(2).prefix { $0 != "." })
    }
}
