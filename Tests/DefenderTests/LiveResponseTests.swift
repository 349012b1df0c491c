import Catalogue
import Cryptography
import CurlClient
import Defender
import Foundation
import Simulating
import Testing
import Vocabulary

/// Live response on the wire, against literals typed from `reference/defender-api.md` §§3.1, 3.3, 3.4, 3.6.
struct LiveResponseWireTests {
    private func submit(
        _ word: String,
        _ parameters: [String: String],
        _ bench: Bench
    ) async throws -> MachineAction {
        try await bench.client.submit(
            ActionSubmission(
                action: word,
                machine: try Bench.machineID(),
                parameters: parameters,
                comment: "bascule:j-1 mia: why",
                deadline: .seconds(30)
            )
        )
    }

    @Test(arguments: [
        (
            "run-script", ["script": "triage.ps1"],
            #"{"Commands":[{"params":[{"key":"ScriptName","value":"triage.ps1"}],"type":"RunScript"}],"#
        ),
        (
            "run-script", ["script": "triage.ps1", "args": #"-Path "C:\My Dir\" -Quick"#],
            #"{"Commands":[{"params":[{"key":"ScriptName","value":"triage.ps1"},"#
                + #"{"key":"Args","value":"-Path \"C:\\My Dir\\\" -Quick"}],"type":"RunScript"}],"#
        ),
        (
            "get-file", ["path": #"C:\temp\out.zip"#],
            #"{"Commands":[{"params":[{"key":"Path","value":"C:\\temp\\out.zip"}],"type":"GetFile"}],"#
        ),
        (
            "put-file", ["file": "tool.exe"],
            #"{"Commands":[{"params":[{"key":"FileName","value":"tool.exe"}],"type":"PutFile"}],"#
        ),
    ])
    func `a session is posted once in Defender's own form`(
        word: String,
        parameters: [String: String],
        commands: String
    ) async throws {
        let bench = Bench([.json(201, Bench.action(type: "LiveResponse"))])
        let action = try await submit(word, parameters, bench)
        #expect(action.type == "LiveResponse")
        let sent = try #require(bench.sender.sent.first)
        #expect(bench.sender.sent.count == 1)
        #expect(sent.method == "POST")
        #expect(
            sent.url
                == "https://api.example/api/machines/9b1c77aa02de4f5c8e6610d2b3a4c5d6e7f80912/runliveresponse"
        )
        #expect(sent.body == commands + #""Comment":"bascule:j-1 mia: why"}"#)
        #expect(sent.isIdempotent == false)
    }

    @Test(arguments: [
        ("run-script", [:]), ("run-script", ["args": "-x"]), ("run-script", ["script": "a", "path": "/b"]),
        ("get-file", [:]), ("put-file", ["file": "a", "args": "b"]),
    ])
    func `what lacks a parameter or has another's is refused and nothing is sent`(
        word: String,
        parameters: [String: String]
    ) async throws {
        let bench = Bench([])
        #expect(try await refusal { try await submit(word, parameters, bench) }.kind == .refused)
        #expect(bench.sender.sent.isEmpty)
    }

    @Test(
        arguments: ["run-script", "get-file", "put-file"],
        [
            (403, "Forbidden", DefenderError.Kind.permission), (403, "DisabledFeature", .permission),
            (403, "DisallowedOperation", .permission), (404, "ResourceNotFound", .notFound),
            (429, "TooManyRequests", .throttled), (429, "429", .throttled),
            (400, "ActiveRequestAlreadyExists", .activeRequest), (400, "InvalidRequestBody", .refused),
            (400, "InvalidInput", .refused), (400, "MissingRequiredParameter", .refused),
            (400, "OsPlatformNotSupported", .notSupported), (400, "ClientVersionNotSupported", .notSupported),
        ]
    )
    func `each refusal is known for what it is`(
        word: String,
        refused: (status: Int, code: String, kind: DefenderError.Kind)
    ) async throws {
        let parameters = [
            "run-script": ["script": "a.ps1"], "get-file": ["path": "/a"], "put-file": ["file": "a"],
        ]
        let bench = Bench([.json(refused.status, ErrorTests.body(refused.code))])
        let error = try await refusal { try await submit(word, parameters[word] ?? [:], bench) }
        #expect(error.kind == refused.kind)
        #expect(error.mayHaveBeenExecuted == false)
        #expect(bench.sender.sent.count == 1)
    }

    @Test func `each command is read with its status and its errors`() async throws {
        let body = """
            {"id":"0f5c2a6e-7b1d","type":"LiveResponse","scope":null,"status":"Succeeded","errorHResult":0,
            "machineId":"\(Bench.machine)","creationDateTimeUtc":"2026-11-02T09:14:07.1234567Z",
            "commands":[
            {"index":1,"startTime":null,"endTime":null,"commandStatus":"Created","errors":[],
            "command":{"type":"GetFile","params":[{"key":"Path","value":"C:\\\\temp\\\\out.zip"}]}},
            {"index":0,"startTime":"2026-11-02T09:14:08Z","endTime":null,"commandStatus":"Failed",
            "errors":["line one\\nline \\u0007two",{"code":7}],"brandNew":1,
            "command":{"type":"RunScript","params":[{"key":"ScriptName","value":"triage.ps1"}]}},
            {"index":2,"commandStatus":"Paused","errors":null,"command":{}}]}
            """
        let bench = Bench([.json(200, body)])
        let action = try await bench.client.action("0f5c2a6e-7b1d", priority: .watching)
        #expect(
            action.commands == [
                CommandState(
                    index: 0,
                    type: "RunScript",
                    status: .failed,
                    errors: ["line one line two", #"{"code":7}"#]
                ),
                CommandState(index: 1, type: "GetFile", status: .created),
                CommandState(index: 2, type: "", status: .unknown("Paused")),
            ]
        )
    }

    @Test func `a result's address is asked for by its place, and fetched without our token`() async throws {
        let address = "https://store.example/r/1?se=2026-11-02T10%3A00%3A00Z&sp=r&sig=a%2Bb%3D"
        let bench = Bench([
            .json(200, #"{"@odata.context":"x#Edm.String","value":"\#(address)"}"#),
            .success(IncomingResponse(status: 200, headers: [], body: [1, 2, 3])),
        ])
        let found = try await bench.client.liveResponseAddress(actionID: "0f5c2a6e-7b1d", index: 0)
        #expect(found == Secret(address))
        _ = try await bench.client.download(found, to: "/nowhere", bytesMax: 10) { _ in }
        let sent = bench.sender.sent
        #expect(
            sent.first?.url
                == "https://api.example/api/machineactions/0f5c2a6e-7b1d/GetLiveResponseResultDownloadLink(index=0)"
        )
        #expect(sent.first?.headers["Authorization"] == "Bearer T1")
        #expect(sent.last?.url == address && sent.last?.headers == [:])
    }

    @Test func `sessions have ten calls of a minute, and a pause of theirs stops nothing else`() {
        var ledger = RateLedger(
            window: RateWindow(perMinute: 100, perHour: 1_500),
            packageWindow: RateWindow(perMinute: 2, perHour: 120)
        )
        for call in 0..<10 {
            #expect(ledger.wait(for: .liveResponse, priority: .action, ahead: 0, at: .seconds(call)) == .zero)
            ledger.count(.liveResponse, at: .seconds(call))
        }
        let now = Duration.seconds(20)
        #expect(ledger.wait(for: .liveResponse, priority: .action, ahead: 0, at: now) == .seconds(40))
        #expect(ledger.wait(for: .call, priority: .action, ahead: 0, at: now) == .zero)
        #expect(ledger.wait(for: .packageAddress, priority: .watching, ahead: 0, at: now) == .zero)
        ledger.pause(.liveResponse, until: .seconds(500))
        #expect(
            ledger.wait(for: .liveResponse, priority: .action, ahead: 0, at: .seconds(400)) == .seconds(100)
        )
        #expect(ledger.wait(for: .call, priority: .containment, ahead: 0, at: .seconds(400)) == .zero)
    }
}

