import CurlClient
import Foundation
import JSONReader
import TestKit
import Vocabulary

/// A running `bascule serve`, and the commands that ask it.
struct BridgeProcess {
    let program: Program
    let hooks: String
    let console: String
    let folder: TemporaryFolder
    let http: CurlClient

    /// Starts the bridge; the caller ends it.
    static func start(
        in folder: TemporaryFolder,
        http: CurlClient,
        environment: [String: String] = [:],
        named name: String = "serve"
    ) async throws -> BridgeProcess {
        let program = try Program(
            ["serve", "--config", folder.path("bascule.yaml")],
            environment: environment,
            in: folder,
            named: name
        )
        do {
            let line = try JSONReader.read(try await program.firstLine(), root: .object)
            return BridgeProcess(
                program: program,
                hooks: line["hooks"]?.string ?? "",
                console: line["console"]?.string ?? "",
                folder: folder,
                http: http
            )
        } catch {
            program.kill()
            throw error
        }
    }

    /// Starts the bridge, does `work` with it, and sees it gone.
    static func with<Result>(
        in folder: TemporaryFolder,
        http: CurlClient,
        environment: [String: String] = [:],
        _ work: (BridgeProcess) async throws -> Result
    ) async throws -> Result {
        let bridge = try await start(in: folder, http: http, environment: environment)
        defer { bridge.program.kill() }
        do {
            return try await work(bridge)
        } catch {
            let said = "\(bridge.program.errors.suffix(3_000))\n\(bridge.program.output.suffix(3_000))"
            throw Failure(cause: error, said: said)
        }
    }

    /// What went wrong, with what the bridge said meanwhile.
    struct Failure: Error, CustomStringConvertible {
        let cause: any Error
        let said: String

        var description: String { "\(cause)\nThe bridge said:\n\(said)" }
    }

    /// Posts a delivery; nil if there was no answer.
    func deliver(_ delivery: SignedDelivery) async -> IncomingResponse? {
        try? await http.send(delivery.request(to: hooks))
    }

    func jobs() async throws -> [JSONValue] { try await Self.jobs(in: folder) }

    /// The jobs newest first, whether a bridge runs or not.
    static func jobs(in folder: TemporaryFolder, limit: Int = 1_000) async throws -> [JSONValue] {
        let arguments = ["jobs", "list", "--json", "--limit", String(limit)]
        return try JSONReader.read(try await ask(arguments, in: folder), root: .array).array ?? []
    }

    /// Runs a command and hands back what it printed.
    ///
    /// - Throws: ``Program/Failure/ended(_:errors:)`` unless it ends with 0.
    static func ask(_ arguments: [String], in folder: TemporaryFolder) async throws -> String {
        let name = "ask-\(UUID().uuidString)"
        let all = arguments + ["--config", folder.path("bascule.yaml")]
        return try await Program.running(all, in: folder, named: name) { program in
            let end = try await program.end()
            guard end == .exited(0) else { throw Program.Failure.ended(end, errors: program.errors) }
            return program.output
        }
    }

    /// Runs a command that may end with anything.
    static func run(
        _ arguments: [String],
        in folder: TemporaryFolder
    ) async throws -> (end: Program.End, output: String, errors: String) {
        let all = arguments + ["--config", folder.path("bascule.yaml")]
        return try await Program.running(all, in: folder, named: "run-\(UUID().uuidString)") { program in
            (try await program.end(), program.output, program.errors)
        }
    }

    /// The rows of the audit with this subject, oldest first.
    static func audit(of subject: String, in folder: TemporaryFolder) async throws -> [JSONValue] {
        try await ask(["audit", "export"], in: folder).split(separator: "\n")
            .map { try JSONReader.read(String($0), root: .object) }
            .filter { $0["subject"]?.string == subject }
    }

    /// Puts new settings in place, sends SIGHUP, and waits until the log says `words` once more.
    func read(_ text: String, until words: String = "Settings read again") async throws {
        let before = program.errors.components(separatedBy: words).count
        try folder.write(text, to: "bascule.yaml")
        program.send(SIGHUP)
        _ = try await eventually("\"\(words)\" in the log") {
            program.errors.components(separatedBy: words).count > before ? () : nil
        }
    }

    func metrics() async throws -> String {
        let response = try await http.send(
            OutgoingRequest(.get, Secret("\(console)/metrics"), isIdempotent: false)
        )
        return String(decoding: response.body, as: UTF8.self)
    }

    /// Waits until a job is in `state`, and hands it back as `jobs list` shows it.
    func job(_ action: String, machine: String, reaches state: String) async throws -> JSONValue {
        func look() async throws -> JSONValue? {
            try await jobs().first {
                $0["action"]?.string == action && $0["state"]?.string == state
                    && ($0["machine"]?.string ?? "").hasPrefix(machine)
            }
        }
        return try await eventually(
            "\(action) of \(machine) \(state)",
            every: .milliseconds(200),
            detail: { (try? await jobs()).map { "\($0.map(\.encodedText))" } ?? "" },
            look
        )
    }
}
