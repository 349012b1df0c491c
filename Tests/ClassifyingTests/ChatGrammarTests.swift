import Testing
import Vocabulary

@testable import Classifying

struct ChatGrammarTests {
    static let laptop = Subject.hostName("laptop-7")
    static let isolate = Request.action(ActionRequest(action: "isolate", subject: laptop))
    static let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")

    static func isolate(
        _ parameters: [String: String] = [:],
        for duration: String? = nil,
        because reason: String? = nil
    ) -> Request {
        .action(
            ActionRequest(
                action: "isolate",
                subject: laptop,
                parameters: parameters,
                duration: duration.flatMap(TimeBox.init),
                reason: reason
            )
        )
    }

    static func breakGlass(_ name: String, _ parameters: [String: String] = [:], because: String) -> Request {
        .action(
            ActionRequest(
                action: "isolate",
                subject: .hostName("srv-1"),
                parameters: parameters,
                reason: because,
                breakGlass: name
            )
        )
    }

    @Test(arguments: [
        ("isolate laptop-7", isolate),
        ("  ISOLATE   LAPTOP-7  ", isolate),
        ("isolate\u{a0}laptop-7", isolate),
        ("isolate&nbsp;laptop-7", isolate),
        ("isolate “laptop-7”", isolate),
        ("isolate laptop-7.", isolate),
        ("isolate laptop-7 for 4h", isolate(for: "4h")),
        ("isolate laptop-7 FOR 90M With TYPE=selective", isolate(["type": "Selective"], for: "90m")),
        ("isolate laptop-7 with type=full for 1d", isolate(["type": "Full"], for: "1d")),
        ("isolate laptop-7 because C2 beacon for 4h", isolate(because: "C2 beacon for 4h")),
        ("isolate laptop-7 because a &lt;b&gt; &amp;amp; c", isolate(because: "a <b> &amp; c")),
        ("isolate laptop-7 because “it’s bad”", isolate(because: "\"it's bad\"")),
        (
            "isolate laptop-7 because see <https://siem.example/a?b=1&amp;c|the alert> from <@U1|mia>",
            isolate(because: "see https://siem.example/a?b=1&c from @mia")
        ),
        ("status laptop-7", .status(laptop)),
        ("isolated", .isolated), ("Jobs", .jobs), ("whoami", .whoAmI), ("help", .help), ("", .help),
        (" ", .help),
        ("freeze because drill", .freeze(because: "drill")),
        ("unfreeze", .unfreeze(because: nil)),
        ("unfreeze because over", .unfreeze(because: "over")),
        ("cancel j-01J9ZK7Q4N8T2V6W0XABCDEFGH", .cancel(job)),
        ("go j-01j9zk7q4n8t2v6w0xabcdefgh", .go(job)),
        ("Approve J-01J9ZK7Q4N8T2V6W0XABCDEFGH", .approve(job, seen: nil)),
        (
            "deny j-01j9zk7q4n8t2v6w0xabcdefgh because the host is “clean”",
            .deny(job, because: #"the host is "clean""#, seen: nil)
        ),
        ("hold laptop-7", .hold(laptop)),
        (
            "isolate srv-1 with break-glass=night because C2 beacon",
            breakGlass("night", because: "C2 beacon")
        ),
        (
            "isolate srv-1 with Break-Glass=night type=selective because C2 beacon",
            breakGlass("night", ["type": "Selective"], because: "C2 beacon")
        ),
        (
            "isolate <http://laptop-7.corp.example|laptop-7.corp.example>",
            .action(ActionRequest(action: "isolate", subject: .dnsName("laptop-7.corp.example")))
        ),
        (
            "release 10.0.0.7 because clean",
            .action(ActionRequest(action: "release", subject: .address("10.0.0.7"), reason: "clean"))
        ),
    ])
    func `a command is read`(text: String, request: Request) throws {
        #expect(try ChatGrammar.parse(text) == [request])
    }

    @Test(arguments: ["extend laptop-7 for 4h", "EXTEND Laptop-7 FOR 240M"])
    func `a containment is extended`(text: String) throws {
        let box = try #require(TimeBox("4h"))
        #expect(try ChatGrammar.parse(text) == [.extend(Self.laptop, by: box)])
    }

    @Test func `extend and hold take several machines`() throws {
        let box = try #require(TimeBox("1d"))
        #expect(
            try ChatGrammar.parse("extend laptop-7, srv-1 for 1d")
                == [.extend(Self.laptop, by: box), .extend(.hostName("srv-1"), by: box)]
        )
        #expect(
            try ChatGrammar.parse("hold srv-1,laptop-7") == [.hold(.hostName("srv-1")), .hold(Self.laptop)]
        )
    }

    @Test(arguments: [
        "scan a-1,b-2,c-3", "scan a-1, b-2 ,c-3", "scan a-1 , b-2, c-3", "scan a-1,B-2,b-2,c-3",
        "scan <http://a-1.x.example|a-1.x.example>,b-2,c-3",
    ])
    func `machines are separated by commas`(text: String) throws {
        let requests = try ChatGrammar.parse(text)
        #expect(requests.count == 3)
        #expect(
            requests.last == .action(ActionRequest(action: "scan", subject: .hostName("c-3")))
        )
    }

    /// Each with a piece of what the person is told.
    @Test(arguments: [
        (
            "isolate host laptop-7 ticket SEC-1",
            #""laptop-7" was not understood. Right form: isolate <machine>"#
        ),
        ("isloate laptop-7", #"Did you mean "isolate"?"#),
        ("contain laptop-7", #""contain" is no command. Commands: isolate"#),
        ("isolate", #""isolate" needs a machine. Right form: isolate <machine>[,<machine>…]"#),
        ("isolate for 4h", #""isolate" needs a machine"#),
        ("isolate laptop-*", #""laptop-*" is no machine"#),
        ("isolate laptop-7,", #""" is no machine"#),
        ("isolate laptop-7,,b", #""" is no machine"#),
        ("isolate laptop-7,because", #""because" is no machine"#),
        ("isolate For,laptop-7", #""For" is no machine"#),
        ("isolate laptop-7 becuase bad", #"Did you mean "because"?"#),
        ("isolate laptop-7 because", #""because" needs a reason"#),
        ("isolate laptop-7 for", #""for" needs a duration"#),
        ("isolate laptop-7 for 4", #""for" needs a duration"#),
        ("isolate laptop-7 for 1.5h", #""for" needs a duration"#),
        ("isolate laptop-7 for -4h", #""for" needs a duration"#),
        ("isolate laptop-7 for 0h", #""for" needs a duration"#),
        ("isolate laptop-7 for 400d", #""for" needs a duration"#),
        ("isolate laptop-7 for ever", #""for" needs a duration"#),
        ("isolate laptop-7 for 4h for 5h", #""for" is said twice"#),
        ("isolate laptop-7 with", #""with" needs <parameter>=<value>"#),
        ("isolate laptop-7 with type", #""with" needs <parameter>=<value>"#),
        ("isolate laptop-7 with typ=Full", #""isolate" has no parameter "typ"; it takes type."#),
        ("isolate laptop-7 with type=Ful", "Did you mean Full?"),
        ("isolate laptop-7 with type=Full type=Full", #""type" is said twice"#),
        ("scan laptop-7 for 4h", #""scan" takes no duration"#),
        ("collect laptop-7 with a=b", #""collect" has no parameter "a"; it takes none."#),
        ("status laptop-7 now", #""now" was not understood. Right form: status <machine>"#),
        ("status", #""status" needs a machine"#),
        ("isolated please", #""please" was not understood"#),
        ("freeze", #""freeze" needs a reason. Right form: freeze because <reason>"#),
        ("freeze everything", #""everything" was not understood"#),
        ("cancel", "needs the id of a job"), ("cancel laptop-7", "needs the id of a job"),
        ("cancel j-01j9zk7q4n8t2v6w0xabcdefgh now", #""now" was not understood"#),
        (
            "extend laptop-7",
            #""extend" needs a duration: for, a whole number and s, m, h or d, such as for 4h. Right form: extend"#
        ),
        ("extend laptop-7 for", #""extend" needs a duration"#),
        ("extend laptop-7 for ever", #""extend" needs a duration"#),
        ("extend laptop-7 for 0h", #""extend" needs a duration"#),
        ("extend laptop-7 for 400d", #""extend" needs a duration"#),
        ("extend laptop-7 by 4h", #""extend" needs a duration"#),
        ("extend laptop-7 for 4h please", #""please" was not understood"#),
        ("extend for 4h", #""extend" needs a machine"#),
        ("hold", #""hold" needs a machine"#), ("hold laptop-7 now", #""now" was not understood"#),
        ("approve", "needs the id of a job"), ("approve j-1", "needs the id of a job"),
        ("approve laptop-7", "needs the id of a job"),
        ("approve j-01j9zk7q4n8t2v6w0xabcdefgh please", #""please" was not understood"#),
        (
            "deny j-01j9zk7q4n8t2v6w0xabcdefgh",
            #""deny" needs a reason. Right form: deny <job> because <reason>"#
        ),
        ("deny j-01j9zk7q4n8t2v6w0xabcdefgh because ", #""because" needs a reason"#),
        ("deny j-01j9zk7q4n8t2v6w0xabcdefgh no", #""no" was not understood"#),
        ("DENY j-1 because no", "needs the id of a job"), ("deny because no", "needs the id of a job"),
        ("isolate srv-1 with break-glass=", #""break-glass" needs the name of a grant"#),
        ("isolate srv-1 with break-glass=a break-glass=b", #""break-glass" is said twice"#),
        ("isolate srv-1 with break-glass", #""with" needs <parameter>=<value>"#),
        ("isolate <http://evil.example|laptop-7>", "not the host"),
        ("isolate <http://laptop-7.x.example/a|laptop-7.x.example>", "not the host"),
        ("isolate <http://laptop-7.x.example>", "not the host"),
        ("isolate <@U1|laptop-7>", "not the host"),
        ("<http://isolate|isolate> laptop-7 x", "was not understood"),
        (String(repeating: "a", count: 5_000), "longer than 4000 bytes"),
        ("isolate " + (0..<21).map { "m\($0)" }.joined(separator: ","), "at most 20 machines"),
    ])
    func `what is not understood is never guessed into an action`(text: String, words: String) {
        let error = #expect(throws: Misunderstanding.self) { try ChatGrammar.parse(text) }
        #expect(error?.words.contains(words) == true, "\(error?.words ?? "")")
    }

    @Test func `a reason is bounded and on one line`() throws {
        let requests = try ChatGrammar.parse(
            "isolate laptop-7 because a\n\tb " + String(repeating: "c", count: 3_000)
        )
        guard case .action(let action) = requests.first else { return }
        #expect(action.reason?.count == ChatGrammar.reasonCharactersMax)
        #expect(action.reason?.hasPrefix("a b ccc") == true)
    }

    @Test func `the spelled command is understood and names the machine`() throws {
        let id = try #require(MachineID(String(repeating: "a1", count: 20)))
        let request = ActionRequest(
            action: "isolate",
            subject: Self.laptop,
            parameters: ["type": "Selective"],
            duration: TimeBox("90m"),
            reason: "C2 beacon"
        )
        let spelled = CommandForms.spell(request, machine: id)
        #expect(spelled == "isolate \(id) for 90m with type=Selective because C2 beacon")
        var expected = request
        expected.subject = .id(id)
        #expect(try ChatGrammar.parse(spelled) == [.action(expected)])
    }
}

struct MachineSelectorParsingTests {
    static let id = String(repeating: "0aF9", count: 10)
    static let guid = "7F1C0F5E-0a1b-4c2d-8e3f-001122334455"

    @Test(
        arguments: [
            (id, MachineID(id).map(Subject.id)),
            ("LAPTOP-7", .hostName("laptop-7")), (" laptop-7. ", .hostName("laptop-7")),
            ("srv_1", .hostName("srv_1")), ("Laptop-7.Corp.Example.", .dnsName("laptop-7.corp.example")),
            ("10.0.0.7", .address("10.0.0.7")), ("2001:DB8:0:0:0:0:0:1", .address("2001:db8::1")),
            ("::", .address("::")), ("fe80::1", .address("fe80::1")),
            ("::ffff:10.0.0.7", .address("::ffff:a00:7")),
            ("1:0:0:2:0:0:0:3", .address("1:0:0:2::3")),
            ("aad:" + guid, .entraDevice(guid.lowercased())),
            ("AAD:" + guid, .entraDevice(guid.lowercased())),
            ("alert:da637_Ab-1", .alert("da637_Ab-1")),
            ("", nil), (".", nil), ("laptop 7", nil), ("laptop*", nil), ("a..b", nil), ("-a", nil),
            ("a-", nil),
            ("10.0.0.07", nil), ("10.0.0.256", nil), ("10.0.0", nil), ("1234", nil), ("fe80::1%eth0", nil),
            ("1::2::3", nil), (":::", nil), ("1:2:3:4:5:6:7:8:9", nil), ("12345::", nil),
            ("1:2:3:4:5:6:7::8", nil),
            ("aad:laptop", nil), ("alert:", nil), ("alert:a/b", nil), ("laptop-7/../x", nil), ("läptop", nil),
            ("a\u{0}b", nil), (String(repeating: "a", count: 64), nil),
            (String(repeating: "a.", count: 200), nil),
            (id + "0", .hostName((id + "0").lowercased())), ("$(reboot)", nil), ("' or 1 eq 1", nil),
        ] as [(String, Subject?)]
    )
    func `a machine is named exactly or not at all`(text: String, selector: Subject?) {
        #expect(Subject.parse(text) == selector)
    }
}