/// Transcripts and foreign lines.
struct ScriptTranscriptTests {
    @Test func `raw line breaks and NULs are mended`() throws {
        let text =
            "\u{FEFF}{\"script_name\":\"triage.ps1\",\"exit_code\":3,\"script_output\":\"one\r\ntwo\t\0\u{1}"
            + "C:\\\\x \\\"q\\\" \\u0000end\0\",\"script_errors\":null}\0\n"
        let transcript = try #require(ScriptTranscript(Array(text.utf8)))
        #expect(transcript.script == "triage.ps1")
        #expect(transcript.exitCode == 3)
        #expect(transcript.output == "one\r\ntwo\t\u{1}C:\\x \"q\" end")
        #expect(transcript.errors == "")
    }

    @Test(
        arguments: [
            ("{}", nil), ("", nil), ("[1]", nil), (#"{"exit_code":"#, nil), (#"{"exit_code":"7"}"#, 7),
            (#"{"exit_code":0.0,"script_output":["a"]}"#, 0),
        ] as [(String, Int64?)]
    )
    func `what is no transcript is none`(text: String, code: Int64?) {
        #expect(ScriptTranscript(Array(text.utf8))?.exitCode == code)
    }

    @Test(arguments: [
        ("a\nb\nc", 2, 100, "a\nb…"), ("a\n\n \r\nb  ", 5, 100, "a\nb"), ("abcdef", 5, 3, "abc…"),
        ("a\u{1b}[31mb\u{202e}c\td", 5, 100, "a[31mbc d"), ("", 5, 5, ""), ("ab\ncd", 5, 3, "ab\nc…"),
        (String(repeating: "x", count: 1_000), 1, 10, "xxxxxxxxxx…"),
    ])
    func `foreign text is shown in few plain lines`(text: String, lines: Int, characters: Int, shown: String)
    {
        #expect(PlainLines.of(text, linesMax: lines, charactersMax: characters) == shown)
    }
}

/// The client against the simulator's own reading of the wire.
struct LiveResponseSimulatorTests {
    private static func script() -> SimulatorScript {
        var script = SimulatedTenant.script()
        script.liveResponse.library = [
            "triage.ps1": LibraryScript(exitCode: 3, output: "one\ntwo {args}"),
            "wipe.ps1": LibraryScript(failure: "Access is denied.", endAfterFailure: "Succeeded"),
        ]
        script.liveResponse.files = [#"C:\temp\out.txt"#: "found it"]
        return script
    }

    @Test func `a script runs and its transcript is fetched`() async throws {
        try await SimulatedTenant.serve(Self.script()) { tenant in
            let posted = try await tenant.post("run-script", ["script": "triage.ps1", "args": #"-p "C:\x""#])
            #expect(posted.type == "LiveResponse" && posted.comment?.hasPrefix("bascule:j-1 ") == true)
            #expect(posted.commands.map(\.status) == [.created])
            let early = try await refusal {
                try await tenant.client.liveResponseAddress(actionID: posted.id, index: 0)
            }
            #expect(early.kind == .notFound)
            tenant.clock.advance(10)
            let done = try await tenant.client.action(posted.id, priority: .watching)
            #expect(done.status == .succeeded)
            #expect(done.commands == [CommandState(index: 0, type: "RunScript", status: .completed)])
            let address = try await tenant.client.liveResponseAddress(actionID: posted.id, index: 0)
            let file = tenant.folder.appending(path: "transcript")
            _ = try await tenant.client.download(address, to: file.path, bytesMax: 1 << 20) { _ in }
            let transcript = try #require(ScriptTranscript(Array(try Data(contentsOf: file))))
            #expect(transcript.exitCode == 3)
            #expect(transcript.output == "one\ntwo -p \"C:\\x\"")
            tenant.clock.advance(1_801)
            let late = try await refusal {
                try await tenant.client.download(address, to: file.path + "2", bytesMax: 1 << 20) { _ in }
            }
            #expect(late.kind == .notFound)
            let again = try await tenant.client.liveResponseAddress(actionID: posted.id, index: 0)
            #expect(again != address)
        }
    }

    @Test func `a command that failed is told although the session succeeded`() async throws {
        try await SimulatedTenant.serve(Self.script()) { tenant in
            let posted = try await tenant.post("run-script", ["script": "wipe.ps1"])
            tenant.clock.advance(10)
            let done = try await tenant.client.action(posted.id, priority: .watching)
            #expect(done.status == .succeeded)
            #expect(
                done.commands == [
                    CommandState(index: 0, type: "RunScript", status: .failed, errors: ["Access is denied."])
                ]
            )
        }
    }

    @Test func `one session a machine, and the rest is told apart`() async throws {
        try await SimulatedTenant.serve(Self.script()) { tenant in
            _ = try await tenant.post("get-file", ["path": #"C:\temp\out.txt"#])
            let busy = try await refusal { try await tenant.post("put-file", ["file": "triage.ps1"]) }
            #expect(busy.kind == .activeRequest)
        }
        var off = Self.script()
        off.liveResponse.isEnabled = false
        try await SimulatedTenant.serve(off) { tenant in
            let error = try await refusal { try await tenant.post("run-script", ["script": "triage.ps1"]) }
            #expect(error.kind == .permission && error.defenderCode == "DisabledFeature")
        }
    }
}
