import Authenticating
import CurlClient
import Enqueuing
import Foundation
import JSONReader
import Logging
import Synchronization
import TestKit
import Testing
import Vocabulary

@testable import Wiring

/// The audit on its way out of the box: to a file, to a webhook, with checkpoints.
@Suite(.timeLimit(.minutes(2)))
struct AuditShippingTests {
    private static let seed = Secret((1...32).map { UInt8($0) })
    private let folder: URL
    private let scene = OperatorScene()
    private let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "ship-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private var shipped: String { folder.appending(path: "shipped.jsonl").path(percentEncoded: false) }

    private func add(_ names: String...) async throws {
        for name in names { try await scene.add(OperatorScene.job(name)) }
    }

    private func lines() throws -> [JSONValue] {
        let text = try String(contentsOfFile: shipped, encoding: .utf8)
        return text.split(separator: "\n").compactMap { try? JSONReader.read(String($0)) }
    }

    private func maker(at moment: Timestamp) throws -> CheckpointMaker {
        CheckpointMaker(
            ledger: scene.ledger,
            signer: try AuditSigner(seed: Self.seed),
            every: .seconds(3_600),
            now: { moment }
        )
    }

    private func route(_ destination: any AuditDestination) -> AuditRoute {
        AuditRoute(destination, ledger: scene.ledger, logger: logger)
    }

    @Test func `rows and checkpoints are appended once, across restarts`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try await add("j-1", "j-2")
        _ = try await maker(at: OperatorScene.noon).makeIfDue()
        #expect(try await route(AuditFile(path: shipped)).shipAll())
        #expect(try lines().map { $0["signature"] != nil } == [false, false, true])
        #expect(try await !route(AuditFile(path: shipped)).shipAll())
        try await add("j-3")
        #expect(try await route(AuditFile(path: shipped)).shipAll())
        #expect(try lines().compactMap { $0["sequence"]?.integer } == [1, 2, 2, 3])
        let attributes = try FileManager.default.attributesOfItem(atPath: shipped)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o640)
    }

    @Test func `a line that a crash cut short is left, and what follows begins a new one`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("{\"sequence\":1,\"at".utf8).write(to: URL(fileURLWithPath: shipped))
        try await add("j-1")
        #expect(try await route(AuditFile(path: shipped)).shipAll())
        #expect(try lines().compactMap { AuditRow(json: $0)?.sequence } == [1])
    }

    @Test func `checkpoints keep their schedule over restarts and clocks put back`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let noon = OperatorScene.noon
        #expect(try await maker(at: noon).makeIfDue() == .seconds(3_600))
        let first = try await scene.ledger.read { try CheckpointMaker.latest(in: $0) }
        #expect(first?.sequence == 0)
        #expect(try await maker(at: noon + .seconds(600)).makeIfDue() == .seconds(3_000))
        #expect(try await scene.ledger.read { try CheckpointMaker.latest(in: $0) } == first)
        try await add("j-1")
        #expect(try await maker(at: noon + .seconds(3_600)).makeIfDue() == .seconds(3_600))
        let second = try await scene.ledger.read { try CheckpointMaker.latest(in: $0) }
        #expect(second?.sequence == 1)
        #expect(second?.isSigned(by: try AuditSigner(seed: Self.seed).publicKey) == true)
        _ = try await maker(at: noon - .seconds(86_400)).makeIfDue()
        let third = try await scene.ledger.read { try CheckpointMaker.latest(in: $0) }
        #expect(third?.at == noon - .seconds(86_400))
    }

    @Test func `a webhook gets every row signed, the same shipment again until it is taken`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let secret = Secret("whsec_UExBTlRFRA==")
        let receiver = Receiver(answers: [503, 500, 204, 204])
        let ship = Settings.Audit.Ship(url: "https://siem.example/audit", secret: secret)
        let webhook = try AuditWebhook(ship, http: receiver, now: { OperatorScene.noon })
        try await add("j-1", "j-2")
        _ = try await maker(at: OperatorScene.noon).makeIfDue()
        for _ in 1...2 {
            await #expect(throws: AuditWebhook.NotTaken.self) { try await route(webhook).shipAll() }
        }
        #expect(try await route(webhook).shipAll())
        #expect(try await !route(webhook).shipAll())
        let taken = receiver.taken
        #expect(taken.map(\.id) == [taken[0].id, taken[0].id, taken[0].id, "checkpoint-2-1790000000000"])
        let rows = try JSONReader.read(taken[2].body)
        #expect(rows["type"] == "audit.rows")
        let sent = rows["data"]?["rows"]?.array?.compactMap { AuditRow(json: $0) }
        #expect(try await sent == scene.audit())
        let checkpoint = try JSONReader.read(taken[3].body)["data"]?["checkpoint"]
        #expect(checkpoint.flatMap { AuditCheckpoint(json: $0) }?.sequence == 2)
        let signer = try DeliverySigner(.standardWebhooks, secret: secret)
        for one in taken {
            let expected = signer.headers(for: one.body, id: one.id, now: OperatorScene.noon)
            for header in expected { #expect(one.headers[header.name.lowercased()] == header.value) }
        }
    }

    @Test func `the program written from the documented form agrees`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try await add("j-1", "j-\"2\"\\\u{1}", "j-\u{1F6A8}\u{7F}")
        _ = try await maker(at: OperatorScene.noon).makeIfDue()
        _ = try await route(AuditFile(path: shipped)).shipAll()
        let key = try AuditSigner(seed: Self.seed).publicKey
        let whole = try python(shipped, "--checkpoints", shipped, "--public-key", key)
        #expect(whole.status == 0, "\(whole.text)")
        #expect(whole.text == "intact: 3 rows, 1 checkpoints\n")
        let text = try String(contentsOfFile: shipped, encoding: .utf8)
        let all = text.split(separator: "\n")
        let cut = try write("cut.jsonl", all.prefix(2).joined(separator: "\n") + "\n")
        #expect(try python(cut).status == 0)
        let missed = try python(cut, "--checkpoints", shipped, "--public-key", key)
        #expect(missed.status == 1)
        #expect(missed.text.contains("rows were cut"))
        let changed = try write("changed.jsonl", text.replacing("\"mia\"", with: "\"omar\""))
        #expect(try python(changed).text == "broken: row 1 was changed\n")
        let other = try AuditSigner(seed: Secret([UInt8](repeating: 7, count: 32))).publicKey
        #expect(try python(shipped, "--checkpoints", shipped, "--public-key", other).status == 1)
    }

    @Test func `the running service ships what happens while it runs`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        var settings = Settings.Audit()
        settings.file = shipped
        settings.seed = Self.seed
        let shipping = try AuditShipping(
            settings,
            ledger: scene.ledger,
            http: Receiver(answers: []),
            logger: logger,
            now: { OperatorScene.noon }
        )
        let running = Task { try await shipping.run() }
        _ = try await eventually("the first checkpoint") { try? lines().first { $0["signature"] != nil } }
        try await add("j-1")
        try await scene.ledger.tellSomebody()
        _ = try await eventually("the row") { try? lines().first { $0["kind"] != nil } }
        running.cancel()
        try await running.value
    }

    // MARK: Helpers

    private func write(_ name: String, _ text: String) throws -> String {
        let file = folder.appending(path: name)
        try Data(text.utf8).write(to: file)
        return file.path(percentEncoded: false)
    }

    private func python(_ arguments: String...) throws -> (status: Int32, text: String) {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "examples/verify_audit.py").path(percentEncoded: false)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}

