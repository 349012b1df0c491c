import Testing
import Vocabulary

/// A press in the hundred characters that Discord sends back.
struct ShortPressTests {
    private static let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")
    private static let digest = String(repeating: "9f", count: 32)

    @Test(arguments: Button.Word.allCases)
    func `every button is read as it was written, a digest of 64 characters included`(
        word: Button.Word
    ) throws {
        let box = word == .extend ? TimeBox("365d") : nil
        for seen in [nil, Self.digest] where word != .extend || seen == nil {
            let press = Press(word, job: Self.job, seen: seen, duration: box)
            let text = try #require(press.short)
            #expect(text.utf8.count <= 100)
            #expect(Press(short: text) == press)
        }
    }

    @Test func `it is written as documented`() {
        #expect(
            Press(.approve, job: Self.job, seen: "9f86").short == "approve.01j9zk7q4n8t2v6w0xabcdefgh.9f86"
        )
        let press = Press(.extend, job: Self.job, duration: TimeBox("4h"))
        #expect(press.short == "extend.01j9zk7q4n8t2v6w0xabcdefgh.for=14400")
        #expect(DenialForm(job: Self.job, seen: "9f", room: "7").short == "why.01j9zk7q4n8t2v6w0xabcdefgh.9f")
    }

    @Test(arguments: [
        "", "approve", "approve.", "approve.j-01j9zk7q4n8t2v6w0xabcdefgh",
        "approve.01j9zk7q4n8t2v6w0xabcdefg",
        "approve.01J9ZK7Q4N8T2V6W0XABCDEFGH", "approve.01j9zk7q4n8t2v6w0xabcdefgh.",
        "approve.01j9zk7q4n8t2v6w0xabcdefgh.a.b", "approve.01j9zk7q4n8t2v6w0xabcdefgh.for=60",
        "extend.01j9zk7q4n8t2v6w0xabcdefgh", "extend.01j9zk7q4n8t2v6w0xabcdefgh.for=",
        "extend.01j9zk7q4n8t2v6w0xabcdefgh.for=+60", "extend.01j9zk7q4n8t2v6w0xabcdefgh.for=060",
        "extend.01j9zk7q4n8t2v6w0xabcdefgh.for=0", "why.01j9zk7q4n8t2v6w0xabcdefgh",
        "run.01j9zk7q4n8t2v6w0xabcdefgh", "approve.01j9zk7q4n8t2v6w0xabcdefgh.ä",
        "approve.01j9zk7q4n8t2v6w0xabcdefgh." + String(repeating: "9", count: 66),
    ])
    func `anything else is none`(text: String) {
        #expect(Press(short: text) == nil)
    }

    @Test func `what would be too long, or is no job of ours, is not written`() {
        #expect(Press(.approve, job: Self.job, seen: String(repeating: "9", count: 66)).short == nil)
        #expect(Press(.approve, job: JobID("j-01")).short == nil)
        #expect(DenialForm(job: JobID("j-01"), seen: nil, room: "7").short == nil)
        #expect(DenialForm(short: "why.01j9zk7q4n8t2v6w0xabcdefgh.a.b", room: "7") == nil)
        #expect(DenialForm(short: "deny.01j9zk7q4n8t2v6w0xabcdefgh", room: "7") == nil)
    }
}
