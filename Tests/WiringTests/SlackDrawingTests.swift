import Enqueuing
import JSONReader
import Testing
import Vocabulary

@testable import Reporting
@testable import Simulating

/// What is drawn here is what Slack takes, by a reading of its limits that shares nothing with the drawing.
struct SlackDrawingTests {
    private static let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")
    private static let seen = String(repeating: "9f", count: 32)

    @Test(arguments: ["srv-1", "", String(repeating: "<!channel> é👨‍👩‍👧‍👦 ", count: 5_000)])
    func `a card and a dialog are within the limits`(name: String) {
        var buttons = Button.Word.allCases.map { word in
            Button(
                word,
                label: "\(word.rawValue) \(name)",
                style: .danger,
                job: Self.job,
                seen: Self.seen,
                duration: word == .extend ? TimeBox("4h") : nil
            )
        }
        buttons += Array(repeating: buttons, count: 5).flatMap { $0 }
        let notice = Notice(
            code: "job.test",
            tone: .warning,
            text: "isolate \(name)",
            fields: [Notice.Field("action", "isolate"), Notice.Field("machine", name)],
            buttons: buttons
        )
        let card = SlackMessage.render([notice, notice], hasButtons: true)
        #expect(card["blocks"]?.array?.last?["elements"]?.array?.count == 25)
        #expect(SlackBlocks.areTaken(card["blocks"]?.array ?? []))
        let dialog = Dialog(
            job: Self.job,
            seen: Self.seen,
            title: "isolate \(name)",
            trigger: DialogTrigger(id: "1.2", expiresAt: Timestamp(seconds: 1)),
            room: "C1",
            person: "U1"
        )
        #expect(SlackBlocks.isTaken(view: SlackDialog.view(dialog)))
    }
}
