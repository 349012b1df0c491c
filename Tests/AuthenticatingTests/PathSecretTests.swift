import Authenticating
import Testing
import Vocabulary

/// A secret in the address, for senders that can do nothing else.
struct PathSecretTests {
    private static let old = String(repeating: "a1-_", count: 8)
    private static let new = String(repeating: "B2", count: 20)
    private static let kind = SourceKind("splunk", isChat: false, provesPerson: false)
    private static let now = Timestamp(seconds: 1_790_000_000)

    private func raw(_ secret: String?, body: String = "{}") -> RawDelivery {
        RawDelivery(
            source: SourceName("search"),
            headers: [],
            body: Array(body.utf8),
            receivedAt: Self.now,
            remoteAddress: "192.0.2.1",
            pathSecret: secret.map { Secret($0) }
        )
    }

    private func verify(
        _ raw: RawDelivery,
        _ scheme: VerificationScheme = .pathSecret
    ) throws -> VerifiedDelivery {
        let secrets = [Secret(Self.new), Secret(Self.old)]
        return try Verifier(scheme, secrets: secrets).verify(raw, kind: Self.kind, now: Self.now)
    }

    @Test func `each secret in force is taken, and the body is what makes it one delivery`() throws {
        let first = try verify(raw(Self.new))
        let second = try verify(raw(Self.old))
        #expect([first.secretIndex, second.secretIndex] == [0, 1])
        #expect(first.signedKey == second.signedKey)
        #expect(try verify(raw(Self.new, body: "{ }")).signedKey != first.signedKey)
        #expect(first.senderKey == nil)
    }

    @Test(arguments: [
        "", "a", String(repeating: "a1-_", count: 7), String(repeating: "a1-_", count: 8) + "x",
        String(repeating: "A1-_", count: 8), String(repeating: "a1-_", count: 8) + "%0A",
    ])
    func `nothing but the whole of it is`(sent: String) {
        let hint = "It is the part of the address after the source's name."
        #expect(throws: VerificationFailure.tokenMismatch(hint: hint)) { try verify(raw(sent)) }
    }

    @Test func `an address without it is refused, and so is one with it where none belongs`() {
        #expect(throws: VerificationFailure.missingPathSecret) { try verify(raw(nil)) }
        #expect(throws: VerificationFailure.unexpectedPathSecret) { try verify(raw(Self.new), .github) }
        #expect(throws: VerificationFailure.takesNothing) {
            try Verifier(.nothing, secrets: []).verify(raw(nil), kind: Self.kind, now: Self.now)
        }
    }

    @Test(arguments: [
        "short", String(repeating: "a", count: 31), String(repeating: "a/", count: 20),
        String(repeating: "ä", count: 32), String(repeating: "a", count: 257),
        String(repeating: "a ", count: 20),
    ])
    func `a secret that could be guessed or does not fit in an address stops the source`(secret: String) {
        #expect {
            try Verifier(.pathSecret, secrets: [Secret(Self.new), Secret(secret)])
        } throws: { error in
            guard case .undecodableSecret(let index, _)? = error as? VerifierSetupError else { return false }
            return index == 1
        }
    }

    @Test func `the delivery shows it nowhere`() {
        let delivery = raw(Self.new)
        var dumped = ""
        dump(delivery, to: &dumped)
        #expect(!"\(delivery)\(String(reflecting: delivery))\(dumped)".contains(Self.new))
    }

    @Test func `the signer knows the address it signs for`() throws {
        let signer = try DeliverySigner(.pathSecret, secret: Secret(Self.new))
        #expect(signer.headers(for: [], id: "1", now: Self.now).isEmpty)
        #expect(signer.path(to: SourceName("search")) == Secret("/hooks/search/\(Self.new)"))
        let other = try DeliverySigner(.github, secret: Secret("x"))
        #expect(other.path(to: SourceName("code")) == Secret("/hooks/code"))
    }
}
