import Enqueuing
import JSONReader
import Testing
import Vocabulary

@testable import Reporting

struct SlackMessageTests {
    private let hostile = "<!channel> <https://evil.example|click> <@U1> & *bold* :boom:"

    private func notice(_ text: String, _ fields: [Notice.Field] = []) -> Notice {
        Notice(code: "job.test", tone: .bad, text: text, fields: fields)
    }

    /// Every object with a `text` string that Slack draws.
    private func textObjects(_ value: JSONValue) -> [JSONValue] {
        var found: [JSONValue] = []
        if let object = value.object {
            if object["text"]?.string != nil, object["type"] != nil { found.append(value) }
            for member in object.values { found += textObjects(member) }
        }
        for element in value.array ?? [] { found += textObjects(element) }
        return found
    }

    @Test func `foreign text is only ever in plain text elements`() throws {
        let message = SlackMessage.render([notice(hostile, [Notice.Field("reason", hostile)])])
        let texts = textObjects(try #require(message["blocks"]))
        #expect(texts.count == 2)
        for text in texts {
            #expect(text["type"] == "plain_text")
            #expect(text["emoji"] == false)
            #expect(text["text"]?.string?.contains(hostile) == true)
        }
    }

    @Test func `the fallback text is escaped so that nobody is called`() {
        let text = SlackMessage.render([notice("<!channel> a & b > c")])["text"]?.string
        #expect(text == "❌ &lt;!channel&gt; a &amp; b &gt; c")
    }

    @Test func `long text is cut within the limits and says so`() throws {
        let line = String(repeating: "&", count: 100_000)
        let message = SlackMessage.render([notice(line, [Notice.Field("reason", line)])])
        for text in textObjects(try #require(message["blocks"])) {
            let shown = try #require(text["text"]?.string)
            #expect(shown.utf16.count <= 3_000)
            #expect(shown.hasSuffix("… (cut)"))
        }
        #expect(try #require(message["text"]?.string).utf16.count <= 40_000)
    }

    @Test func `many lines become few enough sections`() throws {
        let lines = (0..<5_000).map { "machine-\($0) isolated since this morning by mia" }
        let blocks = try #require(
            SlackMessage.render([notice(lines.joined(separator: "\n"))])["blocks"]?.array
        )
        #expect(blocks.count <= 50)
        #expect(blocks.last?["text"]?["text"]?.string?.contains("(cut") == true)
    }

    @Test func `text is cut between characters as people see them`() {
        let family = "👨‍👩‍👧‍👦"
        let text = String(repeating: family, count: 100)
        let cut = ReplyText.cut(text, to: 50)
        #expect(cut.hasPrefix(family))
        #expect(cut.hasSuffix(" … (cut)"))
        #expect(cut.utf16.count <= 50)
        #expect(cut.dropLast(8).allSatisfy { String($0) == family })
        #expect(ReplyText.cut(family, to: 11) == family)
    }

    @Test func `foreign text can neither ring nor turn the writing round`() {
        #expect(ReplyText.cut("a\u{7}b\u{202E}c\r\nd\u{2066}e", to: 100) == "a bc\nde")
    }

    @Test func `an immediate answer is a whole command answer`() throws {
        let answer = SlackMessage.immediate(notice("Isolate laptop-7: recorded"), seenByAll: true)
        #expect(answer.status == 200)
        #expect(answer.contentType == "application/json")
        let body = try JSONReader.read(Array(answer.body.utf8), root: .object)
        #expect(body["response_type"] == "in_channel")
        #expect(body["text"] == "❌ Isolate laptop-7: recorded")
        #expect(body["blocks"]?.array?.count == 1)
    }

    @Test func `fields are shown only where all notices are about one machine`() {
        let one = notice("one", [Notice.Field("machine", "a")])
        let two = notice("two", [Notice.Field("machine", "b")])
        #expect(SlackMessage.render([one, one])["blocks"]?.array?.count == 2)
        #expect(SlackMessage.render([one, two])["blocks"]?.array?.count == 1)
    }

    @Test func `other kinds are answered with the delivery and nothing more`() {
        #expect(PlainAnswer.accepted(DeliveryID("d-1")).body == #"{"delivery":"d-1"}"#)
        #expect(PlainAnswer.accepted(DeliveryID("d-1")).status == 202)
        #expect(PlainAnswer.recorded.status == 202)
    }
}
