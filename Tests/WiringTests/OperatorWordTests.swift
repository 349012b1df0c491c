import ArgumentParser
import CurlClient
import Enqueuing
import Foundation
import JSONReader
import Showing
import Synchronization
import Testing
import Vocabulary

@testable import Wiring

/// What the commands for approvals and containments ask of the bridge, over a real control socket.
@Suite(.timeLimit(.minutes(2)))
struct OperatorWordTests {
    /// What arrived at the socket.
    private final class Arrivals: Sendable {
        private let all = Mutex<[(method: String, path: String, body: JSONValue)]>([])

        func add(_ request: ControlRequest) {
            let body = (try? JSONReader.read(request.body, root: .object)) ?? .null
            all.withLock { $0.append((request.method, request.path, body)) }
        }

        var last: (method: String, path: String, body: JSONValue)? { all.withLock { $0.last } }
    }

    private func withSocket<Result: Sendable>(
        _ answer: ControlAnswer,
        _ use: @escaping @Sendable (OperatorAccess, Arrivals) async throws -> Result
    ) async throws -> Result {
        let path = "/tmp/bw-\(UUID().uuidString.prefix(8)).sock"
        let arrivals = Arrivals()
        return try await ControlSocket.serving(
            path,
            answer: { request in
                arrivals.add(request)
                return answer
            },
            {
                let http = try CurlClient()
                do {
                    let access = OperatorAccess(control: path, ledgerPath: "/nowhere", http: http)
                    let result = try await use(access, arrivals)
                    await http.close()
                    return result
                } catch {
                    await http.close()
                    throw error
                }
            }
        )
    }

    private static let done = ControlAnswer(status: 200, json: #"{"words": "So be it.\u001b"}"#)

    @Test func `each command asks for what was typed`() async throws {
        try await withSocket(Self.done) { access, arrivals in
            func said(_ arguments: String...) async throws -> String {
                switch try Bascule.parseAsRoot(arguments + ["--config", "none"]) {
                case let command as Jobs.Approve: try await command.text(access)
                case let command as Jobs.Deny: try await command.text(access)
                case let command as HoldCommand: try await command.text(access)
                case let command as ExtendCommand: try await command.text(access)
                default: "another command"
                }
            }
            #expect(try await said("jobs", "approve", "j-1") == "So be it.\\u{1b}")
            #expect(arrivals.last?.method == "POST")
            #expect(arrivals.last?.path == "/jobs/j-1/approve")
            #expect(arrivals.last?.body == [:])
            _ = try await said("jobs", "approve", "j-1", "--seen", "ab12")
            #expect(arrivals.last?.body == ["seen": "ab12"])
            _ = try await said("jobs", "deny", "../j-1", "--because", "not \"ours\" é")
            #expect(arrivals.last?.path == "/jobs/..j-1/deny")
            #expect(arrivals.last?.body == ["because": "not \"ours\" é"])
            _ = try await said("jobs", "deny", "j-1", "--because", "no", "--seen", "ab12")
            #expect(arrivals.last?.body == ["because": "no", "seen": "ab12"])
            _ = try await said("hold", "laptop-7")
            #expect(arrivals.last?.path == "/hold")
            #expect(arrivals.last?.body == ["machine": "laptop-7"])
            let json = try await said("extend", "laptop-7", "--for", "4h", "--json")
            #expect(arrivals.last?.path == "/extend")
            #expect(arrivals.last?.body == ["machine": "laptop-7", "for": "4h"])
            #expect(try JSONReader.read(json) == ["words": "So be it.\u{1B}"])
        }
    }

    @Test(arguments: [
        (400, CommandEnd.usage), (403, CommandEnd.no), (404, CommandEnd.no), (409, CommandEnd.no),
        (503, CommandEnd.outside),
    ])
    func `the end of a command says whose fault it is`(status: Int, end: ExitCode) async throws {
        let refusal = ControlRefusal(status, "test", "No.").answer
        let approve = try Jobs.Approve.parse(["j-1", "--config", "none"])
        let extend = try ExtendCommand.parse(["laptop-7", "--for", "4h", "--config", "none"])
        try await withSocket(refusal) { access, _ in
            await #expect(throws: end) { try await CommandEnd.operating { try await approve.text(access) } }
            await #expect(throws: end) { try await CommandEnd.operating { try await extend.text(access) } }
        }
    }

    @Test(arguments: [
        ["jobs", "approve", "--config", "x"], ["jobs", "deny", "j-1", "--config", "x"],
        ["hold", "--config", "x"], ["extend", "laptop-7", "--config", "x"],
        ["extend", "--for", "4h", "--config", "x"], ["jobs", "approve", "j-1"],
    ])
    func `a command that says too little is refused`(arguments: [String]) {
        #expect(throws: (any Error).self) { try Bascule.parseAsRoot(arguments) }
    }

    @Test func `what is contained is one table, with what was contained outside`() async throws {
        let scene = OperatorScene()
        let noon = OperatorScene.noon
        try await scene.ledger.write { transaction in
            guard let machine = OperatorScene.laptop else { return }
            var claim = Claim(
                id: JobID("j-1"),
                sequence: 1,
                machine: machine,
                machineName: "laptop-7",
                owner: .person("mia"),
                ownerText: "mia",
                source: SourceName("tickets"),
                ticket: "SEC-1",
                reason: "beacon",
                isolationType: "Full",
                openedAt: noon
            )
            claim.containedAt = noon
            try transaction.put(claim)
            try ForeignContainment.put(
                ForeignContainment(
                    machine: machine,
                    machineName: "laptop-7",
                    by: "ola\u{1B}",
                    since: noon + .seconds(60),
                    actionID: "a-1"
                ),
                in: transaction
            )
        }
        let listed = try await LedgerReading(ledger: scene.ledger).answer("/isolated", query: [:])
        let answer = ControlAnswer(status: 200, json: listed.encodedText)
        let isolated = try Isolated.parse(["--config", "none"])
        let text = try await withSocket(answer) { access, _ in try await isolated.text(access) }
        #expect(
            text.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) } == [
                ["MACHINE", "JOB", "BY", "TICKET", "SINCE", "ENDS", "REASON"],
                ["laptop-7", "j-1", "mia", "SEC-1", "2026-09-21T14:13:20Z", "no", "end", "known", "beacon"],
                [
                    "laptop-7", "-", "ola\\u{1b}", "-", "2026-09-21T14:14:20Z", "no", "end", "known",
                    "(contained", "outside", "Bascule)",
                ],
            ]
        )
    }
}
