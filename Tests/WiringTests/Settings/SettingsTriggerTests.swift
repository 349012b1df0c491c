import Classifying
import Testing
import Vocabulary

@testable import Wiring

struct SettingsTriggerTests {
    private static func route(_ text: String) -> String { "routes:\n  - { \(text) }\n" }

    @Test func `a trigger, a comment's command and a confirmation are read`() throws {
        let folder = try SettingsFolder()
        let settings = try folder.read(
            """
            routes:
              - { from: tickets, trigger: { status-changed-to: Contain }, do: isolate, machine: .m, confirm: chat }
              - { from: tickets, trigger: { comment-command: "@bascule" } }
            """
        )
        #expect(settings.routes.map(\.trigger) == [.statusChangedTo("Contain"), .commentCommand("@bascule")])
        #expect(settings.routes.map(\.confirmation) == [.chat, nil])
    }

    @Test(arguments: [
        (
            "from: tickets, trigger: { status: Contain }, do: isolate, machine: .m",
            "11:33: \"trigger\" of route 1 has no key \"status\""
        ),
        (
            "from: tickets, trigger: { label-added: x, label-removed: x }, do: isolate, machine: .m",
            "11:31: \"trigger\" of route 1 says 2 things; write exactly one of: status-changed-to"
        ),
        (
            "from: siem, trigger: { label-added: x }, do: isolate, machine: .m",
            "11:19: standard-webhooks has no tickets that a trigger could be about; write `when` in jq instead"
        ),
        (
            "from: siem, when: .x, do: isolate, machine: .m, confirm: chat",
            "11:55: standard-webhooks proves no person who could confirm it; ask others to agree instead"
        ),
        (
            "from: tickets, when: .x, do: isolate, machine: .m, confirm: mail",
            "11:67: \"confirm\" of route 1 is \"mail\"; write one of: chat"
        ),
        (
            "from: tickets, trigger: { comment-command: \"@b\" }, do: isolate",
            "11:58: a route that reads commands out of comments has no \"do\"; the comment says it; remove it"
        ),
        (
            "from: soc-chat, command: /mde, trigger: { label-added: x }",
            "11:38: a command's route has no \"trigger\"; the grammar says it"
        ),
    ])
    func `what a trigger cannot be is said with its place`(text: String, expected: String) throws {
        let folder = try SettingsFolder()
        let errors = try folder.errors(Self.route(text))
        #expect(errors.contains { $0.hasPrefix(expected) }, "\(errors)")
    }
}
