import Authenticating
import Classifying
import Cryptography
import CurlClient
import Foundation
import InMemoryLogging
import JSONReader
import Logging
import Synchronization
import Testing
import Vocabulary

@testable import Wiring

/// Keys of tokens: fetched when they are needed, kept, and never for the asking of a stranger.
struct KeyKeeperTests {
    /// An identity provider that the test controls.
    private final class Provider: HTTPSending {
        struct State {
            var keys: [String: JSONValue] = [:]
            var status = 200
            var asked: [String] = []
            var isSlow = false
        }

        let state = Mutex(State())

        var asked: [String] { state.withLock { $0.asked } }

        func send(_ request: OutgoingRequest) async throws(TransferFailure) -> IncomingResponse {
            let url = request.url.withText { $0 }
            let (status, keys, isSlow) = state.withLock { state in
                state.asked.append(url)
                return (state.status, state.keys, state.isSlow)
            }
            if isSlow { for _ in 0..<100 { await Task.yield() } }
            if status == 0 {
                throw TransferFailure(kind: .timeout, mayHaveBeenExecuted: true, detail: "no answer")
            }
            let list = JSONValue.array(keys.sorted { $0.key < $1.key }.map(\.value))
            let body: JSONValue =
                url.hasSuffix("/keys") ? ["keys": list] : ["jwks_uri": "https://login.example/keys"]
            return IncomingResponse(status: status, headers: [], body: body.encoded())
        }

        func download(
            _ request: OutgoingRequest,
            to path: String,
            bytesMax: Int64,
            onBytes: @escaping @Sendable ([UInt8]) -> Void
        ) async throws(TransferFailure) -> DownloadedFile {
            throw TransferFailure(kind: .file, mayHaveBeenExecuted: false, detail: "nothing to download")
        }
    }

    private static let key = Result { try PrivateKey.makeRSA() }
    private static let start = Timestamp(seconds: 1_790_000_000)
    private static let metadata = "https://login.example/.well-known/openid-configuration"
    private static let scheme = VerificationScheme.bearer(BearerScheme(issuers: ["i"], audience: "a"))

    private let provider = Provider()
    private let logs = InMemoryLogHandler()

    private func keeper(
        _ origin: KeyOrigin = .metadata(metadata),
        before: KeyKeeper? = nil
    ) throws -> KeyKeeper {
        let logs = logs
        return try KeyKeeper(
            SourceName("soc-teams"),
            origin,
            fetcher: KeyFetcher(http: provider),
            logger: Logger(label: "test") { _ in logs },
            scheme: Self.scheme,
            before: before
        )
    }

    private static func jwk(_ id: String) throws -> JSONValue {
        let numbers = try #require(try key.get().publicNumbers)
        return [
            "kty": "RSA", "kid": .string(id), "n": .string(Base64.encodeURL(numbers.modulus)),
            "e": .string(Base64.encodeURL(numbers.exponent)),
        ]
    }

    private func offer(_ ids: String...) throws {
        let keys = try ids.map { ($0, try Self.jwk($0)) }
        provider.state.withLock { $0.keys = Dictionary(uniqueKeysWithValues: keys) }
    }

    private static func delivery(_ id: String, at now: Timestamp) throws -> RawDelivery {
        let header: JSONValue = ["alg": "RS256", "kid": .string(id)]
        let claims: JSONValue = ["iss": "i", "aud": "a", "exp": .integer(now.seconds + 600)]
        let signed = Base64.encodeURL(header.encoded()) + "." + Base64.encodeURL(claims.encoded())
        let signature = Base64.encodeURL(try key.get().sign(Array(signed.utf8), .rs256))
        return raw("Bearer \(signed).\(signature)", at: now)
    }

    private static func raw(_ authorization: String, at now: Timestamp) -> RawDelivery {
        RawDelivery(
            source: SourceName("soc-teams"),
            headers: [.init("Authorization", authorization)],
            body: Array("{}".utf8),
            receivedAt: now,
            remoteAddress: "127.0.0.1"
        )
    }

