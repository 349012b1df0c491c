import Deciding
import Enqueuing
import EnqueuingSQLite
import Foundation
import Vocabulary

/// What `check` finds by holding the settings against the ledger they name: people who ask for nothing any more,
/// and containments whose source is gone.
struct LedgerWarnings {
    /// Somebody who asked for nothing for this long may have left.
    static let idleMax = Duration.seconds(90 * 86_400)
    /// Machines of one source that are named.
    private static let namesMax = 5

    let settings: Settings
    let now: Timestamp

    /// The flag that holds when a person last asked for something, in Unix milliseconds.
    static func activeFlag(of person: String) -> String { "active.\(person)" }

    /// Nothing where there is no ledger yet; one warning where there is one that cannot be read.
    func all() async -> [SettingsProblem] {
        let path = settings.ledgerPath
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        do {
            let ledger = try await SQLiteLedger.openReadOnly(path)
            do {
                let found = try await all(in: ledger)
                try await ledger.close()
                return found
            } catch {
                try await ledger.close()
                throw error
            }
        } catch {
            let why = (error as? any Explained)?.message ?? "\(error)"
            return [
                warning(
                    settings.marks.ledger,
                    "the ledger cannot be read, so nothing of it was checked: \(Self.withoutStop(why))",
                    "run check as a user who may read \(path)"
                )
            ]
        }
    }

    func all(in ledger: any Ledger) async throws -> [SettingsProblem] {
        try await ledger.read { transaction in
            try idle(transaction) + orphans(transaction)
        }
    }

    private func idle(_ transaction: any LedgerTransaction) throws -> [SettingsProblem] {
        let begin = try transaction.audit(after: 0, limit: 1).first?.at
        let isOld = begin.map { now.since($0) > Self.idleMax } ?? false
        return try settings.policy.people.compactMap { person in
            let mark = settings.marks.people[person.name] ?? Settings.Mark()
            let fix = "take them out of `people` if they left"
            let flag = try transaction.flag(Self.activeFlag(of: person.name))
            guard let last = flag.flatMap(Int64.init).map(Timestamp.init(milliseconds:)) else {
                return isOld ? warning(mark, "\(person.name) has not asked for anything yet", fix) : nil
            }
            let idle = now.since(last)
            guard idle > Self.idleMax else { return nil }
            let days = idle.wholeSeconds / 86_400
            return warning(mark, "\(person.name) has not asked for anything for \(days) days", fix)
        }
    }

    private func orphans(_ transaction: any LedgerTransaction) throws -> [SettingsProblem] {
        let known = Set(settings.sources.map(\.name) + [ControlDesk.source])
        let claims = try transaction.openClaims(on: nil).filter { !known.contains($0.source) }
        let bySource = Dictionary(grouping: claims, by: \.source).sorted { $0.key < $1.key }
        return bySource.map { source, claims in
            let names = Set(claims.map(\.machineName)).sorted()
            let more = names.count > Self.namesMax ? " and \(names.count - Self.namesMax) more" : ""
            let shown = names.prefix(Self.namesMax).map(TerminalText.line).joined(separator: ", ") + more
            return warning(
                settings.marks.sources,
                "source \(source) is gone, and what was asked there still contains \(shown)",
                "keep the source until they are released, or release them"
            )
        }
    }

    private func warning(_ mark: Settings.Mark, _ what: String, _ fix: String) -> SettingsProblem {
        SettingsProblem(
            severity: .warning,
            file: settings.file,
            line: mark.line,
            column: mark.column,
            what: what,
            fix: fix
        )
    }

    private static func withoutStop(_ sentence: String) -> String {
        sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    }
}
