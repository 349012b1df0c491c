import Cryptography
import CurlClient
import Enqueuing
import JSONReader
import Testing
import Vocabulary

@testable import Reporting
@testable import Simulating
@testable import Wiring

/// What is drawn for Teams and Google Chat is what they take, by readings that share nothing with the drawing, and
/// a person reads what was said.
struct CardDrawingTests {
    private static let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")
    private static let seen = String(repeating: "9f", count: 32)
    private static let now = Timestamp.now()
    static let names = [
        "srv-1", "<at>all</at> [a](https://evil.example) *b* _c_ `d` {{TIME(x)}} \\",
        "<users/all> ~s~ #1 | x",
        "- é👨‍👩‍👧‍👦", "1. x",
    ]

    private static func batch(_ name: String, buttons: Bool, audience: Audience = .conversation(job)) -> Batch
    {
        let drawn = Button.Word.allCases.map { word in
            Button(
                word,
                label: "\(word.rawValue) \(name)",
                style: .danger,
                job: job,
                seen: seen,
                duration: word == .extend ? TimeBox("4h") : nil
            )
        }
        let notice = Notice(
            code: "job.test",
            tone: .warning,
            text: "isolate \(name)\nbecause \(name)",
            fields: [Notice.Field("action", "isolate"), Notice.Field("machine", name)],
            buttons: buttons ? drawn + drawn : nil
        )
        let entry = OutboxEntry(id: "1", job: job, audience: audience, notice: notice, createdAt: now)
        return Batch(audience: audience, entries: [entry, entry], source: SourceName("chat"))
    }

    @Test(arguments: names)
    func `a card in Teams is taken, and read as it was said`(name: String) throws {
        let batch = Self.batch(name, buttons: true)
        let bot = try #require(CardReading(message: TeamsBotChannel.message(batch, isUpdate: false)))
        #expect(bot.lines.first == "⚠️ isolate \(name)")
        #expect(bot.lines.contains("because \(name)"))
        #expect(bot.lines.contains("machine: \(name)"))
        #expect(bot.actions.filter { $0 == "Action.Execute" }.count == 6)
        let workflow = try #require(CardReading(message: TeamsWorkflow.message(batch)))
        #expect(workflow.actions.isEmpty)
        #expect(workflow.lines.contains("release \(name)"))
    }

    @Test(arguments: ["x", "\\", "\u{1F468}\u{200D}\u{1F469}", "<&{"])
    func `whatever is said is within what Teams takes`(piece: String) throws {
        let batch = Self.batch(String(repeating: piece, count: 40_000), buttons: true)
        for message in [TeamsBotChannel.message(batch, isUpdate: false), TeamsWorkflow.message(batch)] {
            #expect(message.encoded().count <= CardReading.bytesMax)
            #expect(CardReading(message: message) != nil)
        }
    }

    @Test(arguments: [2, 20])
    func `a group is drawn with the buttons of each of its jobs, in Teams and in Google Chat`(
        count: Int
    ) throws {
        var batch = Self.batch("srv", buttons: true)
        batch.lines = (1...count).map { number in
            var notice = batch.entries[0].notice
            notice.text = "isolate srv-\(number) needs 1 of leads to approve it"
            notice.fields = [Notice.Field("action", "isolate"), Notice.Field("machine", "srv-\(number)")]
            notice.buttons = [
                Button(.approve, label: "Approve", style: .primary, job: Self.job, seen: Self.seen),
                Button(.deny, label: "Deny", style: .danger, job: Self.job, seen: Self.seen),
            ]
            return Conversation.Line(job: Self.job, notice: notice)
        }
        let message = TeamsBotChannel.message(batch, isUpdate: true)
        #expect(message.encoded().count <= CardReading.bytesMax)
        let card = try #require(CardReading(message: message))
        #expect(card.lines.first == "isolate for \(count) machines, asked by somebody")
        #expect(card.lines.contains("⚠️ isolate srv-\(count) needs 1 of leads to approve it"))
        #expect(card.actions.filter { $0 == "Action.Execute" }.count == 2 * count)
        let google = GoogleChatChannel.message(batch, at: [:], isUpdate: true)
        #expect(google["text"]?.string?.split(separator: "\n").count == count + 1)
        #expect((google["text"]?.string?.count ?? .max) <= 4_096)
        #expect(google.at("cardsV2.0.card.sections")?.array?.count == count)
    }

    @Test(.timeLimit(.minutes(2)))
    func `Google Chat takes a message, changes it, and shows one person theirs`() async throws {
        let keys = try SimulatorKeys(now: Self.now)
        let folder = try SettingsFolder()
        try folder.write("ca.pem", String(decoding: keys.authority.pem(), as: UTF8.self))
        let trust = folder.path("ca.pem")
        let file: JSONValue = [
            "client_email": "bascule@aster.iam.gserviceaccount.example", "private_key_id": "k1",
            "private_key": .string(keys.clientKey.pem().withText { $0 }),
        ]
        try await Simulator.serve(SimulatorScript(), keys: keys, isTLS: true) { simulator, addresses in
            let http = try CurlClient(CurlClient.Settings(trustFile: trust))
            let channel = try GoogleChatChannel(
                account: Secret(file.encoded()),
                base: "\(addresses.chat)/google"
            )
            let errand = Errand(http: http, deadline: .seconds(10), now: .now(), tellChannel: "spaces/TELL")
            var asked = Self.batch("<users/all> *b*", buttons: true)
            asked.conversation = Conversation(
                job: Self.job,
                address: .at(["space": "spaces/AAA", "thread": "spaces/AAA/threads/t"])
            )
            let first = await channel.deliver(asked, errand)
            guard case .told(let id?, false) = first else {
                Issue.record("\(first)")
                return
            }
            var decided = Self.batch("srv-1", buttons: false)
            decided.conversation = asked.conversation
            decided.conversation?.messageID = id
            #expect(await channel.deliver(decided, errand) == .told(messageID: nil, usesResponseURL: false))
            let alone = ReplyAddress.at(["space": "spaces/AAA", "person": "users/7"])
            let whisper = Self.batch("x", buttons: false, audience: .place(source: SourceName("chat"), alone))
            #expect(await channel.deliver(whisper, errand) == .told(messageID: nil, usesResponseURL: false))
            #expect(
                await channel.deliver(Self.batch("x", buttons: false, audience: .tell), errand)
                    == .told(messageID: nil, usesResponseURL: false)
            )
            let messages = simulator.messages
            #expect(messages.map(\.place) == ["spaces/AAA", "spaces/AAA", "spaces/TELL"])
            #expect(messages.map(\.updates) == [1, 0, 0])
            #expect(messages[0].text.contains("isolate srv-1"))
            #expect(messages[0].body["cardsV2"] == [])
            #expect(messages[1].body.at("privateMessageViewer.name") == "users/7")
            #expect(simulator.journal.filter { $0.path == "/google/token" }.count == 1)
            await http.close()
        }
    }
}
