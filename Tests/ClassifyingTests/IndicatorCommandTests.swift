import Testing
import Vocabulary

@testable import Classifying

/// Commands about indicators and several alerts, as chats send them.
struct IndicatorCommandTests {
    private static func block(
        _ value: String,
        for duration: String? = "7d",
        with parameters: [String: String] = [:],
        _ action: String = "block"
    ) -> Request {
        .action(
            ActionRequest(
                action: action,
                subject: .thing(value),
                parameters: parameters,
                duration: duration.flatMap(TimeBox.init)
            )
        )
    }

    private static let sha1 = String(repeating: "4e", count: 20)

    @Test(arguments: [
        ("block evil.example for 7d", block("evil.example")),
        ("block <http://evil.example|evil.example> for 7d", block("evil.example")),
        ("block <https://Evil.example/|Evil.example> for 7d", block("evil.example")),
        ("block https://evil.example/a?b=1 for 7d", block("https://evil.example/a?b=1")),
        ("block <https://evil.example/a?b=1&amp;c=2> for 7d", block("https://evil.example/a?b=1&c=2")),
        (
            "block <https://evil.example/a|https://evil.example/a> for 7d",
            block("https://evil.example/a")
        ),
        ("block <http://evil.example|http://evil.example> for 7d", block("http://evil.example")),
        ("block hxxp://evil[.]example/a for 7d", block("http://evil.example/a")),
        ("block hXXps[://]evil(.)example/a[.]b for 7d", block("https://evil.example/a.b")),
        ("block http://evil[.]example for 7d", block("http://evil.example")),
        ("block http://evil.example/a[.]b for 7d", block("http://evil.example/a[.]b")),
        ("block evil[dot]example for 7d", block("evil.example")),
        ("block 1.2.3[.]4 for 7d", block("1.2.3.4")),
        ("block 2001:DB8::1 for 7d", block("2001:db8::1")),
        ("block \(sha1.uppercased()) for 7d", block(sha1)),
        ("block \(sha1) for 7d with type=certificate", block(sha1, with: ["type": "certificate"])),
        ("allow evil.example for ever", block("evil.example", for: nil, with: ["expires": "never"], "allow")),
        (
            "warn evil.example with severity=high alert=no for 1h",
            block("evil.example", for: "1h", with: ["severity": "High", "alert": "no"], "warn")
        ),
    ])
    func `an indicator is read as it was meant`(text: String, request: Request) throws {
        #expect(try ChatGrammar.parse(text) == [request])
    }

