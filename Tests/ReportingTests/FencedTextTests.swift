import Enqueuing
import Testing
import Vocabulary

@testable import Reporting

struct FencedTextTests {
    static let hostile =
        "<!channel> @all @here @**everyone** ```\n# [x](https://evil.example) ![y](z) |a| :boom: /x"

    private func notice(_ text: String, _ fields: [Notice.Field] = []) -> Notice {
        Notice(code: "job.test", tone: .bad, text: text, fields: fields)
    }

    @Test func `text and fields stand in one block of code`() {
        let fields = [Notice.Field("machine", "laptop-7"), Notice.Field("reason", "SEC-1")]
        let text = FencedText.block([notice("isolate laptop-7: failed", fields)], to: 2_000)
        #expect(text == "```\n❌ isolate laptop-7: failed\nmachine: laptop-7\nreason: SEC-1\n```")
    }

    @Test func `foreign text neither ends the block nor calls anybody`() {
        let text = FencedText.block([notice(Self.hostile, [Notice.Field("reason", Self.hostile)])], to: 2_000)
        let inner = text.dropFirst(4).dropLast(4)
        #expect(text.hasPrefix("```\n") && text.hasSuffix("\n```"))
        #expect(!inner.contains("```"))
        let scalars = Array(inner.unicodeScalars)
        for (index, scalar) in scalars.enumerated() where scalar == "@" || scalar == "<" {
            #expect(scalars[index + 1] == "\u{200B}")
        }
        #expect(scalars.contains("@"))
    }

    @Test(arguments: [100, 2_000, 16_000])
    func `long text is cut at the limit and says so`(limit: Int) {
        for unit in ["x", "`", "@", "<", "👨‍👩‍👧‍👦", "\n"] {
            let long = String(repeating: unit, count: 20_000)
            let text = FencedText.block([notice(long)], to: limit)
            #expect(text.utf16.count <= limit)
            #expect(text.hasSuffix(" … (cut)\n```"))
            #expect(!text.dropFirst(4).dropLast(4).contains("```"))
        }
    }

    @Test func `where there are no buttons it says what to type, even after long text`() {
        let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")
        var asked = notice(String(repeating: "x", count: 5_000))
        asked.buttons = [
            Button(.approve, label: "Approve", job: job), Button(.deny, label: "Deny", job: job),
        ]
        let text = FencedText.block([asked], to: 2_000)
        #expect(text.hasSuffix("\nType: approve \(job)  or  deny \(job) because …\n```"))
        #expect(text.utf16.count <= 2_000)
        #expect(!FencedText.block([asked], drawn: [.approve, .deny], to: 2_000).contains("Type:"))
        let half = FencedText.block([asked], drawn: [.approve], to: 2_000)
        #expect(half.hasSuffix("\nType: deny \(job) because …\n```"))
        var warned = notice("ends soon", [Notice.Field("machine", "ws-1")])
        warned.buttons = [
            Button(.extend, label: "", job: job, duration: TimeBox("4h")),
            Button(.release, label: "", job: job),
        ]
        #expect(FencedText.block([warned], to: 2_000).contains("Type: extend ws-1 for 4h  or  release ws-1"))
    }

    @Test func `a repeat says so, and fields of several machines are left out`() {
        let one = notice("one", [Notice.Field("machine", "a")])
        let two = notice("two", [Notice.Field("machine", "b")])
        let text = FencedText.block([one, two], isRepeated: [true, false], to: 2_000)
        #expect(text == "```\n❌ one (repeated: the first try may have arrived)\n❌ two\n```")
    }

    @Test func `a group shows how each of its jobs stands, and what to type for each`() {
        func notice(_ number: Int) -> Notice {
            let job = JobID("j-\(number)")
            return Notice(
                code: "x",
                tone: .warning,
                text: "isolate ws-\(number): waits",
                fields: [Notice.Field("machine", "ws-\(number)")],
                buttons: [Button(.approve, label: "Approve", job: job)]
            )
        }
        let few = FencedText.block([notice(1), notice(2)], under: "isolate for 2 machines @all", to: 2_000)
        #expect(
            few == """
                ```
                isolate for 2 machines @\u{200B}all
                ⚠️ isolate ws-1: waits
                    Type: approve j-1
                ⚠️ isolate ws-2: waits
                    Type: approve j-2
                ```
                """
        )
        let many = FencedText.block((1...90).map(notice), under: "isolate", to: 2_000)
        #expect(many.utf16.count <= 2_000)
        #expect(many.hasSuffix("the jobs' ids are what `jobs` lists\n```"))
    }
}
