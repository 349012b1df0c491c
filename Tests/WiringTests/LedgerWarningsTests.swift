import Enqueuing
import EnqueuingSQLite
import Foundation
import Testing
import Vocabulary

@testable import Wiring

/// What `check` finds by looking into the ledger.
struct LedgerWarningsTests {
    private let folder: SettingsFolder
    private let now = OperatorScene.noon
    private static let day: Int64 = 86_400

    /// Line 11 to 14: the people.
    private static let people = """
        people:
          mia: { local: mia }
          omar: { local: omar }
          ines: { local: ines }

        """

    init() throws {
        folder = try SettingsFolder()
    }

    /// A ledger that began so many days ago, with what else was written then.
    private func ledger(
        begun days: Int64,
        _ more: @escaping @Sendable (any LedgerTransaction) throws -> Void
    ) async throws {
        let begin = Timestamp(seconds: now.milliseconds / 1_000 - days * Self.day)
        let ledger = try await SQLiteLedger.open(folder.path("ledger.db"), clock: { begin })
        try await ledger.write { transaction in
            try seal(AuditEntry(kind: "settings.read", subject: "bridge", actor: "bridge"), in: transaction)
            try more(transaction)
        }
        try await ledger.close()
    }

    private func warnings() async throws -> [String] {
        let settings = try folder.read(Self.people)
        let found = await LedgerWarnings(settings: settings, now: now).all()
        return found.map { "\($0.line):\($0.column): \($0.severity): \($0.what); \($0.fix)" }
    }

    private static func wasActive(
        _ person: String,
        daysAgo days: Int64,
        _ transaction: any LedgerTransaction
    )
        throws
    {
        let moment = OperatorScene.noon.milliseconds - days * day * 1_000
        try transaction.setFlag(LedgerWarnings.activeFlag(of: person), String(moment))
    }

    @Test func `without a ledger there is nothing to say, and none is made`() async throws {
        #expect(try await warnings() == [])
        #expect(!FileManager.default.fileExists(atPath: folder.path("ledger.db")))
    }

    @Test func `who asked for nothing for more than 90 days is named where they stand`() async throws {
        try await ledger(begun: 200) { transaction in
            try Self.wasActive("mia", daysAgo: 90, transaction)
            try Self.wasActive("omar", daysAgo: 120, transaction)
        }
        #expect(
            try await warnings() == [
                "12:3: warning: omar has not asked for anything for 120 days; "
                    + "take them out of `people` if they left",
                "13:3: warning: ines has not asked for anything yet; take them out of `people` if they left",
            ]
        )
    }

    @Test func `a young ledger knows nobody yet and blames nobody`() async throws {
        try await ledger(begun: 90) { _ in }
        #expect(try await warnings() == [])
    }

    @Test func `a containment whose source is gone is named`() async throws {
        let machine = try #require(OperatorScene.laptop)
        try await ledger(begun: 1) { transaction in
            for (id, source, name) in [
                ("j-1", "old-chat", "srv-2"), ("j-2", "old-chat", "laptop-7"), ("j-3", "soc-chat", "x"),
                ("j-4", "local", "y"),
            ] {
                try transaction.put(
                    Claim(
                        id: JobID(id),
                        sequence: 1,
                        machine: machine,
                        machineName: name,
                        owner: .person("mia"),
                        ownerText: "mia",
                        source: SourceName(source),
                        ticket: nil,
                        reason: nil,
                        isolationType: "Full",
                        openedAt: OperatorScene.noon
                    )
                )
            }
        }
        #expect(
            try await warnings() == [
                "6:1: warning: source old-chat is gone, and what was asked there still contains laptop-7, srv-2; "
                    + "keep the source until they are released, or release them"
            ]
        )
    }

    @Test func `a file that is no ledger is one warning, and check still succeeds`() async throws {
        try folder.write("ledger.db", "no database at all")
        let found = try await warnings()
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("1:1: warning: the ledger cannot be read") == true, "\(found)")
        let all = await Check.problems(
            of: folder.path("bascule.yaml"),
            environment: folder.environment,
            now: now
        )
        #expect(all.contains { $0.what.contains("the ledger cannot be read") })
        #expect(all.allSatisfy { $0.severity == .warning }, "\(all)")
    }
}
