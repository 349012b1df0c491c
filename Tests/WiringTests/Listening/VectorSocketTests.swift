import Cryptography
import Foundation
import TestKit
import Testing
import Vocabulary

@testable import Authenticating
@testable import Wiring

/// Every signature vector of the reference, posted over TCP to the real listener at the vector's own time.
@Suite(.timeLimit(.minutes(10)))
struct VectorSocketTests {
    /// The kind whose sources sign by a vector's scheme.
    ///
    /// A kind that is added is added here; a scheme without one is checked by the first test alone.
    private static let kinds: [String: String] = [
        "slack-v0": "slack", "jira-websub": "jira", "standard-webhooks": "standard-webhooks", "svix": "svix",
        "generic-hmac": "hmac", "shared-header": "opsgenie", "zammad-sha1": "zammad",
        "github-sha256": "github", "gitlab-signing": "gitlab", "gitlab-token": "gitlab",
        "pagerduty-v1": "pagerduty", "zendesk": "zendesk", "linear": "linear", "teams-hmac": "teams",
        "discord-ed25519": "discord", "body-token": "zulip", "mattermost-token": "mattermost",
    ]

    private static func vectors() throws -> [SignatureVector] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "AuthenticatingTests/Vectors")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))
        return try names.filter { $0.hasSuffix(".json") }.sorted().flatMap { name in
            let data = try Data(contentsOf: folder.appending(path: name))
            return try JSONDecoder().decode([SignatureVector].self, from: data)
        }
    }

    /// What the listener's answer must be: taken, refused, or either where the vector leaves it open.
    private static func permits(_ vector: SignatureVector, _ status: Int) -> Bool {
        let wanted = vector.alsoOK + (vector.expect.map { [$0] } ?? [])
        return wanted.contains { $0 == "accept" ? (200...299).contains(status) : status == 401 }
    }

    /// Header lines that no HTTP message can hold: HTTP refuses those before any signature is looked at.
    private static func isForbidden(_ header: RawDelivery.Header) -> Bool {
        let isName = DescribedScheme.isHeaderName(header.name)
        let isValue = header.value.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }
        return !isName || !isValue
    }

    /// Posts each to `/hooks/v<number>` and hands back the status, nil without an answer.
    private static func post(_ vectors: [SignatureVector], to port: UInt16) async -> [Int?] {
        var statuses: [Int?] = []
        for (number, vector) in vectors.enumerated() {
            let request = ListeningBridge.request("/hooks/v\(number)", vector.headerLines, vector.body ?? [])
            statuses.append(await RawConnection(port: port).status(of: [request]))
        }
        return statuses
    }

    @Test func `every vector gets its verdict through a socket`() async throws {
        let vectors = try Self.vectors()
        #expect(vectors.count == 372)
        let forbidden = vectors.filter { $0.headerLines.contains(where: Self.isForbidden) }
        #expect(forbidden.map(\.id) == [], "HTTP itself forbids these")
        let verifiers = vectors.map { try? Self.verifier($0) }
        let statuses = try await ListeningBridge.serve { raw in
            guard let number = Int(raw.source.text.dropFirst()), let verifier = verifiers[number],
                let now = vectors[number].now,
                (try? verifier.verify(
                    raw,
                    kind: SourceKind("v", isChat: false, provesPerson: false),
                    now: now
                ))
                    != nil
            else { return .unauthorized }
            return HookAnswer(status: 202, contentType: "application/json", body: "{}")
        } _: { port in
            await Self.post(vectors, to: port)
        }
        Self.check(statuses, vectors)
        #expect(statuses.filter { $0 == 202 }.count + statuses.filter { $0 == 401 }.count == 372)
    }

    @Test func `every vector of a kind gets its verdict from the whole front half`() async throws {
        let vectors = try Self.vectors().filter { Self.kinds[$0.scheme ?? ""] != nil }
        #expect(vectors.count >= 330)
        let sources = vectors.map { try? Self.prepared($0) }
        // A body that states its own age is refused a day later, whatever its signature.
        let old = vectors.map { (try? Self.isOld($0)) ?? false }
        let statuses = try await ListeningBridge.serve { raw in
            guard let number = Int(raw.source.text.dropFirst()), let now = vectors[number].now else {
                return .unauthorized
            }
            let found = sources[number].map { [raw.source: $0] } ?? [:]
            return await ListeningBridge.intake(found, now: now).take(raw)
        } _: { port in
            await Self.post(vectors, to: port)
        }
        for (index, vector) in vectors.enumerated() where old[index] {
            #expect(statuses[index] == 401, "\(vector.id) is old")
        }
        let fresh = vectors.indices.filter { !old[$0] }
        Self.check(fresh.map { statuses[$0] }, fresh.map { vectors[$0] })
        print(
            "\(fresh.count) vectors through the front half, \(vectors.count - fresh.count) too old by their body"
        )
    }

    private static func check(_ statuses: [Int?], _ vectors: [SignatureVector]) {
        for (status, vector) in zip(statuses, vectors) {
            let isRight = status.map { permits(vector, $0) } ?? false
            #expect(
                isRight,
                "\(vector.id): \(status.map(String.init) ?? "no answer"), \(vector.expect ?? "")"
            )
        }
    }

    // MARK: Sources

    private static func scheme(_ vector: SignatureVector) throws -> VerificationScheme {
        guard case .scheme(let scheme) = vector.wanted else { throw VectorFileError.unreadable }
        return scheme
    }

    private static func verifier(_ vector: SignatureVector, checksBodyAge: Bool = false) throws -> Verifier {
        let scheme = try scheme(vector)
        guard let secrets = vector.secrets else { throw VectorFileError.unreadable }
        return try Verifier(
            scheme,
            secrets: scheme.takesSecrets ? secrets : [],
            publicKeys: scheme == .discord ? vector.publicKeysAsSecrets : vector.publicKeys,
            keySet: vector.keySet,
            checksBodyAge: checksBodyAge
        )
    }

    /// The source as its settings would have it; fails where they would be refused.
    private static func prepared(_ vector: SignatureVector) throws -> PreparedSource {
        guard let kind = kinds[vector.scheme ?? ""].flatMap(Kind.named), let secrets = vector.secrets else {
            throw VectorFileError.unreadable
        }
        var source = Settings.Source(bare: kind)
        source.secrets = secrets
        source.publicKeys = vector.publicKeys
        if try scheme(vector) == .discord {
            (source.secrets, source.publicKeys) = ([], vector.publicKeysAsSecrets)
        }
        if vector.scheme == "gitlab-token" { source.options["accept-unsigned"] = ["token"] }
        switch try scheme(vector) {
        case .sharedHeader(let name): source.options["header"] = [name]
        case .described(let scheme): source.described = described(scheme)
        default: break
        }
        return try PreparedSource(source, routes: [])
    }

    private static func described(_ scheme: DescribedScheme) -> Settings.Described {
        var described = Settings.Described(header: scheme.header)
        described.algorithm = scheme.algorithm.rawValue
        described.encoding = scheme.encoding.rawValue
        described.prefix = scheme.prefix
        described.style = scheme.style == .plain ? nil : scheme.style.rawValue
        described.timestampHeader = scheme.timestampHeader
        described.timestampUnit = scheme.timestampUnit == .milliseconds ? "ms" : "s"
        described.tolerance = .seconds(scheme.toleranceSeconds)
        described.template = scheme.template
        return described
    }

    private static func isOld(_ vector: SignatureVector) throws -> Bool {
        guard let now = vector.now, let body = vector.body else { return false }
        let raw = RawDelivery(
            source: SourceName("v"),
            headers: vector.headerLines,
            body: body,
            receivedAt: now,
            remoteAddress: "127.0.0.1"
        )
        let kind = SourceKind("v", isChat: false, provesPerson: false)
        guard (try? verifier(vector).verify(raw, kind: kind, now: now)) != nil else { return false }
        return (try? verifier(vector, checksBodyAge: true).verify(raw, kind: kind, now: now)) == nil
    }
}
