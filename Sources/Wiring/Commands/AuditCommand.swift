import ArgumentParser
import Enqueuing
import JSONReader
import Vocabulary

/// `audit [tail|verify|export]`: what happened, in a chain that shows what was changed.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Show, verify or export what happened.",
        subcommands: [Tail.self, Verify.self, Export.self],
        defaultSubcommand: Tail.self
    )

    struct Tail: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "tail", abstract: "The last rows.")

        @OptionGroup var common: OperatorOptions

        @Option(name: .long, help: "How many rows, up to \(LedgerReading.rowsMax).")
        var rows = 20

        func run() async throws {
            print(try await CommandEnd.operating { try await OperatorAccess.open(common.config, text) })
        }

        func text(_ access: OperatorAccess) async throws -> String {
            let rows = try await access.read("/audit", query: ["last": String(rows)])["rows"]?.array ?? []
            if common.json { return JSONValue.array(rows).encodedText }
            return rows.isEmpty
                ? "Nothing has happened yet." : rows.map(AuditText.line).joined(separator: "\n")
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Check that no row was changed, taken out or put in.",
            discussion: """
                Rows taken off the end leave a chain that fits: keep the number of rows and the last hash \
                somewhere else, and compare.
                """
        )

        @OptionGroup var common: OperatorOptions

        func run() async throws {
            let finding = try await CommandEnd.operating {
                try await OperatorAccess.open(common.config, AuditCommand.verify)
            }
            print(common.json ? finding.json.encodedText : finding.text)
            if !finding.isIntact { throw CommandEnd.no }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Every row as a line of JSON; ends with 1, naming the row, if the chain is broken."
        )

        @OptionGroup var common: OperatorOptions

        func run() async throws {
            let finding = try await CommandEnd.operating {
                try await OperatorAccess.open(common.config) { access in
                    try await AuditCommand.export(access) { print($0) }
                }
            }
            guard finding.isIntact else {
                CommandEnd.complain(finding.text)
                throw CommandEnd.no
            }
        }
    }

    /// Walks the whole chain.
    static func verify(_ access: OperatorAccess) async throws -> AuditVerifier.Finding {
        try await export(access) { _ in }
    }

    /// Hands over every row as a line of JSON, and says whether the chain they make holds.
    static func export(
        _ access: OperatorAccess,
        line: (String) -> Void
    ) async throws -> AuditVerifier.Finding {
        var verifier = AuditVerifier()
        var unreadable: AuditVerifier.Finding?
        do {
            try await access.audit { rows in
                for json in rows {
                    line(json.encodedText)
                    guard let row = AuditRow(json: json) else {
                        unreadable = unreadable ?? .unreadable(json["sequence"]?.integer ?? 0)
                        continue
                    }
                    verifier.take(row)
                }
                return true
            }
        } catch LedgerError.damaged(let detail) {
            return .damaged(after: verifier.rows, detail)
        } catch ControlFailure.refused(let refusal) where refusal.code == LedgerError.damaged("").code {
            return .damaged(after: verifier.rows, refusal.message)
        }
        if case .broken = verifier.finding { return verifier.finding }
        return unreadable ?? verifier.finding
    }
}

extension AuditVerifier {
    fileprivate var rows: Int64 {
        if case .intact(let rows, _) = finding { rows } else { 0 }
    }
}

extension AuditVerifier.Finding {
    /// A row that cannot even be read is an answer, not a failure to ask.
    fileprivate static func damaged(after rows: Int64, _ detail: String) -> Self {
        .broken(sequence: rows + 1, reason: "here or later the ledger is damaged: \(detail)")
    }

    fileprivate static func unreadable(_ sequence: Int64) -> Self {
        .broken(sequence: sequence, reason: "it is no row of an audit")
    }

    var isIntact: Bool {
        if case .intact = self { true } else { false }
    }

    var text: String {
        switch self {
        case .intact(let rows, let lastHash): "intact: \(rows) rows, last hash \(lastHash)"
        case .broken(let sequence, let reason): TerminalText.line("broken at row \(sequence): \(reason)")
        }
    }

    var json: JSONValue {
        switch self {
        case .intact(let rows, let lastHash):
            ["verdict": "intact", "rows": .integer(rows), "last_hash": .string(lastHash)]
        case .broken(let sequence, let reason):
            ["verdict": "broken", "row": .integer(sequence), "reason": .string(reason)]
        }
    }
}