extension Ledger {
    /// Writes what wakes whoever follows the changes.
    fileprivate func tellSomebody() async throws {
        try await write { transaction in
            try tell(
                .tell,
                OperatorScene.job("j-0").notice(.bad, "test", "somebody should know", isFinal: false),
                about: nil,
                in: transaction
            )
        }
    }
}

/// A receiver that answers as it is told, and keeps what it was sent.
private final class Receiver: HTTPSending {
    struct Taken: Sendable {
        var id: String
        var headers: [String: String]
        var body: [UInt8]
    }

    private let state: Mutex<(answers: [Int], taken: [Taken])>

    init(answers: [Int]) {
        state = Mutex((answers, []))
    }

    var taken: [Taken] { state.withLock { $0.taken } }

    func send(_ request: OutgoingRequest) async throws(TransferFailure) -> IncomingResponse {
        var headers: [String: String] = [:]
        for header in request.headers {
            headers[header.name.lowercased()] = header.value.withBytes { String(decoding: $0, as: UTF8.self) }
        }
        let taken = Taken(
            id: headers["webhook-id"] ?? "",
            headers: headers,
            body: request.body?.withBytes { $0 } ?? []
        )
        let status = state.withLock { state in
            state.taken.append(taken)
            return state.answers.isEmpty ? 503 : state.answers.removeFirst()
        }
        return IncomingResponse(status: status, headers: [], body: [])
    }

    func download(
        _ request: OutgoingRequest,
        to path: String,
        bytesMax: Int64,
        onBytes: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(TransferFailure) -> DownloadedFile {
        throw TransferFailure(kind: .other, mayHaveBeenExecuted: false, detail: "nothing to download")
    }
}
