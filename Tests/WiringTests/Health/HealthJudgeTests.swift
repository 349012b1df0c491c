import Enqueuing
import Testing
import Vocabulary

@testable import Wiring

/// What is told of the bridge's health, and when.
struct HealthJudgeTests {
    private static let start = Timestamp(seconds: 1_795_000_000)
    private static let day: Int64 = 86_400

    /// A bridge whose looks follow each other; all that it knows is in the memory.
    private struct Course {
        var memory = HealthMemory()

        /// `CODE/TONE` of what is told.
        mutating func look(_ sight: HealthSight) -> [String] {
            let judge = HealthJudge(sight, memory)
            memory = judge.memory
            return judge.notices.map { "\($0.code)/\($0.tone.rawValue)" }
        }
    }

    private func sight(_ seconds: Int64) -> HealthSight { HealthSight(now: Self.start + .seconds(seconds)) }

    // MARK: Certificates

    private func ending(in seconds: Int64, at moment: Int64) -> HealthSight {
        var sight = sight(moment)
        sight.endings = [
            HealthSight.Ending(
                name: "application-certificate",
                title: "The application's certificate",
                endsAt: Self.start + .seconds(seconds),
                fix: "Make a new one."
            )
        ]
        return sight
    }

    @Test func `a certificate is told at 30, 7 and 1 days, at its end, and when it is renewed`() {
        var course = Course()
        let end = 40 * Self.day
        func look(daysLeft days: Int64, seconds: Int64 = 0) -> [String] {
            course.look(ending(in: end, at: end - days * Self.day - seconds))
        }
        let told = ["health.credential-ends/bad"]
        #expect(look(daysLeft: 30, seconds: 1) == [])
        #expect(look(daysLeft: 30) == ["health.credential-ends/warning"])
        #expect(look(daysLeft: 29) == [])
        #expect(look(daysLeft: 7, seconds: 1) == [])
        #expect(look(daysLeft: 7) == told)
        #expect(look(daysLeft: 2) == [])
        #expect(look(daysLeft: 1) == told)
        #expect(look(daysLeft: 0, seconds: 1) == [])
        #expect(look(daysLeft: 0) == told)
        #expect(look(daysLeft: -3) == [])
        // Replaced by one of a year.
        #expect(
            course.look(ending(in: 400 * Self.day, at: 43 * Self.day)) == ["health.credential-ends.over/good"]
        )
        #expect(course.memory.told == [:])
    }

    @Test func `the first look tells the nearest threshold alone, and a new short one its own`() {
        var course = Course()
        #expect(course.look(ending(in: 6 * Self.day, at: 0)) == ["health.credential-ends/bad"])
        #expect(course.look(ending(in: 6 * Self.day, at: 60)) == [])
        // Replaced by one of twenty days: it was told already that it is near; at seven days it is told again.
        #expect(course.look(ending(in: 20 * Self.day, at: 120)) == [])
        #expect(course.look(ending(in: 20 * Self.day, at: 14 * Self.day)) == ["health.credential-ends/bad"])
    }

    @Test func `it is said in words that can be acted on`() {
        let judge = HealthJudge(ending(in: 6 * Self.day + 3_600, at: 0), HealthMemory())
        #expect(
            judge.notices.map(\.text) == [
                "The application's certificate ends in 6 days, on 2026-11-24T12:06:40Z. Make a new one."
            ]
        )
        #expect(judge.notices.first?.isFinal == true)
    }

    @Test func `a federated token is told only once it is over`() {
        var course = Course()
        func look(_ left: Int64) -> [String] {
            var sight = ending(in: left, at: 0)
            sight.endings[0].kind = .federatedToken
            sight.endings[0].name = "federated-token"
            return course.look(sight)
        }
        #expect(look(600) == [])
        #expect(look(-59) == [])
        #expect(look(-60) == ["health.credential-ends/warning"])
        #expect(look(-600) == [])
        // After a restart its file is not known before it was read.
        #expect(course.look(sight(0)) == [])
        #expect(look(-660) == [])
        #expect(look(3_600) == ["health.credential-ends.over/good"])
    }

    // MARK: Tokens

    private func token(_ token: HealthSight.Token, at moment: Int64) -> HealthSight {
        var sight = sight(moment)
        sight.token = token
        return sight
    }

    @Test func `tokens that fail are told after five minutes, an hour and a day`() {
        var course = Course()
        let failing = HealthSight.Token.failing(message: "Entra ID said no.", fix: "Make a new secret.")
        #expect(course.look(token(failing, at: 0)) == [])
        #expect(course.look(token(failing, at: 299)) == [])
        #expect(course.look(token(failing, at: 300)) == ["health.token-failing/warning"])
        #expect(course.look(token(failing, at: 3_599)) == [])
        #expect(course.look(token(failing, at: 3_600)) == ["health.token-failing/bad"])
        #expect(course.look(token(failing, at: 86_400)) == ["health.token-failing/bad"])
        // A restart knows nothing of tokens yet: neither an end nor a beginning.
        #expect(course.look(token(.unknown, at: 86_460)) == [])
        #expect(course.look(token(failing, at: 86_520)) == [])
        #expect(course.look(token(.given, at: 90_000)) == ["health.token-failing.over/good"])
        #expect(course.look(token(.given, at: 90_060)) == [])
    }

    @Test func `what fails for a short time is not told at all`() {
        var course = Course()
        let failing = HealthSight.Token.failing(message: "No.", fix: "Wait.")
        #expect(course.look(token(failing, at: 0)) == [])
        #expect(course.look(token(.given, at: 240)) == [])
        #expect(course.look(token(failing, at: 300)) == [])
        #expect(course.look(token(failing, at: 599)) == [])
        let judge = HealthJudge(token(failing, at: 600), course.memory)
        #expect(judge.notices.map(\.text) == ["No new token for Defender for 5 minutes. No. Wait."])
    }

    // MARK: Sources

    private func quiet(heard: Int64?, at moment: Int64, after: Int64 = 3_600) -> HealthSight {
        var sight = sight(moment)
        sight.sources = [
            HealthSight.Source(
                name: SourceName("siem"),
                quietAfter: .seconds(after),
                heardAt: heard.map { Self.start + .seconds($0) }
            )
        ]
        return sight
    }

    @Test func `a source that says nothing for longer than it should is told, and its return`() {
        var course = Course()
        for minute: Int64 in 0..<60 { #expect(course.look(quiet(heard: 0, at: minute * 60)) == []) }
        #expect(course.look(quiet(heard: 0, at: 3_600)) == ["health.source-quiet/warning"])
        #expect(course.look(quiet(heard: 0, at: 3_660)) == [])
        #expect(course.look(quiet(heard: 3_700, at: 3_720)) == ["health.source-quiet.over/good"])
        #expect(course.look(quiet(heard: 3_700, at: 3_780)) == [])
    }

    @Test func `one that was never heard is told as well, counted from the first look`() {
        var course = Course()
        #expect(course.look(quiet(heard: nil, at: 0)) == [])
        #expect(course.look(quiet(heard: nil, at: 1_200)) == [])
        #expect(course.look(quiet(heard: nil, at: 2_400)) == [])
        let judge = HealthJudge(quiet(heard: nil, at: 3_600), course.memory)
        #expect(
            judge.notices.map(\.text) == [
                "Source siem has sent nothing genuine since the bridge listens; expected was something every 1h. "
                    + "Look there whether its webhook is still switched on, and for refused deliveries in the log here."
            ]
        )
    }

    @Test func `the time in which the bridge did not run is nobody's silence`() {
        var course = Course()
        #expect(course.look(quiet(heard: 0, at: 0)) == [])
        #expect(course.look(quiet(heard: 0, at: 600)) == [])
        // Two days later it is started again: of the hour ten minutes had passed.
        let later = 2 * Self.day
        #expect(course.look(quiet(heard: 0, at: later)) == [])
        #expect(course.look(quiet(heard: 0, at: later + 1_200)) == [])
        #expect(course.look(quiet(heard: 0, at: later + 2_400)) == [])
        #expect(course.look(quiet(heard: 0, at: later + 3_000)) == ["health.source-quiet/warning"])
    }

    @Test func `silence that was told is not over because the bridge was away`() {
        var course = Course()
        #expect(course.look(quiet(heard: 0, at: 0)) == [])
        #expect(course.look(quiet(heard: 0, at: 1_200)) == [])
        #expect(course.look(quiet(heard: 0, at: 2_400)) == [])
        #expect(course.look(quiet(heard: 0, at: 3_600)) == ["health.source-quiet/warning"])
        #expect(course.look(quiet(heard: 0, at: Self.day)) == [])
        #expect(
            course.look(quiet(heard: Self.day + 30, at: Self.day + 60)) == ["health.source-quiet.over/good"]
        )
    }

    @Test func `a source that is taken out is forgotten without a word`() {
        var course = Course()
        #expect(course.look(quiet(heard: nil, at: 0, after: 300)) == [])
        #expect(course.look(quiet(heard: nil, at: 300, after: 300)) == ["health.source-quiet/warning"])
        #expect(course.look(sight(360)) == [])
        #expect(course.memory == HealthMemory())
    }

    // MARK: Clocks

    private func clock(_ seconds: Int64) -> HealthSight {
        var sight = sight(0)
        sight.clocks = [HealthSight.ServerClock(server: "Entra ID", ahead: .seconds(seconds))]
        return sight
    }

    @Test(arguments: [1, -1] as [Int64])
    func `a clock is told beyond a minute and beyond five, and when it is right again`(sign: Int64) {
        var course = Course()
        #expect(course.look(clock(sign * 60)) == [])
        #expect(course.look(clock(sign * 61)) == ["health.clock-drifts/warning"])
        // Back and forth around a threshold says nothing new.
        #expect(course.look(clock(sign * 59)) == [])
        #expect(course.look(clock(sign * 61)) == [])
        #expect(course.look(clock(sign * 301)) == ["health.clock-drifts/bad"])
        #expect(course.look(clock(sign * 299)) == [])
        #expect(course.look(clock(sign * 301)) == [])
        // A server that has not answered since a restart says nothing of its clock.
        #expect(course.look(sight(0)) == [])
        #expect(course.look(clock(sign * 45)) == ["health.clock-drifts.over/good"])
        let judge = HealthJudge(clock(sign * 90), HealthMemory())
        let way = sign > 0 ? "behind" : "ahead of"
        #expect(
            judge.notices.map(\.text) == [
                "This machine's clock is 90 s \(way) Entra ID's. Set it right and keep it so with NTP; beyond five minutes "
                    + "tokens and signatures are refused."
            ]
        )
    }

    @Test(
        arguments: [
            (59, "1 minute"), (300, "5 minutes"), (3_600, "1 hour"), (86_399, "23 hours"), (86_400, "1 day"),
            (6 * 86_400 + 5, "6 days"),
        ] as [(Int64, String)]
    )
    func `times are said in one unit`(seconds: Int64, words: String) {
        #expect(HealthJudge.spoken(.seconds(seconds)) == words)
    }
}
