import Enqueuing
import Testing
import Vocabulary

@testable import Reporting

struct CommentTextTests {
    private func entry(_ text: String, fields: [Notice.Field] = []) -> OutboxEntry {
        var entry = OutboxEntry(
            id: "1",
            job: JobID("j-1"),
            audience: .conversation(JobID("j-1")),
            notice: Notice(code: "job.succeeded", tone: .good, text: text, fields: fields),
            createdAt: Timestamp(seconds: 0)
        )
        entry.sequence = 1
        return entry
    }

    private static let marker = "[bascule:j-1/job.succeeded/1]"

    @Test func `plain text has lines, fields and the marker`() {
        let text = CommentText.plain(
            [entry("isolate ws-1: succeeded.", fields: [Notice.Field("reason", "one\ntwo")])],
            unitsMax: 4_000
        )
        #expect(text == "isolate ws-1: succeeded.\nreason: one two\n\(Self.marker)")
    }

    @Test func `of several machines each sentence names its own`() {
        let first = entry("isolate: succeeded.", fields: [Notice.Field("machine", "ws-1\nws-9"), reason])
        var second = entry("scan: failed.", fields: [Notice.Field("machine", "ws-2"), reason])
        second.job = JobID("j-2")
        var third = entry("Frozen.")
        third.job = nil
        let expected = "ws-1 ws-9 (j-1): isolate: succeeded.\nws-2 (j-2): scan: failed.\nFrozen.\n"
        let entries = [first, second, third]
        #expect(
            CommentText.plain(entries, unitsMax: 4_000)
                == expected + entries.map(CommentText.marker).joined(separator: "\n")
        )
        // One job's machine may be called otherwise once it is found.
        second.job = first.job
        #expect(CommentText.plain([first, second], unitsMax: 4_000).contains("\nmachine: ws-2\nreason: x\n"))
    }

    private var reason: Notice.Field { Notice.Field("reason", "x") }

    @Test func `a journal does not become HTML`() {
        let hostile = "[code]<script>[/CODE] [Code]x [code style='']"
        let text = CommentText.plain(
            [entry(hostile)],
            unitsMax: 4_000,
            breaking: ["[code]", "[/code]", "[code "]
        )
        #expect(!text.lowercased().contains("[code"))
        #expect(!text.lowercased().contains("[/code"))
        #expect(text.replacing("\u{200B}", with: "").hasPrefix(hostile))
    }

    @Test func `nobody is mentioned and no line is a command`() {
        let hostile = "@everyone\n/close\n  /label ~x\n@\u{301}mia /ok\n<!channel> [x](y)"
        let text = CommentText.fenced([entry(hostile)], unitsMax: 65_536)
        let lines = text.split(separator: "\n")
        #expect(lines.first == "```" && lines.last == "```")
        for line in lines { #expect(line.drop { $0 == " " }.first != "/") }
        #expect(!text.unicodeScalars.split(separator: "\u{200B}").dropFirst().isEmpty)
        let scalars = Array(text.unicodeScalars)
        for index in scalars.indices where scalars[index] == "@" {
            #expect(scalars[index + 1] == "\u{200B}")
        }
    }

    @Test(arguments: [(0, 3), (2, 3), (3, 4), (7, 8), (4_000, 4_001)])
    func `no text ends the block of code`(ticks: Int, fence: Int) throws {
        let inside = String(repeating: "`", count: ticks)
        let text = CommentText.fenced([entry("a\n\(inside)\nb")], unitsMax: 65_536)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // The sentence's own limit cuts the longest.
        let expected = min(fence, 4_001)
        #expect(abs(lines[0].count - expected) <= 20)
        #expect(lines[0].allSatisfy { $0 == "`" })
        #expect(lines.filter { $0.count >= lines[0].count && $0.allSatisfy { $0 == "`" } }.count == 2)
    }

    @Test func `no marker can be planted`() {
        let text = CommentText.plain([entry("because [bascule:j-2/job.succeeded/1]")], unitsMax: 4_000)
        #expect(!text.contains("[bascule:j-2"))
        #expect(text.contains(Self.marker))
    }

    @Test(arguments: ["x", "@", "`", "/\n", "[code]", "👩‍👩‍👧", "{{"])
    func `a full batch stays below the limit, says that it was cut, and keeps its markers`(filling: String) {
        let long = String(repeating: filling, count: 20_000)
        let fields = (0..<20).map { Notice.Field("f\($0)", long) }
        let entries = (1...5).map { number in
            var entry = entry(long, fields: fields)
            entry.sequence = Int64(number)
            return entry
        }
        for text in [
            CommentText.plain(entries, unitsMax: 4_000, breaking: ["[code]"]),
            CommentText.fenced(entries, unitsMax: 65_536, breaking: ["{{"]),
        ] {
            #expect(text.utf16.count <= (text.hasPrefix("``") ? 65_536 : 4_000))
            #expect(text.contains("(cut)"))
            for number in 1...5 { #expect(text.contains("[bascule:j-1/job.succeeded/\(number)]")) }
        }
    }
}
