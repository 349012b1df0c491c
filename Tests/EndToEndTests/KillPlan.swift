import Foundation
import JSONReader

/// What the kill test does, round by round, out of one seed.
struct KillPlan {
    /// What happens between a start and the kill.
    enum Round: String, CaseIterable {
        /// Several deliveries at once.
        case burst
        /// Nothing new: what is there goes on.
        case quiet
        /// One delivery about a machine that does not just do it, and time for that to show.
        case single
        /// Somebody without a right asks.
        case refused
        /// A freeze, and an isolate that has to wait.
        case frozen
        /// What an offline machine does not take is taken back.
        case cancelling
        /// The kill comes before the bridge listens.
        case starting
        /// A server that somebody else has to agree to, and the answer as the kill comes.
        case approving
        /// Two machines of a group of which one may be isolated in an hour, and the word for the other.
        case limited
        /// Several deliveries, and the kill as their jobs are decided: that state is over in a few milliseconds.
        case deciding
    }

    /// How a machine answers.
    enum Course: CaseIterable {
        case succeeds
        case fails
        case timesOut
        case offline
    }

    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64: the same everywhere for the same seed.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func pick(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    mutating func round(_ number: Int) -> Round {
        // Whatever the seed: the first has something to lose, and what waits for a person is killed early.
        switch number {
        case 1: return .burst
        case 2: return .approving
        case 3: return .limited
        default: break
        }
        return switch pick(0...99) {
        case 0..<30: .burst
        case 30..<37: .deciding
        case 37..<49: .quiet
        case 49..<63: .single
        case 63..<67: .refused
        case 67..<73: .frozen
        case 73..<79: .cancelling
        case 79..<89: .approving
        case 89..<95: .limited
        default: .starting
        }
    }

    /// From the first byte of traffic to the kill.
    mutating func delay(in round: Round) -> Duration {
        switch round {
        case .burst: .milliseconds(pick(10...600))
        case .quiet: .milliseconds(pick(10...2_500))
        case .single: .milliseconds(pick(10...3_000))
        case .refused: .milliseconds(pick(20...200))
        case .frozen: .milliseconds(pick(150...500))
        case .cancelling: .milliseconds(pick(100...2_000))
        case .starting: .milliseconds(pick(1...250))
        case .approving, .limited: .milliseconds(pick(0...40))
        case .deciding: .milliseconds(pick(0...4))
        }
    }

    /// How machine `number` answers; the same for the script and for the traffic.
    static func course(_ number: Int) -> Course {
        guard number > specialAfter, number <= serversAfter else { return .succeeds }
        switch number % 3 {
        case 0: return .fails
        case 1: return .timesOut
        default: return .offline
        }
    }

    /// Machines with higher numbers do not just do what they are told.
    static let specialAfter = 10_000
    /// Machines with higher numbers are servers, which somebody else has to agree to.
    static let serversAfter = 20_000
    /// Machines with higher numbers are of a group of which one may be isolated in an hour.
    static let limitedAfter = 30_000

    static func isServer(_ number: Int) -> Bool { number > serversAfter && number <= limitedAfter }
    static func isLimited(_ number: Int) -> Bool { number > limitedAfter }

    /// The simulator's script: machines of every kind, and faults at places that the seed chooses.
    mutating func script(machines: Int, calls: Int) -> String {
        let numbers = Array(1...machines) + Array(1...machines).map { Self.specialAfter + $0 }
        let lines = numbers.map { number in
            let more =
                switch Self.course(number) {
                case .succeeds: ""
                case .fails: ", delay: 0.4, end: Failed"
                case .timesOut: ", delay: 0.4, end: TimeOut"
                case .offline: ", offline: true"
                }
            // What has no group could be of the one with the limit.
            let group = ", rbacGroupId: 3, rbacGroupName: Workstations"
            return Settings.machine(number, Self.name(number), group + more)
        }
        let servers = (1...machines).map { Self.serversAfter + $0 }.map {
            Settings.server($0, Self.name($0))
        }
        let limited = (1...machines).map { Self.limitedAfter + $0 }.map {
            Settings.machine($0, Self.name($0), ", rbacGroupId: 7, rbacGroupName: Finance")
        }
        return """
            machines:
            \((lines + servers + limited).joined(separator: "\n"))
            actions: { delay: 0.6, end: Succeeded }
            visibility-lag: 0.5
            rate: { per-minute: 100000, per-hour: 1000000 }
            faults:
            \(faults(calls).joined(separator: "\n"))
            """
    }

    private mutating func faults(_ calls: Int) -> [String] {
        let kinds = [
            (
                "POST */isolate",
                ["reset-after", "hang-after", "hang", "reset-before", "truncate", "status-503"]
            ),
            ("POST */unisolate", ["reset-after", "hang-after", "status-503"]),
            ("POST */runAntiVirusScan", ["reset-after", "hang", "status-503"]),
            // Reads wait half a minute for an answer: one that hangs is for longer runs.
            ("GET /api/machines", ["reset-before", "status-503"] + rarely(calls, "hang")),
            ("GET /api/machineactions", ["reset-before", "truncate", "status-503"] + rarely(calls, "hang")),
            ("POST */oauth2/v2.0/token", ["status-503", "reset-before"]),
        ]
        return kinds.flatMap { request, words in
            var nth = pick(2...5)
            var lines: [String] = []
            while nth <= calls {
                let word = words[pick(0...words.count - 1)]
                lines.append("  - { request: \"\(request)\", nth: \(nth), kind: \(word) }")
                nth += pick(4...12)
            }
            return lines
        }
    }

    private func rarely(_ calls: Int, _ word: String) -> [String] { calls > 1_000 ? [word] : [] }

    static func name(_ number: Int) -> String { "m-\(number).corp.example" }
}
