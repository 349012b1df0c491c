import Defender
import Enqueuing
import Synchronization
import Testing
import Vocabulary

/// A small generator whose seed is printed with a failure, so that it replays.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

struct RandomStreamTests {
    @Test(arguments: 0..<UInt64(60))
    func `at rest a machine is contained exactly if a claim is open`(block: UInt64) async throws {
        for seed in block * 10..<block * 10 + 10 {
            try await holds(seed: seed)
        }
    }

    private func holds(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed + 1)
        let bench = Bench()
        for _ in 0..<Int.random(in: 3...14, using: &random) {
            try await stir(bench, &random)
        }
        // Quiet: Defender works, nobody asks any more, time boxes and shelf lives run out.
        bench.defender.state.withLock { state in
            state.faults = []
            state.offline = []
            state.end = .succeeded
            state.listFails = 0
        }
        try await bench.run(for: .seconds(3 * 3_600), step: .seconds(60))
        let claims = try await bench.claims()
        for machine in Bench.machines {
            let isClaimed = claims.contains { $0.machine == machine.id }
            let isIsolated = bench.defender.isIsolated(machine.id)
            #expect(isClaimed == isIsolated, "seed \(seed), \(machine.shownName)")
        }
        let jobs = try await bench.ledger.read { try $0.jobs(JobQuery()) }
        let restless = jobs.filter { !$0.state.isEnd }
        #expect(
            restless.isEmpty,
            "seed \(seed): \(restless.map { "\($0.id) \($0.title) \($0.state) due \(String(describing: $0.due))" })"
        )
        // One executed POST a submission, never two for one job unless the first failed at Defender.
        let comments = bench.defender.executed.map(\.comment)
        let automatic = Set(jobs.filter(\.isAutomatic).map(\.id))
        for (comment, count) in Dictionary(grouping: comments, by: { $0 }).mapValues(\.count) where count > 1
        {
            let id = ActionMarker.jobID(in: comment)
            let isRetry = id.map { automatic.contains($0) } == true
            #expect(isRetry, "seed \(seed): \(comment) was posted \(count) times")
        }
    }

    private func stir(_ bench: Bench, _ random: inout SeededGenerator) async throws {
        let person = ["mia", "omar", "ines"].randomElement(using: &random) ?? "mia"
        let machine = ["laptop-7", "laptop-70"].randomElement(using: &random) ?? "laptop-7"
        switch Int.random(in: 0..<12, using: &random) {
        case 0...3:
            let box = [nil, "1m", "5m", "1h"].randomElement(using: &random) ?? nil
            let type = Bool.random(using: &random) ? "Full" : "Selective"
            let asker = person == "ines" ? "mia" : person
            try await bench.ask("isolate", machine, by: asker, for: box, with: ["type": type])
        case 4...5: try await bench.ask("release", machine, by: person)
        case 6:
            let faults: [FakeDefender.Fault] = [
                .lostAnswer, .lostRequest, .throttled(.seconds(30)), .server, .active, .refused,
            ]
            let fault = faults.randomElement(using: &random) ?? .lostAnswer
            bench.defender.state.withLock { $0.faults.append(fault) }
        case 7:
            let isOffline = Bool.random(using: &random)
            bench.defender.state.withLock { $0.offline = isOffline ? [Bench.laptop] : [] }
        case 8:
            let isFailing = Bool.random(using: &random)
            bench.defender.state.withLock { $0.end = isFailing ? .failed : .succeeded }
        case 9:
            let jobs = try await bench.ledger.read { try $0.jobs(JobQuery()) }.filter { !$0.isAutomatic }
            if let job = jobs.randomElement(using: &random) {
                try await bench.ledger.perform(.cancel(job.id, by: "mia"))
            }
        case 10: bench.defender.state.withLock { $0.listFails = 3 }
        default: break
        }
        if Bool.random(using: &random) { try await bench.settle() }
        if Bool.random(using: &random) {
            try await bench.run(for: .seconds(Int64.random(in: 1...120, using: &random)))
        }
    }
}
