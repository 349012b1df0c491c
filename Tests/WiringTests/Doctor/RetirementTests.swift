import Deciding
import Testing
import Vocabulary

@testable import Wiring

/// What Microsoft takes away, as `check` and `doctor` say it.
struct RetirementTests {
    private let hunt = Retirement(
        word: "hunt",
        backEnd: "Defender for Endpoint API",
        date: "2027-02-01"
    )

    private func grant(_ number: Int, _ actions: [String]) -> Grant {
        Grant(
            number: number,
            line: 10 + number,
            column: 5,
            actions: actions,
            grantees: [.person("mia")],
            machines: .any
        )
    }

    @Test func `check warns of each grant that allows it, with its date`() throws {
        let reading = SettingsReading(file: "bascule.yaml", environment: [:])
        let now = try #require(Timestamp(iso8601: "2027-01-31T23:59:59Z"))
        SettingsReader.warnOfRetirement(
            [grant(1, ["isolate"]), grant(2, ["hunt", "isolate"])],
            reading,
            retirements: [hunt],
            now: now
        )
        #expect(
            reading.problems.map(\.text) == [
                "bascule.yaml:12:5: warning: grant 2 allows hunt: hunt ends on 2027-02-01 (Defender for Endpoint API); "
                    + "choose the other back end under `back-ends`"
            ]
        )
    }

    @Test func `from its day on it has ended`() throws {
        #expect(
            hunt.text(at: try #require(Timestamp(iso8601: "2027-02-01T00:00:00Z"))).hasPrefix("hunt ended on")
        )
        #expect(
            hunt.text(at: try #require(Timestamp(iso8601: "2027-01-31T00:00:00Z"))).hasPrefix("hunt ends on")
        )
    }

    @Test func `the catalogue's own dates are dates`() {
        for retirement in Retirement.all() {
            #expect(retirement.date.wholeMatch(of: /20[0-9]{2}-[01][0-9]-[0-3][0-9]/) != nil, "\(retirement)")
        }
        #expect(Retirement.announced.contains("2027-02-01"))
    }
}
