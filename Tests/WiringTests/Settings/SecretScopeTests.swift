import Testing
import Vocabulary

@testable import Wiring

struct SecretScopeTests {
    private let folder: SettingsFolder

    init() throws {
        folder = try SettingsFolder()
        try folder.write("bascule.yaml", SettingsFolder.base)
    }

    @Test func `an operator's commands read the settings without any secret`() throws {
        let path = folder.path("bascule.yaml")
        let settings = try SettingsReader.read(path, environment: [:], secrets: .unread)
        #expect(settings.control?.hasSuffix("control.sock") == true)
        #expect(settings.takenVariables.isEmpty)
        let again = try SettingsReader.read(path, environment: [:], secrets: .unread)
        #expect(settings.sources[0].secrets != again.sources[0].secrets, "nothing fits what was not read")
        let secrets = settings.sources.flatMap(\.secrets)
        #expect(secrets.count == 3)
        #expect(Set(secrets).count == 3)
        #expect(throws: SettingsProblems.self) { try SettingsReader.read(path, environment: [:]) }
    }

    @Test func `a secret is not read even if it is there`() throws {
        let settings = try SettingsReader.read(
            folder.path("bascule.yaml"),
            environment: folder.environment,
            secrets: .unread
        )
        #expect(settings.sources[0].secrets != [Secret("slack-PLANTED")])
        #expect(settings.takenVariables.isEmpty)
    }

    @Test func `the form of a secret is checked all the same`() throws {
        try folder.write(
            "bascule.yaml",
            SettingsFolder.base.replacing("{ env: JIRA }, reply", with: "plain, reply")
        )
        #expect(throws: SettingsProblems.self) {
            try SettingsReader.read(folder.path("bascule.yaml"), environment: [:], secrets: .unread)
        }
    }

    @Test func `one source's secrets are read alone`() throws {
        let settings = try SettingsReader.read(
            folder.path("bascule.yaml"),
            environment: ["JIRA": "jira-PLANTED"],
            secrets: .source(SourceName("tickets"))
        )
        let tickets = settings.sources.first { $0.name.text == "tickets" }
        #expect(tickets?.secrets == [Secret("jira-PLANTED")])
        #expect(settings.takenVariables == ["JIRA"])
    }

    @Test func `a secret that is read is judged alone`() throws {
        let settings = try SettingsReader.read(
            folder.path("bascule.yaml"),
            environment: ["SIEM": "whsec_UExBTlRFRA=="],
            secrets: .source(SourceName("siem"))
        )
        #expect(settings.sources.last?.secrets == [Secret("whsec_UExBTlRFRA==")])
        #expect(settings.takenVariables == ["SIEM"])
        let problems = #expect(throws: SettingsProblems.self) {
            try SettingsReader.read(
                folder.path("bascule.yaml"),
                environment: ["SIEM": "no base64"],
                secrets: .source(SourceName("siem"))
            )
        }
        #expect(problems?.all.filter { $0.severity == .error }.map(\.line) == [9])
    }
}