    /// The reason of a refusal; nil for a delivery that is believed.
    private func ask(_ keeper: KeyKeeper, _ id: String, at now: Timestamp) async throws -> String? {
        let raw = try Self.delivery(id, at: now)
        do throws(VerificationFailure) {
            _ = try await keeper.verify(raw, kind: Kind.teamsBot.reader.kind, now: now)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test func `the first token fetches metadata and keys, the next one nothing`() async throws {
        try offer("one")
        let keeper = try keeper()
        #expect(try await ask(keeper, "one", at: Self.start) == nil)
        #expect(provider.asked == [Self.metadata, "https://login.example/keys"])
        #expect(try await ask(keeper, "one", at: Self.start + .seconds(86_399)) == nil)
        #expect(provider.asked.count == 2)
    }

    @Test func `what is no token fetches nothing`() async throws {
        let keeper = try keeper()
        for text in ["", "Bearer", "Bearer x", "Bearer a.b.c", "HMAC AAAA"] {
            await #expect(throws: VerificationFailure.self) {
                _ = try await keeper.verify(
                    Self.raw(text, at: Self.start),
                    kind: Kind.teamsBot.reader.kind,
                    now: Self.start
                )
            }
        }
        #expect(provider.asked.isEmpty)
    }

    @Test func `a new key is found, and looked for once a minute at most`() async throws {
        try offer("one")
        let keeper = try keeper()
        #expect(try await ask(keeper, "one", at: Self.start) == nil)
        try offer("one", "two")
        #expect(try await ask(keeper, "two", at: Self.start + .seconds(59)) == "unknown-key")
        #expect(provider.asked.count == 2)
        #expect(try await ask(keeper, "two", at: Self.start + .seconds(60)) == nil)
        #expect(provider.asked.count == 4)
        for second in 61..<120 {
            #expect(try await ask(keeper, "three", at: Self.start + .seconds(second)) == "unknown-key")
        }
        #expect(provider.asked.count == 4)
        // A clock that was put back does not stop it.
        #expect(try await ask(keeper, "three", at: Self.start - .seconds(10)) == "unknown-key")
        #expect(provider.asked.count == 6)
    }

    @Test func `keys are renewed after a day, and one that is withdrawn is believed no more`() async throws {
        try offer("one")
        let keeper = try keeper()
        #expect(try await ask(keeper, "one", at: Self.start) == nil)
        try offer("two")
        #expect(try await ask(keeper, "one", at: Self.start + KeyKeeper.renewal) == "unknown-key")
        #expect(try await ask(keeper, "two", at: Self.start + KeyKeeper.renewal) == nil)
        #expect(provider.asked.count == 4)
    }

    @Test func `keys that cannot be renewed serve for five days`() async throws {
        try offer("one")
        let keeper = try keeper()
        #expect(try await ask(keeper, "one", at: Self.start) == nil)
        provider.state.withLock { $0.status = 503 }
        #expect(try await ask(keeper, "one", at: Self.start + KeyKeeper.renewal) == nil)
        #expect(try await ask(keeper, "one", at: Self.start + KeyKeeper.life - .seconds(1)) == nil)
        #expect(try await ask(keeper, "one", at: Self.start + KeyKeeper.life + .seconds(60)) == "unknown-key")
        provider.state.withLock { $0.status = 200 }
        #expect(try await ask(keeper, "one", at: Self.start + KeyKeeper.life + .seconds(120)) == nil)
    }

    @Test(arguments: [0, 404, 503])
    func `what cannot be fetched refuses the delivery, is logged, and is tried again`(
        status: Int
    ) async throws {
        try offer("one")
        provider.state.withLock { $0.status = status }
        let keeper = try keeper()
        #expect(try await ask(keeper, "one", at: Self.start) == "unknown-key")
        #expect(try await ask(keeper, "one", at: Self.start + .seconds(1)) == "unknown-key")
        let lines = logs.entries.filter { $0.level == .warning }
        #expect(lines.count == 1)
        #expect(lines.first?.metadata["source"] == "soc-teams")
        #expect(lines.first?.metadata["code"] == (status == 0 ? "transfer.timeout" : "keys.http-\(status)"))
        provider.state.withLock { $0.status = 200 }
        #expect(try await ask(keeper, "one", at: Self.start + .seconds(60)) == nil)
    }

    @Test func `who comes while keys are fetched waits for the same fetch`() async throws {
        try offer("one")
        provider.state.withLock { $0.isSlow = true }
        let keeper = try keeper()
        let reasons = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<20 { group.addTask { try await ask(keeper, "one", at: Self.start) } }
            return try await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(reasons == Array(repeating: nil, count: 20))
        #expect(provider.asked.count == 2)
    }

    @Test func `a reload keeps what was fetched from the same place, and nothing else`() async throws {
        try offer("one")
        let first = try keeper()
        #expect(try await ask(first, "one", at: Self.start) == nil)
        #expect(try await ask(try keeper(before: first), "one", at: Self.start) == nil)
        #expect(provider.asked.count == 2)
        let elsewhere = try keeper(.keys("https://other.example/keys"), before: first)
        #expect(try await ask(elsewhere, "one", at: Self.start) == nil)
        #expect(
            provider.asked == [Self.metadata, "https://login.example/keys", "https://other.example/keys"]
        )
    }

    @Test func `keys of a file are read at the start and nothing is fetched`() async throws {
        let folder = try SettingsFolder()
        try folder.write("keys.json", JSONValue.object(["keys": [try Self.jwk("one")]]).encodedText)
        let keeper = try keeper(.file(folder.path("keys.json")))
        #expect(try await ask(keeper, "one", at: Self.start) == nil)
        #expect(try await ask(keeper, "two", at: Self.start) == "unknown-key")
        #expect(provider.asked.isEmpty)
        try folder.write("keys.json", "{}")
        #expect(throws: KeyFetchError.notKeys) { _ = try self.keeper(.file(folder.path("keys.json"))) }
        #expect(throws: KeyFetchError.unreadableFile("/absent")) { _ = try self.keeper(.file("/absent")) }
    }

    @Test func `keys come over https only`() async throws {
        let fetcher = KeyFetcher(http: provider)
        await #expect(throws: KeyFetchError.notHTTPS) {
            _ = try await fetcher.fetch(.keys("http://login.example/keys"))
        }
        #expect(provider.asked.isEmpty)
    }
}
