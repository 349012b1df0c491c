import Deciding
import Testing

@testable import Wiring

/// Grants of what is looked up, and of what is about no machine.
struct LookUpGrantTests {
    private static func text(_ grant: String) -> String {
        """
        people: { mia: { soc-chat: T024/U1 } }
        grants: [ { \(grant), to: [mia] } ]

        """
    }

    @Test(arguments: [
        "allow: [look-ups]", "allow: [look-ups], machines: any", "allow: [alerts, alert-update]",
        "allow: [look-ups, alert-update]", "allow: [look-ups, machine-users], machines: any",
        "allow: [machine-users], machines: { os: client }",
    ])
    func `look-ups and what is about no machine need no condition on machines`(grant: String) throws {
        #expect(try SettingsFolder().errors(Self.text(grant)) == [])
    }

    @Test func `look-ups stand for every question but hunting and status`() throws {
        let settings = try SettingsFolder().read(Self.text("allow: [look-ups]"))
        let grant = try #require(settings.policy.grants.first)
        #expect(grant.machines.isAny)
        for word in ["alerts", "machine-users", "file", "find-tag", "software-list", "exposure-score"] {
            #expect(grant.actions.contains(word), "\(word)")
        }
        for word in ["hunt", "status", "alert-update", "isolate", "look-ups"] {
            #expect(!grant.actions.contains(word), "\(word)")
        }
    }

    @Test(arguments: [
        ("allow: [machine-users]", "grant 1 has no \"machines\"; add it"),
        ("allow: [look-ups, machine-users]", "grant 1 has no \"machines\"; add it"),
        (
            "allow: [look-ups], machines: { os: client }",
            "most look-ups are about no machine, so that grant 1 with its \"machines\" never allows them"
        ),
        (
            "allow: [machine-users, file], machines: { os: client }",
            "file is about no machine, so that grant 1 with its \"machines\" never allows it"
        ),
        ("allow: [look-up]", "there is no action \"look-up\"; did you mean \"look-ups\"?"),
    ])
    func `a condition that could never hold, or one that is missing, is a mistake`(
        grant: String,
        said: String
    ) throws {
        let errors = try SettingsFolder().errors(Self.text(grant))
        #expect(errors.contains { $0.contains(said) }, "\(errors)")
    }
}
