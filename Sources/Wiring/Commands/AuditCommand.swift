import ArgumentParser
import Enqueuing
import Foundation
import JSONReader
import Vocabulary

/// `audit [tail|verify|export]`: what happened, in a chain that shows what was changed.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Show, verify or export what happened.",
        subcommands: [Tail.self, Verify.self, Export.self, EvidenceList.self, Key.self],
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
                Rows taken off the end leave a chain that fits. Give a shipped file or a single checkpoint from \
                elsewhere: every checkpoint in it must then be signed by the key, and its row be there as it says.
                """
        )

        @OptionGroup var common: OperatorOptions

        @Option(name: .long, help: "A file of JSON lines with checkpoints, kept outside this machine.")
        var checkpoint: String?

        @Option(name: .long, help: "Who must have signed: 64 hexadecimal digits, from `audit key`.")
        var publicKey: String?

        func validate() throws {
            if publicKey != nil, checkpoint == nil {
                throw ValidationError("--public-key says who signed the checkpoint: add --checkpoint.")
            }
        }

        func run() async throws {
            let checkpoints = try readCheckpoints()
            let finding = try await CommandEnd.operating {
                try await OperatorAccess.open(common.config) { access in
                    try await AuditCommand.verify(access, checkpoints, publicKey: publicKey)
                }
            }
            if checkpoints != nil, publicKey == nil {
                CommandEnd.complain("warning: who signed the checkpoints was not checked: add --public-key")
            }
            print(common.json ? finding.json.encodedText : finding.text)
            if !finding.isIntact { throw CommandEnd.no }
        }

        private func readCheckpoints() throws -> [AuditCheckpoint]? {
            guard let checkpoint else { return nil }
            guard let data = FileManager.default.contents(atPath: checkpoint) else {
                CommandEnd.complain("error: \(checkpoint) cannot be read")
                throw CommandEnd.usage
            }
            guard let found = AuditCheckpoint.all(in: String(decoding: data, as: UTF8.self)) else {
                CommandEnd.complain("error: \(checkpoint) has a signed line that is no checkpoint")
                throw CommandEnd.no
            }
            return found
        }
    }

    struct EvidenceList: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "evidence",
            abstract: "The packages kept, with their hashes and through whose hands they went, as JSON."
        )

        @OptionGroup var common: OperatorOptions

        func run() async throws {
            let answer = try await CommandEnd.operating {
                try await OperatorAccess.open(common.config) { try await $0.read("/evidence") }
            }
            for item in answer["evidence"]?.array ?? [] { print(item.encodedText) }
        }
    }

    struct Key: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "key",
            abstract: "The public half of the key that signs checkpoints, to keep outside."
        )

        @OptionGroup var common: OperatorOptions

        func run() async throws {
            let environment = ProcessInfo.processInfo.environment
            let signer = try await CommandEnd.settling { try Self.signer(common.config, environment) }
            print(
                common.json
                    ? JSONValue.object(["key": .string(signer.name), "public_key": .string(signer.publicKey)])
                        .encodedText
                    : signer.publicKey
            )
        }

        static func signer(_ config: String, _ environment: [String: String]) throws -> AuditSigner {
            let settings = try SettingsReader.read(config, environment: environment, secrets: .auditKey)
            guard let seed = settings.audit?.seed else {
                CommandEnd.complain(
                    "error: the settings have no audit key. Add audit: { key: { file: PATH } }."
                )
                throw CommandEnd.usage
            }
            return try AuditSigner(seed: seed)
        }
    }

    /// Walks the whole chain, and holds it against checkpoints from outside.
    static func verify(
        _ access: OperatorAccess,
        _ checkpoints: [AuditCheckpoint]?,
        publicKey: String?
    ) async throws -> AuditVerifier.Finding {
        guard let checkpoints else { return try await verify(access) }
        var comparison = CheckpointComparison(checkpoints, publicKey: publicKey)
        let finding = try await walk(access) { row, _ in
            if let row { comparison.take(row) }
        }
        return finding.isIntact ? comparison.finding ?? finding : finding
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
        try await walk(access) { _, json in line(json.encodedText) }
    }

    /// Hands over every row, nil for one that is none, with the JSON it came as.
    static func walk(
        _ access: OperatorAccess,
        take: (AuditRow?, JSONValue) throws -> Void
    ) async throws -> AuditVerifier.Finding {
        var verifier = AuditVerifier()
        var unreadable: AuditVerifier.Finding?
        do {
            try await access.audit { rows in
                for json in rows {
                    let row = AuditRow(json: json)
                    try take(row, json)
                    guard let row else {
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
