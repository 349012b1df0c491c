import JSONReader
import Testing
import Vocabulary

@testable import Authenticating

/// A press of a Mattermost button: no token, but a context that only the bridge and the server know.
struct ButtonSealTests {
    private static let said = "approve.01j9zk7q4n8t2v6w0xabcdefgh"
    private static let now = Timestamp(seconds: 1_788_173_062)

    private static func press(
        _ context: [String: String],
        _ more: [String: JSONValue] = [:],
        headers: [RawDelivery.Header] = []
    ) -> RawDelivery {
        var body: [String: JSONValue] = [
            "user_id": "j4oyo9sx7j51tyenwhneq75jfi", "context": .object(context.mapValues { .string($0) }),
        ]
        for (key, value) in more { body[key] = value }
        return RawDelivery(
            source: SourceName("mm"),
            headers: headers,
            body: JSONValue.object(body).encoded(),
            receivedAt: now,
            remoteAddress: "192.0.2.1"
        )
    }

    private static let kind = SourceKind("mattermost", isChat: true, provesPerson: true)

    private func verify(_ raw: RawDelivery, _ secrets: String...) throws(VerificationFailure) -> Int? {
        guard let verifier = try? Verifier(.mattermost, secrets: secrets.map { Secret($0) }) else {
            return nil
        }
        return try verifier.verify(raw, kind: Self.kind, now: Self.now).secretIndex
    }

    private func seal(_ secret: String) throws -> [String: String] {
        try ButtonSeal([Secret(secret)]).context(saying: Self.said)
    }

    @Test func `what was sealed with a secret of the source is believed, an old one included`() throws {
        #expect(try verify(Self.press(try seal("new")), "new", "old") == 0)
        #expect(try verify(Self.press(try seal("old")), "new", "old") == 1)
        let json = [RawDelivery.Header("Content-Type", "application/json")]
        #expect(try verify(Self.press(try seal("new"), headers: json), "new") == 0)
    }

    @Test func `the seal is as documented`() throws {
        let context = try seal("key")
        #expect(context["bascule"] == Self.said)
        #expect(
            context["seal"] == "9b18c29ef1302d7922fc69b13cf3c4bfe12b9f2b65e2678a69e186a7fd49cfcc"
        )
        #expect(Set(context.keys) == ["bascule", "seal"])
    }

    @Test func `another secret, another word and another seal are refused`() throws {
        let context = try seal("key")
        let failure = #expect(throws: VerificationFailure.self) { try verify(Self.press(context), "other") }
        #expect(failure?.reason == "signature-mismatch")
        for change in [
            ["bascule": "release.01j9zk7q4n8t2v6w0xabcdefgh"], ["bascule": Self.said + " "],
            ["seal": String(repeating: "0", count: 64)], ["seal": ""], ["seal": "x"],
            ["seal": (context["seal"] ?? "").uppercased()],
        ] {
            let changed = context.merging(change) { $1 }
            let failure = #expect(throws: VerificationFailure.self) { try verify(Self.press(changed), "key") }
            #expect(failure?.reason == "signature-mismatch")
        }
    }

    @Test func `a token beside it, or in a header, is looked at first`() throws {
        let context = try seal("key")
        for (more, reason) in [
            (["token": "wrong"], "token-mismatch"), (["token": ""], "missing-token"),
            (["token": .null], "missing-token"), (["context": "text"], "missing-token"),
            (["context": .object(["bascule": .string(Self.said)])], "missing-token"),
            (["context": .object(["bascule": 7, "seal": "x"])], "missing-token"),
        ] as [([String: JSONValue], String)] {
            let raw = Self.press(context, more)
            let failure = #expect(throws: VerificationFailure.self) { try verify(raw, "key") }
            #expect(failure?.reason == reason)
        }
        let header = Self.press(context, headers: [.init("Authorization", "Token key")])
        let failure = #expect(throws: VerificationFailure.self) { try verify(header, "key") }
        #expect(failure?.reason == "missing-token")
        let long = try ButtonSeal([Secret("key")]).context(saying: String(repeating: "x", count: 201))
        #expect(throws: VerificationFailure.self) { try verify(Self.press(long), "key") }
    }

    @Test func `no secret, and a blank one, seal nothing`() {
        #expect(throws: VerifierSetupError.noSecret) { try ButtonSeal([]) }
        #expect(throws: VerifierSetupError.blankSecret(index: 0)) { try ButtonSeal([Secret("  ")]) }
    }
}
