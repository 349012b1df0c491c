import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct LiveResponseCommandTests {
    private static func asks(
        _ action: String,
        _ parameters: [String: String],
        because reason: String? = nil
    )
        -> Request
    {
        .action(
            ActionRequest(action: action, subject: .hostName("ws-1"), parameters: parameters, reason: reason)
        )
    }

    @Test(arguments: [
        ("run-script ws-1 with script=triage.ps1", asks("run-script", ["script": "triage.ps1"])),
        (
            #"run-script ws-1 with script=triage.ps1 args="-Path ""C:\My Dir\"" -Quick" because SEC-1"#,
            asks(
                "run-script",
                ["script": "triage.ps1", "args": #"-Path "C:\My Dir\" -Quick"#],
                because: "SEC-1"
            )
        ),
        (
            "run-script ws-1 with args=“-Path ““C:\\x y””” script=a.ps1",
            asks("run-script", ["script": "a.ps1", "args": #"-Path "C:\x y""#])
        ),
        (
            #"run-script ws-1 with script=a.sh args="""a"" b" because "c""#,
            asks("run-script", ["script": "a.sh", "args": #""a" b"#], because: #""c""#)
        ),
        (
            "run-script ws-1 with script=a.sh args=\"'R&amp;D' a=b\"",
            asks("run-script", ["script": "a.sh", "args": "'R&D' a=b"])
        ),
        (#"get-file ws-1 with path=C:\Temp\out.zip"#, asks("get-file", ["path": #"C:\Temp\out.zip"#])),
        (
            #"get-file ws-1 with path="C:\My Dir\a  b.log" because x"#,
            asks("get-file", ["path": #"C:\My Dir\a  b.log"#], because: "x")
        ),
        ("get-file ws-1 with path=/var/log/syslog", asks("get-file", ["path": "/var/log/syslog"])),
        ("put-file ws-1 with file=tool.exe", asks("put-file", ["file": "tool.exe"])),
    ])
    func `quotes and backslashes come through`(text: String, request: Request) throws {
        #expect(try ChatGrammar.parse(text) == [request])
    }

    @Test(arguments: [
        (
            "run-script ws-1",
            "\"run-script\" needs \"with script=<script>\". Right form: run-script <machine>[,<machine>…] "
                + "with script=<script> [args=<args>] [because <reason>]"
        ),
        ("run-script ws-1 with script=../x", "\"script\" is the name of a file in the library"),
        (#"run-script ws-1 with script=a args="""#, "\"args\" is 1 to 500 characters"),
        (#"run-script ws-1 with script=a args="-a ""b" c"#, "\"c\" was not understood"),
        ("run-script ws-1 with script=a args=-x -y", "\"-y\" was not understood"),
        (#"get-file ws-1 with path="C:\Temp\""#, "\"path\" is a whole path"),
        ("get-file ws-1 with path=out.zip", "\"path\" is a whole path"),
        ("get-file ws-1 with path=C:\\a path=C:\\b", "\"path\" is said twice"),
        ("put-file ws-1 for 4h with file=a", "takes no duration"),
    ])
    func `what is not said rightly is never guessed`(text: String, words: String) {
        let error = #expect(throws: Misunderstanding.self) { try ChatGrammar.parse(text) }
        #expect(error?.words.contains(words) == true, "\(error?.words ?? "")")
    }

    @Test(arguments: [#"-Path "C:\My Dir\" -x"#, #"""#, #"a"b"#, "-a  b", "'", "a=b", "because x", #"\""#])
    func `the spelled command is understood again`(arguments: String) throws {
        let id = try #require(MachineID(String(repeating: "a1", count: 20)))
        var request = ActionRequest(
            action: "run-script",
            subject: .hostName("ws-1"),
            parameters: ["script": "a.ps1", "args": arguments],
            reason: "over"
        )
        let spelled = CommandForms.spell(request, machine: id)
        request.subject = .id(id)
        #expect(try ChatGrammar.parse(spelled) == [.action(request)])
    }

    @Test func `a route finds path and arguments in the delivery`() async throws {
        let file = try Route(
            name: "file",
            when: ".path",
            action: "get-file",
            machine: ".m",
            parameters: ["path": .jq(".path")]
        )
        let script = try Route(
            name: "script",
            when: ".path | not",
            action: "run-script",
            machine: ".m",
            parameters: ["script": .word("triage.ps1"), "args": .jq(".args")]
        )
        let reading = SourceReading(
            name: SourceName("siem"),
            reader: StandardWebhooksReader.self,
            routes: [file, script]
        )
        let results = try await Classifier(reading).classified(
            verified(#"{"m":"ws-1","path":"C:\\Temp\\out.zip"}"#, kind: StandardWebhooksReader.kind),
            verified(#"{"m":"ws-1","path":"..\\out.zip"}"#, kind: StandardWebhooksReader.kind),
            verified(#"{"m":"ws-1","args":"-p \"C:\\x y\""}"#, kind: StandardWebhooksReader.kind),
            verified(#"{"m":"ws-1"}"#, kind: StandardWebhooksReader.kind),
            verified(#"{"m":"ws-1","args":"a<b"}"#, kind: StandardWebhooksReader.kind)
        )
        #expect(results[0].intents.map(\.request) == [Self.asks("get-file", ["path": #"C:\Temp\out.zip"#])])
        #expect(results[1].unreadableCode == "route.unknown-value")
        #expect(
            results[2].intents.map(\.request)
                == [Self.asks("run-script", ["script": "triage.ps1", "args": #"-p "C:\x y""#])]
        )
        #expect(results[3].intents.map(\.request) == [Self.asks("run-script", ["script": "triage.ps1"])])
        #expect(results[4].unreadableCode == "route.unknown-value")
    }
}
