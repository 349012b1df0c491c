import Testing
import Vocabulary

struct PressTests {
    private static let job = "j-01j9zk7q4n8t2v6w0xabcdefgh"
    private static let digest = String(repeating: "9f", count: 32)

    @Test(arguments: Button.Word.allCases, [nil, digest])
    func `what a button writes is read again`(word: Button.Word, seen: String?) throws {
        let duration = word == .extend ? TimeBox("4h") : nil
        let button = Button(word, label: "x", job: JobID(Self.job), seen: seen, duration: duration)
        let read = try #require(Press(actionID: button.press.actionID(at: 3), value: button.press.value))
        #expect(read == button.press)
        #expect(read.word == word && read.seen == seen && read.duration == duration)
    }

    @Test func `the two texts are those of the documentation`() {
        let press = Press(.extend, job: JobID(Self.job), seen: "9f86d081", duration: TimeBox("4h"))
        #expect(press.actionID(at: 2) == "bascule.extend.2")
        #expect(press.value == "\(Self.job) seen=9f86d081 for=14400")
    }

    @Test(arguments: [
        ("bascule.approve", job, true), ("bascule.approve.0", "\(job) seen=ab", true),
        ("approve", job, false), ("bascule.", job, false), ("bascule.launch", job, false),
        ("bascule.approve.x", job, false), ("bascule.approve.100", job, false),
        ("bascule.approve.0 ", job, false), ("bascule.Approve", job, false),
        ("bascule.approve", "", false), ("bascule.approve", "j-01", false),
        ("bascule.approve", job.uppercased(), false), ("bascule.approve", " " + job, false),
        ("bascule.approve", job + " ", false), ("bascule.approve", "\(job)  seen=ab", false),
        ("bascule.approve", "\(job) seen=", false), ("bascule.approve", "\(job) seen=a b", false),
        ("bascule.approve", "\(job) seen=ab seen=cd", false), ("bascule.approve", "\(job) by=ab", false),
        ("bascule.approve", "\(job) for=60", false), ("bascule.approve", "\(job)\nseen=ab", false),
        ("bascule.extend", job, false), ("bascule.extend", "\(job) for=60", true),
        ("bascule.extend", "\(job) for=060", false), ("bascule.extend", "\(job) for=0", false),
        ("bascule.extend", "\(job) for=99999999999", false), ("bascule.extend", "\(job) for=4h", false),
        ("bascule.extend", "\(job) for=60 seen=ab", false),
        ("bascule.approve", "\(job) seen=" + String(repeating: "a", count: 129), false),
    ])
    func `anything else is no press`(actionID: String, value: String, isRead: Bool) {
        #expect((Press(actionID: actionID, value: value) != nil) == isRead)
    }

    @Test(arguments: [nil, digest])
    func `what a form carries is read again`(seen: String?) {
        let form = DenialForm(job: JobID(Self.job), seen: seen, room: "C05SOCOPS7")
        #expect(DenialForm(metadata: form.metadata) == form)
    }

    @Test(arguments: [
        "", job, "\(job) seen=ab", "\(job) room=", "\(job) room=C1 seen=ab", "\(job) room=C1 x=y",
        "\(job) room=C1 room=C2", "{\"job\":1}", "room=C1", "\(job) room=C1 ",
    ])
    func `anything else is no form of ours`(metadata: String) {
        #expect(DenialForm(metadata: metadata) == nil)
    }
}
