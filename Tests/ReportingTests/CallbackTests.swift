import CurlClient
import Enqueuing
import InMemoryLogging
import JSONReader
import Testing
import Vocabulary

@testable import Reporting

/// What a callback says, and what is done about what it is answered.
struct CallbackTests {
    private static let url = "https://portal.example/hooks/containment?key=1"
    private static let place = ReplyAddress.at(["callback": "portal"])

    private static func site(hosts: [String] = []) -> CallbackSite {
        CallbackSite(
            name: SourceName("portal"),
            url: Secret(url),
            hosts: hosts.compactMap { AddressRule.HostPort($0) }
        ) { id, body, now in
            [
                ("webhook-id", id), ("webhook-timestamp", "\(now.seconds)"),
                ("webhook-signature", "v1,\(body.count)"),
            ]
        }
    }

    private func rig(
        _ steps: [ScriptedProvider.Step],
        hosts: [String] = [],
        replyTo: ReplyAddress = place,
        tell: TellChannel? = nil
    ) async throws -> Rig {
        try await Rig(steps, channel: Self.site(hosts: hosts), replyTo: replyTo, tell: tell)
    }

    private static let done = Notice(
        code: "job.succeeded",
        tone: .good,
        text: "isolate ws-0142: succeeded.",
        fields: [
            .init("action", "isolate"), .init("machine", "ws-0142"), .init("asked by", "mia"),
            .init("job", "j-01"), .init("state", "succeeded"), .init("ticket", "SEC-1482"),
            .init("approved by", "ines, omar"),
        ],
        isFinal: true
    )

    @Test func `an event goes out as the reference has it`() async throws {
        let rig = try await rig([.answer(204, [:])])
        try await rig.put(Self.done)
        try await rig.reporter.runOnce()
        let call = try #require(rig.provider.calls.first)
        #expect(rig.provider.calls.count == 1)
        #expect(call.method == .post)
        #expect(call.url == Self.url)
        #expect(call.rule == .any)
        let sequence = try #require(try await rig.entries(.sent).first).sequence
        #expect(call.headers["webhook-id"] == "j-01-\(sequence)")
        #expect(call.headers["webhook-timestamp"] == "1790000000")
        #expect(call.headers["content-type"] == "application/json")
        let wanted = """
            {"type":"containment.request.updated","timestamp":"2026-09-21T14:13:20Z","data":{"request":"j-01",\
            "ticket":"SEC-1482","state":"succeeded","action":"isolate","target":"ws-0142","actor":"mia",\
            "approver":"ines, omar","reason":null,"for":null,"detail":"isolate ws-0142: succeeded.",\
            "code":"job.succeeded","final":true,"sequence":\(sequence)}}
            """
        #expect(call.body == (try JSONReader.read(Array(wanted.utf8))))
    }

    @Test func `foreign text stays text, and is cut`() async throws {
        let rig = try await rig([.answer(200, [:])])
        var notice = Self.done
        notice.text = String(repeating: "x", count: 5_000)
        notice.fields[1].value = "<!channel>\u{202E} \"}]\n\u{0}"
        try await rig.put(notice)
        try await rig.reporter.runOnce()
        let data = try #require(rig.provider.calls.first?.body["data"])
        #expect(data["target"] == "<!channel> \"}]\n ")
        #expect(data["detail"]?.string?.utf16.count == 4_000)
        #expect(data["detail"]?.string?.hasSuffix(" … (cut)") == true)
    }

    @Test func `news without a job is a notice, also where tell leads there`() async throws {
        let tell = TellChannel(source: SourceName("chat"), channel: nil)
        let rig = try await rig([.answer(200, [:])], tell: tell)
        try await rig.ledger.write {
            _ = try Enqueuing.tell(
                .tell,
                Notice(code: "x.y", tone: .warning, text: "Late"),
                about: nil,
                in: $0
            )
        }
        try await rig.reporter.runOnce()
        let call = try #require(rig.provider.calls.first)
        #expect(call.body["type"] == "containment.notice")
        #expect(call.body.at("data.request")?.isNull == true)
        #expect(call.body.at("data.detail") == "Late")
        #expect(call.headers["webhook-id"]?.hasPrefix("notice-") == true)
    }

