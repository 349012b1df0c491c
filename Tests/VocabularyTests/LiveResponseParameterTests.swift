import Catalogue
import Testing

/// What may be said of scripts, paths and arguments.
struct LiveResponseParameterTests {
    @Test(
        arguments: [
            ("triage.ps1", "triage.ps1"), ("Get-Logs_2.sh", "Get-Logs_2.sh"), ("a", "a"), ("", nil),
            ("..", nil),
            ("../triage.ps1", nil), ("a b.ps1", nil), ("a/b", nil), (#"a\b"#, nil), ("tri\u{e4}ge.ps1", nil),
            (String(repeating: "x", count: 255), String(repeating: "x", count: 255)),
            (String(repeating: "x", count: 256), nil),
        ] as [(String, String?)]
    )
    func `a file of the library has a plain name`(text: String, kept: String?) throws {
        let script = try #require(Catalogue.runScript.parameter("script"))
        #expect(script.canonical(text) == kept)
        #expect(try #require(Catalogue.putFile.parameter("file")).canonical(text) == kept)
        #expect(script.isRequired && script.isFreeText)
    }

    @Test(
        arguments: [
            (#"C:\Temp\out.zip"#, true), (#"c:\Program Files\My  App\it's.log"#, true),
            ("C:/Temp/out.zip", true),
            ("/var/log/syslog", true), ("/tmp/a b", true), ("/tmp/Cafe\u{301}", true), ("", false),
            ("out.zip", false),
            (#"Temp\out.zip"#, false), (#"C:out.zip"#, false), (#"C:\"#, false), ("/", false),
            (#"C:\Temp\"#, false), ("/var/log/", false), (#"\\server\share\x"#, false),
            (#"C:\a\..\b"#, false),
            ("/a/../b", false), ("/a/./b", false), (#"C:\a*.log"#, false), (#"C:\a"b"#, false),
            ("/a<b", false),
            (" /a", false), ("/a ", false), ("/a\u{202e}b", false), ("/a\nb", false),
            ("/" + String(repeating: "x", count: 511), true),
            ("/" + String(repeating: "x", count: 512), false),
        ]
    )
    func `a path is whole and kept to the letter`(text: String, isPath: Bool) throws {
        let kept = try #require(Catalogue.getFile.parameter("path")).canonical(text)
        #expect((kept != nil) == isPath)
        if let kept { #expect(kept.utf8.elementsEqual(text.utf8)) }
    }

    @Test(
        arguments: [
            ("-Quick", "-Quick"), ("  -a  b ", "-a  b"),
            (#"-Path "C:\My Dir\" -x"#, #"-Path "C:\My Dir\" -x"#),
            ("a;b|c&d$e`f'g", "a;b|c&d$e`f'g"), ("", nil), ("  ", nil), ("a<b", nil), ("a>b", nil),
            ("a\nb", nil),
            ("a\u{200b}b", nil), (String(repeating: "x", count: 500), String(repeating: "x", count: 500)),
            (String(repeating: "x", count: 501), nil),
        ] as [(String, String?)]
    )
    func `arguments may hold quotes and backslashes, and need not be said`(text: String, kept: String?) throws
    {
        let arguments = try #require(Catalogue.runScript.parameter("args"))
        #expect(arguments.canonical(text) == kept)
        #expect(!arguments.isRequired && arguments.isExact && arguments.charactersMax == 500)
        #expect(arguments.defaultValue == nil)
    }

    @Test(arguments: [
        ("-Quick", "args=-Quick"), (#"C:\x"#, #"args=C:\x"#), ("-a b", #"args="-a b""#),
        (#"-p "C:\x y\""#, #"args="-p ""C:\x y\""""#), (#"""#, #"args="""""#), (#"a"b"#, #"args="a""b""#),
    ])
    func `a value is spelled so that it is read again`(value: String, spelled: String) {
        #expect(ActionParameter.spelled("args", value) == spelled)
        #expect(ActionParameter.unquoted(spelled.dropFirst("args=".count)) == value)
    }

    @Test func `the three are sessions of one lane`() {
        let entries = [Catalogue.runScript, Catalogue.getFile, Catalogue.putFile]
        #expect(Catalogue.words(of: .liveResponse) == entries.map(\.word))
        for entry in entries {
            #expect(entry.machineActionType == "LiveResponse")
            #expect(entry.changesState && !entry.isDoneAtOnce)
            #expect(entry.rate == RateWindow(perMinute: 10, perHour: 600))
            #expect(!PermissionCheck(entry: entry, held: ["Machine.Read.All"]).isSatisfied)
            #expect(
                PermissionCheck(entry: entry, held: ["machine.liveresponse", "Machine.Read.All"]).isSatisfied
            )
        }
    }
}
