import Enqueuing
import Vocabulary

/// Decides what to tell of what was seen: each thing once when it begins, at each threshold, and once when it ends.
///
/// A value: no clock, no I/O.
struct HealthJudge: Sendable {
    /// Days left of a certificate at which it is told.
    static let expiryDays: [Int64] = [30, 7, 1]
    /// For how long no token was given.
    static let tokenThresholds: [Duration] = [.seconds(300), .seconds(3_600), .seconds(86_400)]
    /// How far the clocks are apart.
    static let clockThresholds: [Duration] = [.seconds(60), .seconds(300)]
    /// Below this a clock that was told is right again; between the two nothing is told.
    static let clockRightMax = Duration.seconds(45)
    /// How often ``HealthMemory/lookedAt`` is kept.
    static let lookedEvery = Duration.seconds(600)
    /// A longer time between two looks is one in which the bridge did not run.
    static let gapMin = Duration.seconds(1_500)

    /// What is so of one condition.
    enum State: Sendable, Equatable {
        case present(level: Int, text: String, fix: String)
        /// Neither begins nor ends now.
        case undecided
        case absent(text: String)
    }

    struct Condition: Sendable, Equatable {
        let name: String
        /// Stable, for the notice.
        let code: String
        let state: State
        /// True if a lower threshold is told again after a higher one: something else has taken its place.
        var goesDown = false
    }

    let sight: HealthSight
    private(set) var memory: HealthMemory
    private(set) var notices: [Notice] = []

    init(_ sight: HealthSight, _ before: HealthMemory) {
        self.sight = sight
        memory = before
        noteToken()
        noteSources()
        let conditions =
            sight.endings.map(ending) + [token] + sight.sources.map(silence) + sight.clocks.map(clock)
        for condition in conditions { weigh(condition) }
        // What is not looked at any more, such as a source that was taken out, is forgotten without a word; what is
        // only learnt from the first answer after a start is not.
        let known = Set(conditions.map(\.name))
        let learnt = ["clock.", "ending.federated-token"]
        memory.told = memory.told.filter { name, _ in
            known.contains(name) || learnt.contains { name.hasPrefix($0) }
        }
    }

    private mutating func weigh(_ condition: Condition) {
        let told = memory.told[condition.name]
        switch condition.state {
        case .undecided: break
        case .absent(let text):
            guard told != nil else { return }
            memory.told[condition.name] = nil
            notices.append(Notice(code: "\(condition.code).over", tone: .good, text: text, isFinal: true))
        case .present(let level, let text, let fix):
            let last = told?.level ?? 0
            if level > last {
                notices.append(
                    Notice(
                        code: condition.code,
                        tone: level > 1 ? .bad : .warning,
                        text: "\(text) \(fix)",
                        isFinal: true
                    )
                )
            }
            let kept = condition.goesDown ? level : max(level, last)
            memory.told[condition.name] = HealthMemory.Told(level: kept, since: told?.since ?? sight.now)
        }
    }

    // MARK: What ends

    private func ending(_ ending: HealthSight.Ending) -> Condition {
        let left = ending.endsAt.since(sight.now)
        let level: Int
        switch ending.kind {
        case .certificate:
            level = (Self.expiryDays + [0]).count { left <= .seconds($0 * 86_400) }
        case .federatedToken:
            level = left <= .seconds(-60) ? 1 : 0
        }
        let state: State
        if level == 0 {
            state = .absent(text: "\(ending.title) is renewed: it ends on \(ending.endsAt.iso8601).")
        } else {
            let text =
                left <= .zero
                ? "\(ending.title) ended on \(ending.endsAt.iso8601)."
                : "\(ending.title) ends in \(Self.spoken(left)), on \(ending.endsAt.iso8601)."
            state = .present(level: level, text: text, fix: ending.fix)
        }
        return Condition(
            name: "ending.\(ending.name)",
            code: "health.credential-ends",
            state: state,
            goesDown: true
        )
    }

    // MARK: Tokens