    @Test func `several indicators are separated by commas, links among them`() throws {
        let text = "block <http://a.example|a.example>, 1.2.3[.]4,<https://b.example/x> for 7d"
        #expect(
            try ChatGrammar.parse(text) == [
                Self.block("a.example"), Self.block("1.2.3.4"), Self.block("https://b.example/x"),
            ]
        )
    }

    /// Each with a piece of what the person is told.
    @Test(arguments: [
        ("block evil.example", #""block" needs an end: "for <duration>", or "for ever"."#),
        ("block evil.example for 7d with expires=never", "cannot end in time and last for ever"),
        ("block <http://evil.example|good.example> for 7d", "not the host"),
        ("block <http://evil.example/a|evil.example/a> for 7d", "not the host"),
        ("block <https://evil.example/a|https://good.example/a> for 7d", "not the host"),
        ("block <https://evil.example/a,good.example> for 7d", "Write the comma as %2C"),
        ("block <mailto:a@evil.example> for 7d", "not the host"),
        ("block 10.0.0.0/8 for 7d", "is no indicator"), ("block evil for 7d", "is no indicator"),
        ("block ftp://evil.example for 7d", "is no indicator"),
        ("block https://user:pw@evil.example/ for 7d", "is no indicator"),
        ("block 42 for 7d", "is no indicator"),
        ("block evil.example for 7d with type=certificate", "is no certificate"),
        ("audit evil.example for 7d with alert=no", #""audit" has no parameter "alert""#),
        ("indicator-delete x", "is no indicator or id"),
        ("indicator-delete 42 for 7d", "takes no duration"),
        ("isolate <https://laptop-7.x.example/a>", "not the host"),
        ("isolate laptop-7[.]corp[.]example", "is no machine"),
        ("alert-update da1_2", #""alert-update" notes nothing: say at least one of status"#),
        ("alert-update da1_2 with status=unchanged", "notes nothing"),
        ("alerts-update da1_2,da3_4 because SEC-1", #""alerts-update" notes nothing"#),
        ("alert-create laptop-7 with title=a", #"needs "with severity=Low|Medium|High""#),
        (
            "alert-create laptop-7 with title=a severity=High category=Malware time=yesterday",
            #""time" is a time in UTC such as"#
        ),
    ])
    func `what is not an indicator, or does not end, is refused in words`(text: String, words: String) {
        let error = #expect(throws: Misunderstanding.self) { try ChatGrammar.parse(text) }
        #expect(error?.words.contains(words) == true, "\(error?.words ?? "")")
    }

    @Test(arguments: [
        ("indicator-delete 42", "42"), ("indicator-delete evil[.]example", "evil.example"),
        ("indicator-delete <http://evil.example|evil.example>", "evil.example"),
        ("indicator-delete 12345678901234567890123456789012", "12345678901234567890123456789012"),
    ])
    func `an indicator is deleted by value or by id`(text: String, subject: String) throws {
        let request = ActionRequest(action: "indicator-delete", subject: .thing(subject))
        #expect(try ChatGrammar.parse(text) == [.action(request)])
    }

    @Test func `several alerts are one request`() throws {
        let parsed = try ChatGrammar.parse("alerts-update da3_-4,da1_2, da1_2 with comment=seen")
        #expect(
            parsed == [
                .action(
                    ActionRequest(
                        action: "alerts-update",
                        subject: .thing("da1_2,da3_-4"),
                        parameters: ["comment": "seen"]
                    )
                )
            ]
        )
    }

    @Test func `an alert is made of all its parts`() throws {
        let text =
            "alert-create laptop-7 with title=“C2 beacon” severity=high category=commandandcontrol "
            + "time=2026-11-02T09:14:07.1234567Z report=20776 description=“It calls home” recommend=Isolate"
        guard case .action(let request)? = try ChatGrammar.parse(text).first else { return }
        #expect(
            request.parameters == [
                "title": "C2 beacon", "severity": "High", "category": "CommandAndControl",
                "time": "2026-11-02T09:14:07.1234567Z", "report": "20776", "description": "It calls home",
                "recommend": "Isolate",
            ]
        )
    }
}

/// Lists of indicators that come in a file.
struct IndicatorListTests {
    private func list(_ document: String, _ more: String = "") throws -> String? {
        let text = "indicators-import with action=block\(more) for 30d because SEC-1"
        guard case .action(let request)? = try ChatGrammar.parse(text, document: document).first else {
            return nil
        }
        return request.parameters["list"]
    }

    @Test func `comments, blank lines, repetitions and what Windows adds fall away`() throws {
        let document =
            "\u{FEFF}# from the feed\r\nevil.example\r\n\r\n  EVIL.example.  # again\r\nhxxp://bad[.]example/#x\r\n1.2.3.4"
        #expect(try list(document) == "evil.example\nhttp://bad.example/#x\n1.2.3.4")
    }

    @Test(arguments: [
        ("evil.example\n10.0.0.0/8\n1.2.3.4", #"Nothing is done: line 2 ("10.0.0.0/8") is no indicator:"#),
        ("# x\nevil\nok.example\nfoo bar", #"line 2 ("evil"), line 4 ("foo bar") are no indicator"#),
        ("# nothing\n\n", "The list names nothing."),
        ("a\u{0}b", "The file is not 1 to 262144 bytes of text."),
        ((1...501).map { "a\($0).example" }.joined(separator: "\n"), "The list names 501; at most 500"),
    ])
    func `a list with a bad line is refused with its number`(document: String, words: String) {
        let error = #expect(throws: Misunderstanding.self) { try list(document) }
        #expect(error?.words.contains(words) == true, "\(error?.words ?? "")")
    }

    @Test func `only the first of many bad lines are named`() {
        let document = (1...9).map { "bad\($0)" }.joined(separator: "\n")
        let error = #expect(throws: Misunderstanding.self) { try list(document) }
        #expect(error?.words.contains(#"line 5 ("bad5") and 4 more are no indicator"#) == true)
    }

    @Test func `a file of thumbprints holds nothing else`() throws {
        let hash = String(repeating: "4e", count: 20)
        #expect(try list(hash, " type=certificate") == hash)
        let error = #expect(throws: Misunderstanding.self) {
            try list("\(hash)\nevil.example", " type=certificate")
        }
        #expect(error?.words.contains(#""evil.example" is no certificate"#) == true)
    }

    @Test func `a list that is typed is read the same way`() throws {
        let good = try ChatGrammar.parse("indicators-import with list=evil.example action=warn for 1h")
        guard case .action(let request)? = good.first else { return }
        #expect(request.parameters["list"] == "evil.example" && request.subject == .nothing)
        #expect(throws: Misunderstanding.self) {
            try ChatGrammar.parse("indicators-import with list=“evil.example bad.example” action=warn for 1h")
        }
        #expect(throws: Misunderstanding.self) {
            try ChatGrammar.parse("indicators-import with list=evil.example for 1h")
        }
    }
}
