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
        /// One delivery, and time for it to get somewhere.
        case single
        /// Somebody without a right asks.
        case refused
        /// A freeze, and an isolate that has to wait.
        case frozen
        /// What hangs at an offline machine is taken back.
        case cancelling
        /// The kill comes before the bridge listens.
        case starting
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
        switch pick(0...99) {
        case 0..<48: .burst
        case 48..<65: .quiet
        case 65..<80: .single
        case 80..<86: .refused
        case 86..<91: .frozen
        case 91..<96: .cancelling
        default: .starting
        }
    }

    /// From the first byte of traffic to the kill.
    mutating func delay(in round: Round) -> Duration {
        switch round {
        case .burst: .milliseconds(pick(10...400))
        case .quiet: .milliseconds(pick(10...2_500))
        case .single: .milliseconds(pick(10...2_000))
        case .refused: .milliseconds(pick(20...200))
        case .frozen: .milliseconds(pick(150...500))
        case .cancelling: .milliseconds(pick(100...2_000))
        case .starting: .milliseconds(pick(1...250))
        }
    }

    /// How machine `number` answers; the same for the script and for the traffic.
    static func course(_ number: Int) -> Course {
        switch number % 20 {
        case 7: .fails
        case 13: .timesOut
        case 17: .offline
        default: .succeeds
        }
    }

    /// The simulator's script: machines of every kind, and faults at places that the seed chooses.
    mutating func script(machines: Int, calls: Int) -> String {
        let lines = (1...machines).map { number in
            let more =
                switch Self.course(number) {
                case .succeeds: ""
                case .fails: ", delay: 0.4, end: Failed"
                case .timesOut: ", delay: 0.4, end: TimeOut"
                case .offline: ", offline: true"
                }
            return Settings.machine(number, Self.name(number), more)
        }
        return """
            machines:
            \(lines.joined(separator: "\n"))
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
            ("GET /api/machines", ["hang", "reset-before", "status-503"]),
            ("GET /api/machineactions", ["hang", "reset-before", "status-503"]),
            ("POST */oauth2/v2.0/token", ["hang", "reset-before"]),
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

    static func name(_ number: Int) -> String { "m-\(number).corp.example" }
}
