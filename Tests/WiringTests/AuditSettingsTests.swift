import Enqueuing
import Foundation
import JSONReader
import Testing
import Vocabulary

@testable import Wiring

/// The `audit` of a settings file.
@Suite struct AuditSettingsTests {
    private static let digits = String(repeating: "0a", count: 32)

    @Test func `all of it is read, paths from the file's folder`() throws {
        let folder = try SettingsFolder()
        try folder.write("audit.key", Self.digits + "\n")
        let settings = try folder.read(
            """
            audit:
              key: { file: audit.key }
              every: 15m
              file: shipped.jsonl
              ship: { url: "https://siem.corp.example/bascule/", secret: { env: SIEM } }
            """
        )
        let audit = try #require(settings.audit)
        #expect(audit.seed == Secret([UInt8](repeating: 0x0A, count: 32)))
        #expect(audit.every == .seconds(900))
        #expect(audit.file == folder.path("shipped.jsonl"))
        #expect(audit.ship?.url == "https://siem.corp.example/bascule")
        #expect(settings.fileDigest.utf8.count == 64)
        #expect(try folder.read("audit: { file: a.jsonl }").audit?.every == .seconds(3_600))
        #expect(try folder.read("").audit == nil)
        #expect(try folder.read("").fileDigest != settings.fileDigest)
    }

    @Test(arguments: [
        ("audit: {}", "goes nowhere"),
        ("audit: { file: a, every: 1h }", "there is no \"key\""),
        ("audit: { file: a, evry: 1h }", "did you mean \"every\"?"),
        ("audit: { ship: { url: http://siem.example, secret: { env: SIEM } } }", "write an https address"),
        ("audit: { ship: { url: https://siem.example } }", "has no \"secret\""),
        ("audit: { ship: { url: https://siem.example, secret: { env: SLACK } } }", "unusable"),
        ("audit: { file: a, key: { env: SLACK } }", "64 lower-case hexadecimal digits"),
        ("audit: { file: a, key: 0a0a }", "stands in the file itself"),
    ])
    func `what is wrong with it is said`(text: String, words: String) throws {
        let errors = try SettingsFolder().errors(text)
        #expect(errors.contains { $0.contains(words) }, "\(errors)")
    }

    @Test func `the public key is printed without any other secret`() throws {
        var folder = try SettingsFolder()
        try folder.write("audit.key", Self.digits)
        _ = try folder.read("audit: { file: a, key: { file: audit.key } }")
        folder.environment = [:]
        let signer = try AuditCommand.Key.signer(folder.path("bascule.yaml"), folder.environment)
        #expect(signer.publicKey.utf8.count == 64)
        #expect(signer.publicKey != Self.digits)
    }

    @Test func `the settings in force are on record, and a change with what was before`() async throws {
        let folder = try SettingsFolder()
        let scene = OperatorScene()
        let first = try folder.read("")
        let second = try folder.read("watch: { every: 9s }")
        try await scene.ledger.recordSettings(first, by: "start")
        try await scene.ledger.recordSettings(first, by: "start")
        try await scene.ledger.recordSettings(second, by: "reload")
        let rows = try await scene.audit()
        #expect(rows.map(\.kind) == ["settings.read", "settings.read", "settings.changed"])
        #expect(rows.last?.detail == ["sha256": second.fileDigest, "was": first.fileDigest])
    }
}
