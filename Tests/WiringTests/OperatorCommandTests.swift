import ArgumentParser
import Cryptography
import CurlClient
import Enqueuing
import EnqueuingSQLite
import Foundation
import JSONReader
import Logging
import ServiceLifecycle
import Showing
import Testing
import Vocabulary

@testable import Wiring

/// Commands against a real control socket, and against the file of a ledger that no bridge has open.
@Suite(.timeLimit(.minutes(2)))
struct OperatorCommandTests {
    private let folder: URL

    init() throws {
        // Short, because a socket's path may have 107 bytes.
        folder = URL(fileURLWithPath: "/tmp").appending(path: "bo-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let settings = """
            ledger: sqlite:ledger.db
            control: control.sock
            defender:
              tenant: 7f1c0f5e-0000-4000-8000-000000000001
              application: { client: 0c5a0000-0000-4000-8000-000000000002, secret: { env: APP } }
            sources:
              soc-chat: { kind: slack, workspaces: [T024], secret: { file: not-for-operators } }
            """
        try Data(settings.utf8).write(to: folder.appending(path: "bascule.yaml"))
    }

    private var config: String { folder.appending(path: "bascule.yaml").path }

    private func parse<Command: ParsableCommand>(
        _ command: Command.Type,
        _ arguments: String...
    ) throws -> Command {
        try command.parse(arguments + ["--config", config])
    }

    /// The environment is empty and the secret file is not there: an operator's shell.
    private func open<Result: Sendable>(
        _ work: (OperatorAccess) async throws -> Result
    ) async throws -> Result {
        try await OperatorAccess.open(config, environment: [:], work)
    }

    /// A bridge's control socket, as the user who runs this test sees it.
    private func withBridge<Result: Sendable>(
        _ scene: OperatorScene,
        as user: String,
        _ use: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await ControlSocket.serving(
            folder.appending(path: "control.sock").path,
            answer: { await scene.desk.answer($0.asked(by: user)) },
            use
        )
    }

    private func makeLedger(_ work: (OperatorScene) async throws -> Void) async throws {
        let ledger = try await SQLiteLedger.open(folder.appending(path: "ledger.db").path)
        try await work(OperatorScene(ledger: ledger))
        try await ledger.close()
    }

    @Test func `a running bridge is asked over its socket and acts`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let scene = OperatorScene()
        try await scene.add(OperatorScene.job("j-1", machine: "caf\u{E9}-7", reason: "a & b=c #1 + ü"))
        let list = try parse(Jobs.List.self, "--json", "--state", "recorded,held")
        let show = try parse(Jobs.Show.self, "j-1")
        let freeze = try parse(FreezeCommand.self, "--because", "drill & \"co\"", "--all")
        let cancel = try parse(Jobs.Cancel.self, "j-1")
        let seen = try await withBridge(scene, as: "mia") {
            try await open { access in
                [
                    try await list.text(access), try await show.text(access),
                    try await freeze.text(access), try await cancel.text(access),
                ]
            }
        }
        #expect(try JSONReader.read(seen[0])[0]?["machine"] == "caf\u{E9}-7")
        #expect(seen[1].contains("because: a & b=c #1 + ü"))
        #expect(seen[2].contains("Frozen: drill & \"co\""))
        #expect(seen[2].contains("Releases asked by a person wait"))
        #expect(try await scene.state(of: "j-1") == .cancelled)
        let freezeKept = try await scene.ledger.read { try Freeze.present(in: $0) }
        #expect(freezeKept?.stopsReleases == true)
        #expect(freezeKept?.by == "mia")
    }

    @Test func `a refusal ends with 1, a word that is not understood with 2`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let unfreeze = try parse(UnfreezeCommand.self)
        let cancel = try parse(Jobs.Cancel.self, "j-9")
        let list = try parse(Jobs.List.self, "--state", "wating")
        try await withBridge(OperatorScene(), as: "root") {
            await #expect(throws: CommandEnd.no) {
                try await CommandEnd.operating { try await open(unfreeze.text) }
            }
            await #expect(throws: CommandEnd.no) {
                try await CommandEnd.operating { try await open(cancel.text) }
            }
            await #expect(throws: CommandEnd.usage) {
                try await CommandEnd.operating { try await open(list.text) }
            }
        }
    }

    @Test func `without a bridge acting ends with 3, and reading asks the ledger`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let freeze = try parse(FreezeCommand.self, "--because", "drill")
        let path = folder.appending(path: "control.sock").path
        await #expect(throws: ControlFailure.noBridge(path: path)) { try await open(freeze.text) }
        await #expect(throws: CommandEnd.outside) {
            try await CommandEnd.operating { try await open(freeze.text) }
        }
        let list = try parse(Jobs.List.self)
        await #expect(throws: CommandEnd.outside) {
            try await CommandEnd.operating { try await open(list.text) }
        }
        try await makeLedger { try await $0.add(OperatorScene.job("j-1", machine: "evil\u{1B}[2J\u{202E}")) }
        let text = try await open(list.text)
        #expect(text.contains("j-1"))
        #expect(text.contains("evil\\u{1b}[2J\\u{202e}"))
        #expect(!text.contains("\u{1B}"))
        let show = try parse(Jobs.Show.self, "j-1", "--json")
        #expect(try JSONReader.read(try await open(show.text))["state"] == "recorded")
        let isolated = try parse(Isolated.self, "--json")
        #expect(try await open(isolated.text) == "[]")
        #expect(try await open(parse(Isolated.self).text) == "No machine is contained by Bascule.")
        let missing = try parse(Jobs.Show.self, "../freeze")
        await #expect(throws: CommandEnd.no) {
            try await CommandEnd.operating { try await open(missing.text) }
        }
    }

    @Test func `an audit is shown, exported whole and verified across pages`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let count = Int(LedgerReading.rowsMax) + 3
        try await makeLedger { scene in
            for number in 1...count { try await scene.add(OperatorScene.job("j-\(number)")) }
        }
        let lines = Lines()
        let finding = try await open { access in
            try await AuditCommand.export(access) { lines.add($0) }
        }
        #expect(finding.isIntact)
        let rows = try lines.all.map { try JSONReader.read($0) }.compactMap { AuditRow(json: $0) }
        #expect(rows.map(\.sequence) == (1...Int64(count)).map(\.self))
        #expect(finding == .intact(rows: Int64(count), lastHash: rows.last?.hash ?? ""))
        let tail = try parse(AuditCommand.Tail.self, "--rows", "2")
        let shown = try await open(tail.text)
        #expect(shown.split(separator: "\n").count == 2)
        #expect(shown.contains("j-\(count) by mia"))
    }

    @Test func `an export is a folder whose manifest vouches for each file`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try await makeLedger { scene in
            try await scene.add(OperatorScene.job("j-1", machine: "a\"b,c"))
            var job = OperatorScene.located("=j-2")
            job.action = "collect"
            job.evidence = EvidenceNote(file: "j-2.zip", sha256: String(repeating: "c", count: 64), bytes: 7)
            try await scene.add(job)
        }
        let target = folder.appending(path: "export")
        let finding = try await open {
            try await AuditExport.write($0, to: target.path, at: OperatorScene.noon)
        }
        #expect(finding.isIntact)
        let manifest = try JSONReader.read(try text(target, "manifest.json"))
        let files = manifest["files"]?.array ?? []
        #expect(files.compactMap { $0["name"]?.string } == ["audit.jsonl", "audit.csv", "evidence.jsonl"])
        for file in files {
            let content = Array(try text(target, file["name"]?.string ?? "").utf8)
            #expect(file["sha256"]?.string == Hex.encode(Digest.of(content)))
            #expect(file["bytes"]?.integer == Int64(content.count))
        }
        #expect(manifest["last_row"] == 2)
        let csv = try text(target, "audit.csv").components(separatedBy: "\r\n")
        #expect(csv.count == 4)
        #expect(csv[2].contains(",'=j-2,mia,"))
        let evidence = try JSONReader.read(try text(target, "evidence.jsonl"))
        #expect(evidence["sha256"]?.string == String(repeating: "c", count: 64))
        #expect(evidence["custody"]?.array?.compactMap { $0["by"]?.string } == ["mia"])
        await #expect(throws: CommandEnd.usage) {
            try await open { try await AuditExport.write($0, to: target.path, at: OperatorScene.noon) }
        }
    }

    private func text(_ folder: URL, _ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
    }

    @Test func `rows cut off the ledger are found by a checkpoint from outside`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let whole = OperatorScene()
        for number in 1...5 { try await whole.add(OperatorScene.job("j-\(number)")) }
        let signer = try AuditSigner(seed: Secret([UInt8](repeating: 3, count: 32)))
        let checkpoint = try signer.sign(try await whole.audit().last, at: OperatorScene.noon)
        try await makeLedger { scene in
            for number in 1...4 { try await scene.add(OperatorScene.job("j-\(number)")) }
        }
        #expect(try await open(AuditCommand.verify).isIntact)
        let finding = try await open {
            try await AuditCommand.verify($0, [checkpoint], publicKey: signer.publicKey)
        }
        #expect(finding.text.contains("broken at row 5: rows were cut"))
        let shipped = "\(checkpoint.json.encodedText)\n{\"sequence\":"
        #expect(AuditCheckpoint.all(in: shipped) == [checkpoint])
        #expect(AuditCheckpoint.all(in: #"{"signature":1}"#) == nil)
    }

    @Test func `a row that was changed breaks the audit, and is named`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let scene = OperatorScene()
        for number in 1...4 { try await scene.add(OperatorScene.job("j-\(number)")) }
        let rows = try await scene.audit()
        let forged = MemoryLedger()
        try await forged.write { transaction in
            for row in rows {
                let actor = row.sequence == 3 ? "omar" : row.actor
                try transaction.append(
                    AuditRow(
                        sequence: row.sequence,
                        at: row.at,
                        kind: row.kind,
                        subject: row.subject,
                        actor: actor,
                        detail: row.detail,
                        previousHash: row.previousHash,
                        hash: row.hash
                    )
                )
            }
        }
        let finding = try await withBridge(OperatorScene(ledger: forged), as: "root") {
            try await open(AuditCommand.verify)
        }
        #expect(finding == .broken(sequence: 3, reason: "its content was changed"))
        #expect(finding.text == "broken at row 3: its content was changed")
        #expect(!finding.isIntact)
    }

    @Test func `a cell of an exported table starts no formula`() {
        let reasons: [(text: String, shown: String)] = [
            ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"),
            ("\u{FF1D}1", "'\u{FF1D}1"), ("\t=1", "\"'\t'=1\""), ("\r\n=1", "\"'\r'\n'=1\""),
            ("a;=1", "\"a;'=1\""), ("a\n@b", "\"a\n'@b\""), ("a\tb", "\"a\tb\""),
            ("a, b", "\"a, b\""), ("say \"no\"", "\"say \"\"no\"\"\""), ("a=b - c@d", "a=b - c@d"),
        ]
        for (text, shown) in reasons {
            let entry = AuditEntry(kind: "test", subject: text, actor: "mia", detail: ["reason": text])
            let row = AuditRow(entry, at: OperatorScene.noon, after: nil)
            let record = AuditExport.csv(row)
            let head = "1,\(OperatorScene.noon.iso8601),test,\(shown),mia,\"{\"\"reason\"\":\"\""
            #expect(record.hasPrefix(head), "\(record)")
        }
    }

    @Test func `words that are not built end with 2`() throws {
        var command = try Bascule.parseAsRoot(["jobs", "retry", "j-1"])
        #expect(throws: CommandEnd.usage) { try command.run() }
    }

    @Test func `jobs and audit alone are the list and the tail`() throws {
        #expect(try Bascule.parseAsRoot(["jobs", "--config", config, "--json"]) is Jobs.List)
        #expect(try Bascule.parseAsRoot(["audit", "--config", config]) is AuditCommand.Tail)
        #expect(throws: (any Error).self) { try Bascule.parseAsRoot(["freeze", "--config", config]) }
    }
}

/// Lines in order.
private final class Lines {
    private(set) var all: [String] = []

    func add(_ line: String) { all.append(line) }
}

struct OutputTests {
    @Test(arguments: [
        ("plain é 日本", "plain é 日本"), ("a\u{1B}[31mb", "a\\u{1b}[31mb"), ("a\u{7}\u{9B}", "a\\u{7}\\u{9b}"),
        ("a\u{202E}b\u{2066}", "a\\u{202e}b\\u{2066}"), ("a\nb\r", "a\\u{a}b\\u{d}"),
        ("a\u{2028}b", "a\\u{2028}b"), ("a\u{200B}b", "a\\u{200b}b"),
    ])
    func `foreign text cannot steer a terminal`(text: String, shown: String) {
        #expect(TerminalText.line(text) == shown)
    }

    @Test func `sentences keep their lines and nothing else`() {
        #expect(TerminalText.lines("a\nb\u{1B}") == "a\nb\\u{1b}")
    }

    @Test func `columns are as wide as their widest cell`() {
        var table = TextTable(["A", "LONG", "C"])
        table.add(["longer", "x", "y"])
        table.add(["s", "\u{7}", "end"])
        #expect(table.text == "A       LONG   C\nlonger  x      y\ns       \\u{7}  end")
    }
}
