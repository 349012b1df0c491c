import Deciding
import Enqueuing
import Testing
import Vocabulary

@testable import Wiring

/// Indicators in settings and at the desk: an end that must be said, and the bridge's own hosts.
struct IndicatorSettingsTests {
    private func route(_ rest: String) -> String {
        """
        services: { sentinel: { source: siem } }
        routes:
          - { from: siem, do: block, machine: .m\(rest) }

        """
    }

    @Test(arguments: [", for: 7d", ", with: { expires: never }"])
    func `a route that sets an indicator says its end`(rest: String) throws {
        #expect(try SettingsFolder().errors(route(rest)) == [])
    }

    @Test func `a route without one is an error`() throws {
        let errors = try SettingsFolder().errors(route(""))
        #expect(errors.count == 1)
        #expect(
            errors.first?.hasSuffix(
                "block needs an end, and route 1 says none; add such as `for: 30d`, or `with: { expires: never }`"
            ) == true,
            "\(errors)"
        )
    }

    @Test(arguments: [
        (
            "cloud: gcc-high",
            ["api-gov.securitycenter.microsoft.us", "login.microsoftonline.us"]
        ),
        (
            "cloud: { api: \"https://API.cloud.example:8443\", login: \"https://login.cloud.example\", "
                + "scope: \"https://scope.cloud.example/.default\" }",
            ["api.cloud.example", "login.cloud.example", "scope.cloud.example"]
        ),
    ])
    func `the hosts that the bridge calls are known to the policy`(cloud: String, hosts: [String]) throws {
        let text = SettingsFolder.base.replacing("defender:\n", with: "defender:\n  \(cloud)\n")
        #expect(try SettingsFolder().readWhole(text).policy.ownHosts == Set(hosts))
    }

    @Test(
        arguments: [
            ([:], nil, #""block" needs an end: "for <duration>", or "for ever"."#),
            (["expires": "never"], TimeBox("1h"), #""block" cannot end in time and last for ever."#),
        ] as [([String: String], TimeBox?, String)]
    )
    func `a wish without an end, or with two, becomes no job`(
        parameters: [String: String],
        duration: TimeBox?,
        words: String
    ) async throws {
        let refused = try await understood(parameters, duration)
        #expect(refused.verdict == .refused)
        #expect(refused.notices.map(\.text) == [words])
        #expect(refused.jobs.isEmpty)
    }

    @Test func `a wish with an end is recorded with it`() async throws {
        let accepted = try await understood([:], TimeBox("7d"))
        #expect(accepted.notices.map(\.text) == ["block evil.example for 7d: recorded."])
    }

    private func understood(
        _ parameters: [String: String],
        _ duration: TimeBox?
    ) async throws -> Understanding {
        let policy = Policy(
            people: [Person(name: "mia", localUsers: ["mia"])],
            grants: [OperatorScene.grant(1, ["block"], to: "mia")]
        )
        let desk = IntentDesk(
            policy: policy,
            ledger: MemoryLedger(clock: { OperatorScene.noon }),
            identifiers: IdentifierMaker(random: { 7 }),
            now: OperatorScene.noon,
            isAnswerRead: true
        )
        let request = ActionRequest(
            action: "block",
            subject: .thing("evil.example"),
            parameters: parameters,
            duration: duration
        )
        return try await desk.decide(
            Intent(source: SourceName("local"), asker: .local("mia"), request: .action(request))
        )
    }
}
