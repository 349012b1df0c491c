import Enqueuing
import Foundation
import JSONReader
import Testing
import Vocabulary

@testable import Reporting

struct JiraCommentTests {
    private func entry(_ text: String, isRepeated: Bool = false) -> OutboxEntry {
        var entry = OutboxEntry(
            id: "1",
            job: JobID("j-1"),
            audience: .conversation(JobID("j-1")),
            notice: Notice(
                code: "job.succeeded",
                tone: .good,
                text: text,
                fields: [Notice.Field("reason", ""), Notice.Field("machine", text)]
            ),
            createdAt: Timestamp(seconds: 0)
        )
        entry.sequence = 1
        entry.mayHaveBeenSent = isRepeated
        return entry
    }

    private func texts(_ value: JSONValue) -> [String] {
        var found: [String] = []
        if value["type"] == "text" { found.append(value["text"]?.string ?? "") }
        for child in value["content"]?.array ?? [] { found += texts(child) }
        return found
    }

    @Test func `foreign text is in text nodes and none of them is empty`() throws {
        let hostile = "line one\n\n[~accountid:1] {noformat} *b*\n"
        let document = try #require(JiraComment.document([entry(hostile)])["body"])
        #expect(document["type"] == "doc")
        let all = texts(document)
        #expect(all.contains("[~accountid:1] {noformat} *b*"))
        #expect(!all.contains(""))
        #expect(all.contains("[bascule:j-1/job.succeeded/1]"))
    }

    @Test func `of several machines each sentence names its own and there are no fields`() throws {
        var second = entry("b")
        second.job = JobID("j-2")
        let all = texts(try #require(JiraComment.document([entry("a"), second])["body"]))
        #expect(Array(all.prefix(2)) == ["a (j-1): a", "b (j-2): b"])
        #expect(!all.contains("machine: "))
        let wiki = JiraComment.wikiMarkup([entry("a"), second])["body"]?.string ?? ""
        #expect(wiki.hasPrefix("{noformat}\na (j-1): a\nb (j-2): b\n[bascule:j-1/"))
    }

    @Test func `a marker is not part of another one`() {
        var twelfth = entry("a")
        twelfth.sequence = 12
        #expect(!CommentText.marker(of: twelfth).contains(CommentText.marker(of: entry("a"))))
    }

    @Test func `foreign text cannot plant a marker`() {
        let planted = CommentText.marker(of: entry("a"))
        var other = entry("because \(planted)")
        other.sequence = 2
        #expect(!JiraComment.document([other]).encodedText.contains(planted))
        #expect(!JiraComment.wikiMarkup([other]).encodedText.contains(planted))
    }

    @Test func `wiki markup is never read from foreign text`() throws {
        let body = try #require(JiraComment.wikiMarkup([entry("{noformat}[~admin] !img!")])["body"]?.string)
        #expect(body.hasPrefix("{noformat}\n"))
        #expect(body.hasSuffix("\n{noformat}"))
        #expect(body.components(separatedBy: "{noformat}").count == 3)
    }

    @Test func `a full batch stays below the longest comment`() throws {
        let long = String(repeating: "x", count: 50_000)
        let entries = [OutboxEntry](repeating: entry(long, isRepeated: true), count: Batch.entriesMax)
        let document = JiraComment.document(entries)
        #expect(texts(try #require(document["body"])).joined().count < 32_767)
        #expect(try #require(JiraComment.wikiMarkup(entries)["body"]?.string).count < 32_767)
    }
}
