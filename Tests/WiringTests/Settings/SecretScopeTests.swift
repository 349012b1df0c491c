import Testing
import Vocabulary

@testable import Wiring

struct SecretScopeTests {
    @Test func `an operator's command reads no secret and no two of what stands for them are equal`() throws {
        let folder = try SettingsFolder()
        try folder.write("bascule.yaml", SettingsFolder.base)
        let settings = try SettingsReader.read(
            folder.path("bascule.yaml"),
            environment: [:],
            secrets: .unread
        )
        let secrets = settings.sources.flatMap(\.secrets)
        #expect(secrets.count == 3)
        #expect(Set(secrets).count == 3)
        #expect(settings.takenVariables.isEmpty)
    }

    @Test func `one source's secrets are read alone and judged alone`() throws {
        let folder = try SettingsFolder()
        try folder.write("bascule.yaml", SettingsFolder.base)
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
