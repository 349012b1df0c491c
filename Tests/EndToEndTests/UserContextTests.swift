import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// Actions in a user's own name, from the sign-in to Defender's record of who asked.
    @Suite struct UserContextTests {
        private static let mia = "mia@corp.example"

        /// The application itself may read and no more: what is done is done by the user.
        private static let script = """
            machines:
            \((1...3).map { Settings.machine($0, "ws-\($0).corp.example", ", onboardingStatus: Onboarded") }
                .joined(separator: "\n"))
            actions: { delay: 1, end: Succeeded }
            roles: [Machine.Read.All]
            user: { name: "Mia Example", upn: \(mia), scopes: [Machine.Read, Machine.Isolate], interval: 1 }
            chat: { slack-token: \(Settings.botToken) }
            """

        private struct Terminal {
            let folder: TemporaryFolder
            let simulator: SimulatorProcess

            var environment: [String: String] { ["XDG_STATE_HOME": folder.path("state")] }
            var config: [String] { ["--config", folder.path("bascule.yaml")] }

            func run(_ arguments: [String]) async throws -> (end: Program.End, output: String, errors: String)
            {
                try await Program.running(
                    arguments + config,
                    environment: environment,
                    in: folder,
                    named: "run-\(UUID().uuidString)"
                ) { (try await $0.end(), $0.output, $0.errors) }
            }

            /// Signs in, and plays the person that `login` waits for.
            func login(
                _ arguments: [String] = [],
                _ person: (String, String?) async throws -> Void
            ) async throws -> JSONValue {
                try await Program.running(
                    ["login", "--json"] + arguments + config,
                    environment: environment,
                    in: folder,
                    named: "login-\(UUID().uuidString)"
                ) { program in
                    let line = try JSONReader.read(try await program.firstLine(), root: .object)
                    try await person(line["open"]?.string ?? "", line["code"]?.string)
                    let end = try await program.end()
                    guard end == .exited(0) else { throw Program.Failure.ended(end, errors: program.errors) }
                    let last = program.output.split(separator: "\n").last.map(String.init) ?? ""
                    return try JSONReader.read(last, root: .object)
                }
            }

            func approve(_ page: String, _ code: String?) async throws {
                let request = OutgoingRequest(
                    .post,
                    Secret(page),
                    headers: [.init("Content-Type", "application/x-www-form-urlencoded")],
                    body: Secret("code=\(code ?? "")&answer=approve"),
                    isIdempotent: false
                )
                #expect(try await simulator.http.send(request).status == 200)
            }

            func browse(_ page: String, _ code: String?) async throws {
                #expect(code == nil)
                let first = try await simulator.http.send(
                    OutgoingRequest(.get, Secret(page), isIdempotent: false)
                )
                let location = try #require(first.header("Location"))
                let local = location.replacing("localhost", with: "127.0.0.1")
                let second = try await simulator.http.send(
                    OutgoingRequest(.get, Secret(local), isIdempotent: false)
                )
                #expect(second.status == 200)
            }

            /// Every token that was given out: they may stand in no file but the person's own.
            func planted() async throws -> [String] {
                let jwt = /eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/
                let refresh = /refresh_token=([^&]+)/
                return try await simulator.journal().flatMap { call in
                    let bearer = call.json["headers"]?["authorization"]?.array?.first?.string ?? ""
                    return bearer.matches(of: jwt).map { String($0.output) }
                        + call.body.matches(of: refresh).map { String($0.output.1) }
                }
            }
        }

        private func with(
            _ work: (Terminal, SimulatorProcess, TemporaryFolder) async throws -> Void
        ) async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    settings.people = ["ada: { soc-chat: T024/U2291, local: \"\(NSUserName())\" }"]
                    settings.grants = [
                        "{ allow: [isolate, scan, release, status], to: [ada], machines: { os: client } }"
                    ]
                    try settings.write(to: folder, simulator)
                    let text = settings.text(simulator).replacing(
                        "secret: { file: app.secret } }",
                        with:
                            "secret: { file: app.secret } }\n  user: { client: \(simulator.word("user_client")) }"
                    )
                    try folder.write(text, to: "bascule.yaml")
                    try await work(Terminal(folder: folder, simulator: simulator), simulator, folder)
                }
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `somebody signs in, isolates in their own name, and is forgotten`() async throws {
            try await with { terminal, simulator, folder in
                try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                    let early = try await terminal.run(["run", "isolate", "ws-1", "because", "x", "--as-me"])
                    #expect(early.end == .exited(1) && early.errors.contains("Nobody is signed in here"))

                    let login = try await terminal.login { try await terminal.approve($0, $1) }
                    #expect(login["user"] == .string(Self.mia) && login["name"] == "Mia Example")
                    #expect(login["permissions"] == ["Machine.Isolate", "Machine.Read"])
                    #expect(login["actions"] == ["isolate", "release"])
                    let file = try #require(login["file"]?.string)
                    #expect(file.hasPrefix(folder.path("state/bascule/sign-in-")))
                    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions]
                    #expect((mode as? NSNumber)?.intValue == 0o600)

                    let done = try await terminal.run([
                        "run", "isolate", "ws-1", "because", "SEC-1", "beacon", "--as-me",
                    ])
                    #expect(done.end == .exited(0), "\(done)")
                    #expect(done.output.hasPrefix("isolate ws-1.corp.example: succeeded."))
                    let job = try #require(try await bridge.jobs().first { $0["action"] == "isolate" })
                    #expect(job["by"] == "ada")
                    let id = try #require(job["job"]?.string)
                    let shown = try await BridgeProcess.ask(["jobs", "show", id], in: folder)
                    #expect(shown.contains("in the name of: \(Self.mia)"))
                    let rows = try await BridgeProcess.audit(of: id, in: folder)
                    #expect(rows.allSatisfy { $0.at("detail.in-name-of")?.string == Self.mia }, "\(rows)")
                    #expect(try await requestors(of: Settings.id(1), simulator) == [Self.mia])

                    // What the sign-in lacks is refused before a call, and questions are asked in nobody's name.
                    let scan = try await terminal.run(["run", "scan", "ws-1", "--as-me"])
                    #expect(scan.end == .exited(1))
                    #expect(scan.output.contains("lacks the permission Machine.Scan"), "\(scan)")
                    let status = try await terminal.run(["run", "status", "ws-1", "--as-me"])
                    #expect(status.end == .exited(2) && status.errors.contains("own name"))
                    // Without it the application is asked, which may not.
                    let plain = try await terminal.run(["run", "isolate", "ws-2", "because", "x"])
                    #expect(plain.output.contains("The application lacks the permission Machine.Isolate"))

                    let out = try await terminal.run(["logout"])
                    #expect(out.end == .exited(0) && out.output.contains("stay valid until they end"))
                    #expect(!FileManager.default.fileExists(atPath: file))
                    let late = try await terminal.run(["run", "isolate", "ws-3", "because", "x", "--as-me"])
                    #expect(late.end == .exited(1) && late.errors.contains("Nobody is signed in here"))
                    bridge.program.send(SIGTERM)
                    #expect(try await bridge.program.end() == .exited(0))
                }
                try await seesNoToken(terminal, folder)
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `a browser signs in, and a restart loses what a job was lent`() async throws {
            try await with { terminal, simulator, folder in
                _ = try await terminal.login(["--browser"]) { try await terminal.browse($0, $1) }
                var settings = String(decoding: folder.contents(of: "bascule.yaml") ?? [], as: UTF8.self)
                settings = settings.replacing(
                    "{ allow: [isolate, scan, release, status], to: [ada], machines: { os: client } }",
                    with:
                        "{ allow: [isolate], to: [ada], machines: { os: client }, approvals: { of: soc, count: 1, within: 30m } }"
                )
                try folder.write(settings, to: "bascule.yaml")
                let id = try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                    let asked = try await terminal.run([
                        "run", "isolate", "ws-1", "because", "SEC-2", "--as-me", "--no-wait", "--json",
                    ])
                    #expect(asked.end == .exited(0), "\(asked)")
                    let job = try await bridge.job("isolate", machine: "ws-1", reaches: "awaiting-approval")
                    bridge.program.send(SIGTERM)
                    #expect(try await bridge.program.end() == .exited(0))
                    return try #require(job["job"]?.string)
                }
                // The job waits in the ledger; its sign-in went with the first bridge.
                try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                    let room = ChatRoom(bridge: bridge, simulator: simulator)
                    _ = try await room.say("approve \(id)")
                    _ = try await bridge.job("isolate", machine: "ws-1", reaches: "refused")
                    let shown = try await BridgeProcess.ask(["jobs", "show", id], in: folder)
                    #expect(
                        shown.contains("The sign-in of \(Self.mia) was lost with a restart of the bridge"),
                        "\(shown)"
                    )
                    #expect(try await requestors(of: Settings.id(1), simulator).isEmpty)
                    bridge.program.send(SIGTERM)
                    #expect(try await bridge.program.end() == .exited(0))
                }
                try await seesNoToken(terminal, folder)
            }
        }

        /// Whom Defender names as having asked for something on a machine.
        private func requestors(of machine: String, _ simulator: SimulatorProcess) async throws -> [String] {
            var named: [String] = []
            for call in try await simulator.executed("isolate", machine: machine) {
                let bearer = call.json["headers"]?["authorization"]?.array?.first?.string ?? ""
                let answer = try await simulator.http.send(
                    OutgoingRequest(
                        .get,
                        Secret(simulator.word("defender") + "/api/machineactions"),
                        headers: [.init("Authorization", bearer)],
                        isIdempotent: false
                    )
                )
                let rows = try JSONReader.read(answer.body)["value"]?.array ?? []
                let row = rows.first { $0["machineId"]?.string == machine }
                named.append(row?["requestor"]?.string ?? "nobody")
            }
            return named
        }

        /// No file of the bridge's, and nothing that any of the programs printed, holds a token.
        private func seesNoToken(_ terminal: Terminal, _ folder: TemporaryFolder) async throws {
            let planted = try await terminal.planted()
            #expect(planted.count >= 2)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(""))
            let files = names.filter {
                $0.hasPrefix("ledger.db") || $0.hasSuffix(".out") || $0.hasSuffix(".err")
            }
            #expect(files.contains("ledger.db") && files.contains("serve.err"))
            for file in files {
                let bytes = Data(folder.contents(of: file) ?? [])
                for token in planted {
                    #expect(bytes.range(of: Data(token.utf8)) == nil, "\(file) holds a token")
                }
            }
        }
    }
}