    private mutating func noteToken() {
        switch sight.token {
        case .unknown: break
        case .given: memory.tokenFailingSince = nil
        case .failing: if memory.tokenFailingSince == nil { memory.tokenFailingSince = sight.now }
        }
    }

    private var token: Condition {
        let state: State
        switch sight.token {
        case .unknown: state = .undecided
        case .given: state = .absent(text: "Entra ID gives tokens again.")
        case .failing(let message, let fix):
            let time = memory.tokenFailingSince.map { sight.now.since($0) } ?? .zero
            let level = Self.tokenThresholds.count { time >= $0 }
            state =
                level == 0
                ? .undecided
                : .present(
                    level: level,
                    text: "No new token for Defender for \(Self.spoken(time)). \(message)",
                    fix: fix
                )
        }
        return Condition(name: "token", code: "health.token-failing", state: state)
    }

    // MARK: Sources

    private mutating func noteSources() {
        guard !sight.sources.isEmpty else {
            memory.lookedAt = nil
            memory.quietFrom = [:]
            return
        }
        let gap = memory.lookedAt.map { sight.now.since($0) } ?? .zero
        var from: [String: Timestamp] = [:]
        for source in sight.sources {
            let before = memory.quietFrom[source.name.text]
            let counted = before.map { gap >= Self.gapMin ? $0 + gap : $0 } ?? sight.now
            // The first look at a source that was heard long ago begins now: it may have been silent on purpose.
            from[source.name.text] = min(max(counted, source.heardAt ?? counted), sight.now)
        }
        memory.quietFrom = from
        if memory.lookedAt == nil || gap >= Self.lookedEvery || gap < .zero { memory.lookedAt = sight.now }
    }

    private func silence(_ source: HealthSight.Source) -> Condition {
        let name = "quiet.\(source.name)"
        let time = memory.quietFrom[source.name.text].map { sight.now.since($0) } ?? .zero
        let state: State
        if time >= source.quietAfter {
            let heard = source.heardAt.map { "since \($0.iso8601)" } ?? "since the bridge listens"
            state = .present(
                level: 1,
                text: "Source \(source.name) has sent nothing genuine \(heard); expected was something every "
                    + "\(source.quietAfter.spoken).",
                fix:
                    "Look there whether its webhook is still switched on, and for refused deliveries in the log here."
            )
        } else if let told = memory.told[name], source.heardAt.map({ $0 <= told.since }) ?? true {
            state = .undecided
        } else {
            state = .absent(text: "Source \(source.name) is heard again.")
        }
        return Condition(name: name, code: "health.source-quiet", state: state)
    }

    // MARK: Clocks

    private func clock(_ clock: HealthSight.ServerClock) -> Condition {
        let off = clock.ahead < .zero ? .zero - clock.ahead : clock.ahead
        let level = Self.clockThresholds.count { off > $0 }
        let way = clock.ahead > .zero ? "behind" : "ahead of"
        let state: State
        if level > 0 {
            state = .present(
                level: level,
                text: "This machine's clock is \(off.wholeSeconds) s \(way) \(clock.server)'s.",
                fix:
                    "Set it right and keep it so with NTP; beyond five minutes tokens and signatures are refused."
            )
        } else if off > Self.clockRightMax {
            state = .undecided
        } else {
            state = .absent(text: "This machine's clock agrees with \(clock.server)'s again.")
        }
        return Condition(name: "clock.\(clock.server)", code: "health.clock-drifts", state: state)
    }

    /// In one unit, rounded down: `6 days`, `3 hours`, `5 minutes`.
    static func spoken(_ time: Duration) -> String {
        let seconds = time.wholeSeconds
        for (unit, size) in [("day", Int64(86_400)), ("hour", 3_600)] where seconds >= size {
            let count = seconds / size
            return "\(count) \(unit)\(count == 1 ? "" : "s")"
        }
        let minutes = max(seconds / 60, 1)
        return "\(minutes) minute\(minutes == 1 ? "" : "s")"
    }
}
