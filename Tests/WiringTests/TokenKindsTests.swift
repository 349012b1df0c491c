import Authenticating
import Classifying
import Cryptography
import CurlClient
import Enqueuing
import JSONReader
import Logging
import Reporting
import Simulating
import Testing
import Vocabulary

@testable import Wiring

/// Deliveries made up by ``Kind/sample``, proven by a simulator's token where there is no secret, and read.
struct TokenKindsTests {
    private static let person = "7d0c7f3a-1f2b-4d7e-9a55-3f1f0c9b2e10"
    private static let tenant = "5a1b2c3d-0000-4000-8000-1234567890ab"
    private static let job = JobID("j-01j9zk7q4n8t2v6w0xabcdefgh")
    private let now = Timestamp.now()

    private static func settings(_ chat: String, _ folder: SettingsFolder) throws -> Settings {
        try folder.write("account.json", "{}")
        let host = chat.dropFirst("https://".count)
        return try folder.read(
            """
              soc-teams: { kind: teams, tenants: [\(tenant)], secret: { env: TEAMS } }
              bot:
                kind: teams-bot
                app: app-1
                tenants: [\(tenant)]
                metadata: \(chat)/botframework/v1/.well-known/openidconfiguration
                reply: { token: { env: BOT }, url: \(chat)/botframework, service: \(chat)/teams, hosts: ["\(host)"] }
              google-number: { kind: google-chat, audience: 492017735501, keys: \(chat)/google/keys }
              google-url: { kind: google-chat, audience: "https://bridge.example/hooks/google", keys: \(chat)/google/keys }
              google-addon:
                kind: google-chat
                audience: https://bridge.example/hooks/google
                email: service-492017735501@gcp-sa-gsuiteaddons.iam.gserviceaccount.com
                keys: \(chat)/google/keys
            routes:
              - { from: soc-chat, command: /mde }
              - { from: soc-teams, command: mention }
              - { from: bot, command: mention }
              - { from: google-number, command: mention }
              - { from: google-url, command: /contain }
              - { from: google-addon, command: mention }
            """
        )
    }

    /// With a simulator's base address and a client that trusts it.
    private func simulated(
        _ work: @escaping @Sendable (Settings, CurlClient) async throws -> Void
    ) async throws {
        let keys = try SimulatorKeys(now: now)
        let folder = try SettingsFolder()
        try folder.write("ca.pem", String(decoding: keys.authority.pem(), as: UTF8.self))
        let trust = folder.path("ca.pem")
        try await Simulator.serve(SimulatorScript(), keys: keys, isTLS: true) { _, addresses in
            let http = try CurlClient(CurlClient.Settings(trustFile: trust))
            do {
                try await work(try Self.settings(addresses.chat, folder), http)
            } catch {
                await http.close()
                throw error
            }
            await http.close()
        }
    }

    private func delivery(
        _ source: Settings.Source,
        _ wish: SampleWish,
        _ http: CurlClient
    ) async throws -> RawDelivery {
        let kind = source.kind.whole
        let complete = kind.completed(wish, source)
        let sample = try #require(kind.sample?(complete))
        var headers = [RawDelivery.Header("Content-Type", sample.contentType)]
        if let secret = source.secrets.first {
            headers += try DeliverySigner(try kind.scheme(source), secret: secret)
                .headers(for: sample.body, id: wish.id, now: now)
        } else {
            let token = try #require(kind.sampleToken(complete, source))
            headers.append(try #require(SampleToken.header(try await http.send(token.request))))
        }
        return RawDelivery(
            source: source.name,
            headers: headers,
            body: sample.body,
            receivedAt: now,
            remoteAddress: "127.0.0.1"
        )
    }

    @Test(.timeLimit(.minutes(2)))
    func `a sample of each kind is genuine, and says what was wished`() async throws {
        try await simulated { settings, http in
            for (name, identity) in [
                ("soc-teams", Self.person), ("bot", Self.person), ("google-number", "users/7"),
                ("google-url", "users/7"), ("google-addon", "users/7"),
            ] {
                let source = try #require(settings.sources.first { $0.name.text == name })
                let prepared = try PreparedSource(
                    source,
                    routes: settings.routes,
                    fetching: (KeyFetcher(http: http), .init(label: "test"))
                )
                var wish = SampleWish(identity: identity, id: "1788172952711", now: now)
                wish.text = "isolate ws-1 because a <b> & c"
                wish.tenant = source.tenants.first
                wish.command = name == "google-url" ? "/contain" : ChatMessage.mention
                let raw = try await delivery(source, wish, http)
                let genuine = try await prepared.verifyFetching(raw, now: now)
                guard case .intents(let intents) = try await prepared.classify(genuine) else {
                    Issue.record("\(name) was not read")
                    continue
                }
                let request = ActionRequest(
                    action: "isolate",
                    subject: .hostName("ws-1"),
                    reason: "a <b> & c"
                )
                #expect(intents.map(\.request) == [.action(request)], "\(name)")
                #expect(intents.map(\.asker) == [.identity(identity)], "\(name)")
                #expect(prepared.senderKey(of: genuine) != nil)
                let other = RawDelivery(
                    source: raw.source,
                    headers: raw.headers.map { .init($0.name, $0.value + "x") },
                    body: raw.body,
                    receivedAt: now,
                    remoteAddress: ""
                )
                await #expect(throws: VerificationFailure.self) {
                    _ = try await prepared.verifyFetching(other, now: now)
                }
                guard source.kind.whole.proof == .tokens else { continue }
                wish.press = Press(.deny, job: Self.job, seen: "9f")
                wish.because = "a test"
                let press = try await prepared.verifyFetching(
                    try await delivery(source, wish, http),
                    now: now
                )
                guard case .intents(let pressed) = try await prepared.classify(press) else {
                    Issue.record("\(name)'s press was not read")
                    continue
                }
                #expect(pressed.map(\.request) == [.deny(Self.job, because: "a test", seen: "9f")], "\(name)")
            }
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a token for another source proves nothing`() async throws {
        try await simulated { settings, http in
            let number = try #require(settings.sources.first { $0.name.text == "google-number" })
            let wish = SampleWish(identity: "users/7", id: "m", now: now)
            let raw = try await delivery(number, wish, http)
            for name in ["google-url", "google-addon", "bot"] {
                let source = try #require(settings.sources.first { $0.name.text == name })
                let prepared = try PreparedSource(
                    source,
                    routes: settings.routes,
                    fetching: (KeyFetcher(http: http), .init(label: "test"))
                )
                await #expect(throws: VerificationFailure.self) {
                    _ = try await prepared.verifyFetching(raw, now: now)
                }
            }
        }
    }
}
