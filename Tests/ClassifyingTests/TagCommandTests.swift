import JSONReader
import Testing
import Vocabulary

@testable import Classifying

struct TagCommandTests {
    private static func tag(_ tag: String, _ action: String = "tag", because reason: String? = nil) -> Request
    {
        .action(
            ActionRequest(
                action: action,
                subject: .hostName("laptop-7"),
                parameters: ["tag": tag],
                reason: reason
            )
        )
    }

    @Test(arguments: [
        ("tag laptop-7 with tag=Contained", tag("Contained")),
        ("UNTAG laptop-7 WITH TAG=Contained because over", tag("Contained", "untag", because: "over")),
        (#"tag laptop-7 with tag="under  review" because SEC-1"#, tag("under review", because: "SEC-1")),
        ("tag laptop-7 with tag=“under review” because “it”", tag("under review", because: #""it""#)),
        (#"tag laptop-7 with tag="because of this" because that"#, tag("because of this", because: "that")),
        (#"tag laptop-7 with tag="R&amp;D""#, tag("R&D")),
        ("tag laptop-7 with tag=a=b,c", tag("a=b,c")),
        ("tag laptop-7 with tag=<http://corp.example|corp.example>", tag("corp.example")),
        (
            #"tag laptop-7 with tag="see <http://corp.example|corp.example> it""#,
            tag("see corp.example it")
        ),
    ])
    func `a tag is said as it is, or in quotes`(text: String, request: Request) throws {
        #expect(try ChatGrammar.parse(text) == [request])
    }

    @Test func `a word may stand in quotes too`() throws {
        #expect(
            try ChatGrammar.parse(#"isolate laptop-7 with type="selective""#)
                == [ChatGrammarTests.isolate(["type": "Selective"])]
        )
    }

    @Test(arguments: [
        (
            "tag laptop-7",
            #""tag" needs "with tag=<tag>". Right form: tag <machine>[,<machine>…] with tag=<tag>"#
        ),
        ("untag laptop-7 because over", #""untag" needs "with tag=<tag>". Right form: untag <machine>"#),
        ("tag laptop-7 Contained", #""Contained" was not understood. Right form: tag <machine>"#),
        ("tag laptop-7 with Contained", #""with" needs <parameter>=<value>"#),
        ("tag laptop-7 with tag=", #""tag" is 1 to 200 characters on one line"#),
        (#"tag laptop-7 with tag="""#, #""tag" is 1 to 200 characters on one line"#),
        (
            #"tag laptop-7 with tag="under review"#,
            #""tag" is 1 to 200 characters on one line, without ", < and >"#
        ),
        (#"tag laptop-7 with tag="a" b"#, #""b" was not understood"#),
        (#"tag laptop-7 with tag="a because he said "b""#, #""tag" is 1 to 200 characters"#),
        ("tag laptop-7 with tag=under review", #""review" was not understood"#),
        ("tag laptop-7 with tag=a tag=b", #""tag" is said twice"#),
        ("tag laptop-7 with tga=a", #""tag" has no parameter "tga"; it takes tag."#),
        ("tag laptop-7 with tag=a for 4h", #""tag" takes no duration"#),
        ("tag laptop-7 with tag=" + String(repeating: "a", count: 201), #""tag" is 1 to 200 characters"#),
        ("tagg laptop-7", #"Did you mean "tag"?"#),
        ("label laptop-7", "Commands: isolate, release, restrict, unrestrict, scan, collect"),
    ])
    func `a tag that is not said rightly is never guessed`(text: String, words: String) {
        let error = #expect(throws: Misunderstanding.self) { try ChatGrammar.parse(text) }
        #expect(error?.words.contains(words) == true, "\(error?.words ?? "")")
    }

    @Test(arguments: ["Contained", "under review", "because x", "a=b", "R&D"])
    func `the spelled command is understood again`(tag: String) throws {
        let id = try #require(MachineID(String(repeating: "a1", count: 20)))
        var request = ActionRequest(
            action: "untag",
            subject: .hostName("laptop-7"),
            parameters: ["tag": tag],
            reason: "over"
        )
        let spelled = CommandForms.spell(request, machine: id)
        request.subject = .id(id)
        #expect(try ChatGrammar.parse(spelled) == [.action(request)])
    }

    @Test func `help shows the form of both`() {
        #expect(
            CommandForms.help.contains(
                "tag <machine>[,<machine>…] with tag=<tag> [because <reason>]: Put a tag on a machine in Defender."
            )
        )
        #expect(CommandForms.help.contains { $0.hasPrefix("untag <machine>[,<machine>…] with tag=<tag> ") })
    }

    @Test func `a route says the tag as a word or finds it`() async throws {
        let fixed = try Route(
            name: "fixed",
            when: ".fixed",
            action: "tag",
            machine: ".m",
            parameters: ["tag": .word(" under  review ")]
        )
        let found = try Route(
            name: "found",
            when: ".fixed | not",
            action: "untag",
            machine: ".m",
            parameters: ["tag": .jq(".tag")]
        )
        let reading = SourceReading(
            name: SourceName("siem"),
            reader: StandardWebhooksReader.self,
            routes: [fixed, found]
        )
        let results = try await Classifier(reading).classified(
            verified(#"{"m":"laptop-7","fixed":true}"#, kind: StandardWebhooksReader.kind),
            verified(#"{"m":"laptop-7","tag":"R&D"}"#, kind: StandardWebhooksReader.kind),
            verified(#"{"m":"laptop-7"}"#, kind: StandardWebhooksReader.kind),
            verified(#"{"m":"laptop-7","tag":"a\u200bb"}"#, kind: StandardWebhooksReader.kind),
            verified(#"{"m":"laptop-7","tag":7}"#, kind: StandardWebhooksReader.kind)
        )
        #expect(results[0].intents.map(\.request) == [Self.tag("under review")])
        #expect(results[1].intents.map(\.request) == [Self.tag("R&D", "untag")])
        #expect(results[2].unreadableCode == "route.missing-value")
        #expect(results[3].unreadableCode == "route.unknown-value")
        #expect(results[4].unreadableCode == "route.unknown-value")
    }

    @Test func `a route without its tag is held against the catalogue`() {
        #expect(throws: RouteError.missingParameter("tag", action: "tag")) {
            try Route(name: "r", when: nil, action: "tag", machine: ".m")
        }
        let expectation = #"1 to 200 characters on one line, without ", < and >"#
        #expect(throws: RouteError.unusableText(parameter: "tag", expectation: expectation)) {
            try Route(name: "r", when: nil, action: "tag", machine: ".m", parameters: ["tag": .word("<x>")])
        }
    }
}