    @Test(arguments: [301, 400, 401, 404, 500, 503])
    func `what is not taken is tried again after five seconds, under the same id`(status: Int) async throws {
        let rig = try await rig([.answer(status, [:]), .answer(200, [:])])
        try await rig.put(Self.done)
        try await rig.reporter.runOnce()
        rig.pass(.milliseconds(4_999))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 1)
        rig.pass(.milliseconds(1))
        try await rig.reporter.runOnce()
        let calls = rig.provider.calls
        #expect(calls.count == 2)
        #expect(calls[0].headers["webhook-id"] == calls[1].headers["webhook-id"])
        #expect(calls[0].body == calls[1].body)
        #expect(calls[1].headers["webhook-timestamp"] == "1790000005")
        #expect(try await rig.entries(.sent).count == 1)
    }

    @Test func `ten tries are made in three days, and then it stays untold`() async throws {
        let rig = try await rig(Array(repeating: .answer(500, [:]), count: 20))
        try await rig.put(Self.done)
        var waits: [Duration] = []
        var last = rig.now
        for _ in 0..<200_000 {
            let before = rig.provider.calls.count
            try await rig.reporter.runOnce()
            if rig.provider.calls.count > before {
                waits.append(rig.now.since(last))
                last = rig.now
            }
            guard let due = try await rig.entries(.due).first?.due else { break }
            rig.pass(due.since(rig.now))
        }
        let hour: Int64 = 3_600
        let wanted: [Int64] = [
            0, 5, 300, 1_800, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour,
        ]
        #expect(waits == wanted.map { .seconds($0) })
        #expect(try await rig.entries(.untold).map(\.trouble) == ["callback.http-500"])
    }

    @Test func `410 ends it for everything that is still to be told`() async throws {
        let rig = try await rig([.answer(410, [:])])
        try await rig.put(Self.done)
        try await rig.reporter.runOnce()
        try await rig.put(Self.done)
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 1)
        #expect(try await rig.entries(.untold).map(\.trouble) == ["callback.gone", "callback.gone"])
    }

    @Test(arguments: [(429, "7", 7), (502, nil, 60), (504, nil, 60)] as [(Int, String?, Int64)])
    func `a receiver that wants time gets it`(status: Int, header: String?, seconds: Int64) async throws {
        let headers = header.map { [(name: "Retry-After", value: $0)] } ?? []
        let rig = try await rig([.answer(status, [:], headers), .answer(200, [:])])
        try await rig.put(Self.done)
        try await rig.reporter.runOnce()
        rig.pass(.milliseconds(seconds * 1_000 - 1))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 1)
        rig.pass(.milliseconds(1))
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 2)
    }

    @Test func `a receiver that does not answer is left alone, longer each time`() async throws {
        let rig = try await rig([.unknown, .notSent, .unknown, .answer(200, [:]), .unknown])
        try await rig.put(Self.done)
        try await rig.put(Self.done)
        try await rig.reporter.runOnce()
        var before = 1
        #expect(rig.provider.calls.count == before)
        for (seconds, count) in [(5, 2), (10, 3), (20, 5)] as [(Int64, Int)] {
            // What is new waits as well: nobody answers there.
            try await rig.put(Self.done)
            rig.pass(.milliseconds(seconds * 1_000 - 1))
            try await rig.reporter.runOnce()
            #expect(rig.provider.calls.count == before, "before \(seconds) s")
            rig.pass(.milliseconds(1))
            try await rig.reporter.runOnce()
            #expect(rig.provider.calls.count == count, "after \(seconds) s")
            before = count
        }
    }

    @Test func `what was taken of a batch is not sent again with what was not`() async throws {
        let rig = try await rig([.answer(200, [:]), .answer(400, [:]), .answer(200, [:])])
        for _ in 0..<3 { try await rig.put(Self.done) }
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 3)
        rig.pass(.seconds(10))
        try await rig.reporter.runOnce()
        let ids = rig.provider.calls.compactMap { $0.headers["webhook-id"] }
        #expect(ids.count == 4)
        #expect(ids[3] == ids[1])
        #expect(try await rig.entries(.sent).count == 3)
    }

    @Test func `no more calls are made under one lease than it outlasts`() async throws {
        let rig = try await rig([])
        for _ in 0..<5 { try await rig.put(Self.done) }
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.count == 3)
        try await rig.reporter.runOnce()
        #expect(Set(rig.provider.calls.compactMap { $0.headers["webhook-id"] }).count == 5)
        #expect(rig.provider.calls.count == 5)
    }

    @Test func `an address that came with the delivery is used under the rule of the listed hosts`()
        async throws
    {
        let named = "https://portal.example/callbacks/req-1"
        let place = ReplyAddress.at(
            ["callback": "portal"],
            responseURL: ResponseURL(url: named, expiresAt: Timestamp(seconds: 1_790_000_100))
        )
        let rig = try await rig([], hosts: ["portal.example"], replyTo: place)
        try await rig.put(Self.done)
        try await rig.reporter.runOnce()
        rig.pass(.seconds(101))
        try await rig.put(Self.done)
        try await rig.reporter.runOnce()
        #expect(rig.provider.calls.map(\.url) == [named, Self.url])
        #expect(
            rig.provider.calls.map(\.rule) == [
                .exactly([AddressRule.HostPort(host: "portal.example")]), .any,
            ]
        )
    }

    @Test func `the address and what was said stay out of the log`() async throws {
        let rig = try await rig([.answer(500, [:]), .unknown])
        try await rig.put(Self.done)
        try await rig.reporter.runOnce()
        rig.pass(.seconds(10))
        try await rig.reporter.runOnce()
        let lines = rig.logs.entries.map { "\($0.message) \($0.metadata)" }.joined()
        #expect(!lines.isEmpty)
        #expect(!lines.contains("portal.example"))
        #expect(!lines.contains("ws-0142"))
    }
}
