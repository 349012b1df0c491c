import Cryptography
import CurlClient
import Entra
import Foundation
import JSONReader
import Testing
import Vocabulary

/// What is asked of a platform, and what is made of its answers (`reference/entra-auth.md` §1.4).
struct ManagedIdentityTests {
    static let appService = [
        "IDENTITY_ENDPOINT": "http://localhost:42356/msi/token", "IDENTITY_HEADER": "header-PLANTED",
    ]
    private static let user = "5e1d7a20-0000-4000-8000-000000000003"

    private static func bench(
        _ answers: [ScriptedEntra.Answer],
        _ selector: ManagedIdentity.Selector = .system,
        _ kind: ManagedIdentity.Kind? = nil,
        environment: [String: String] = [:]
    ) throws -> TokenBench {
        let identity = try ManagedIdentity(selector, kind: kind, environment: environment)
        return try TokenBench(answers, credential: .managedIdentity(identity))
    }

    @Test(arguments: [
        ([:], ManagedIdentity.Kind.imds),
        (appService, .appService),
        (["IDENTITY_ENDPOINT": "http://localhost:40342/x", "IMDS_ENDPOINT": "http://localhost:40342"], .arc),
        (["IDENTITY_ENDPOINT": "http://localhost:1/x"], .imds),
        (["IDENTITY_HEADER": "x"], .imds),
        (["IDENTITY_ENDPOINT": "", "IDENTITY_HEADER": "x", "MSI_ENDPOINT": ""], .imds),
        (appService.merging(["IMDS_ENDPOINT": "x", "MSI_ENDPOINT": "x"]) { $1 }, .appService),
    ])
    func `who gives the tokens is read from the environment`(
        environment: [String: String],
        kind: ManagedIdentity.Kind
    ) throws {
        #expect(try ManagedIdentity(.system, environment: environment).kind == kind)
    }

    @Test(arguments: [
        (
            appService.merging(["IDENTITY_SERVER_THUMBPRINT": "AA"]) { $1 },
            "would be Service Fabric's here, which is not built in this version"
        ),
        (["MSI_ENDPOINT": "x"], "would be the Cloud Shell's here, which is not built in this version"),
        (
            ["MSI_ENDPOINT": "x", "MSI_SECRET": "y"],
            "would be Azure Machine Learning's here, which is not built in this version"
        ),
        (
            ["AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://10.0.0.1"],
            "would be asked at an address that is not of this machine or its link"
        ),
        (
            ["IDENTITY_ENDPOINT": "http://localhost.corp.example/", "IDENTITY_HEADER": "x"],
            "would be asked at an address that is not of this machine or its link"
        ),
        (
            ["IDENTITY_ENDPOINT": "http://127.0.0.1.corp.example/", "IMDS_ENDPOINT": "x"],
            "would be asked at an address that is not of this machine or its link"
        ),
    ])
    func `an environment that cannot work is named`(environment: [String: String], problem: String) {
        #expect(throws: TokenError.setting(name: "managed-identity", problem: problem)) {
            try ManagedIdentity(.system, environment: environment)
        }
    }

    @Test func `App Service without its variables is named`() {
        let missing = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"]
        for name in missing {
            let environment = Self.appService.filter { $0.key != name }
            let problem = "is App Service's, and there is no \(name)"
            #expect(throws: TokenError.setting(name: "managed-identity", problem: problem)) {
                try ManagedIdentity(.system, kind: .appService, environment: environment)
            }
        }
    }

    @Test(arguments: [
        (ManagedIdentity.Selector.system, ""), (.client(user), "&client_id=\(user)"),
        (.object(user), "&object_id=\(user)"),
        (.resource("/subscriptions/a b"), "&msi_res_id=%2Fsubscriptions%2Fa%20b"),
    ])
    func `the metadata service is asked for the resource alone`(
        selector: ManagedIdentity.Selector,
        query: String
    ) async throws {
        let bench = try Self.bench([.token("T1")], selector)
        #expect(try await bench.bearer() == "T1")
        let sent = try #require(bench.entra.sent.first)
        #expect(
            sent.url == "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01"
                + "&resource=https%3A%2F%2Fapi.securitycenter.microsoft.com\(query)"
        )
        #expect(sent.headers["Metadata"] == "true")
        #expect(Set(sent.headers.keys) == ["Accept", "Metadata", "x-ms-client-request-id"])
        #expect(sent.rawBody.isEmpty)
    }

    @Test func `App Service gets its header, and another name for a resource id`() async throws {
        let bench = try Self.bench([.token("T1")], .resource("/s"), environment: Self.appService)
        _ = try await bench.bearer()
        let sent = try #require(bench.entra.sent.first)
        #expect(
            sent.url == "http://localhost:42356/msi/token?api-version=2019-08-01"
                + "&resource=https%3A%2F%2Fapi.securitycenter.microsoft.com&mi_res_id=%2Fs"
        )
        #expect(sent.headers["X-IDENTITY-HEADER"] == "header-PLANTED")
        let report = await bench.source.status()
        #expect(report.credential == "managed identity (App Service)")
        #expect(report.credentialInUse == "the identity /s of App Service")
        #expect(!"\(report) \(bench.log.text)".contains("PLANTED"))
    }

    @Test(arguments: [
        (404, [2, 6, 14, 30]), (429, [2, 6, 14, 30]), (500, [2, 6, 14, 30]), (503, [2, 6, 14, 30]),
        (410, [5, 10, 20, 40]),
    ])
    func `the metadata service is tried five times, with the documented waits`(
        status: Int,
        waits: [Int64]
    ) async throws {
        let bench = try Self.bench([ScriptedEntra.Answer](repeating: .json(status, ""), count: 5))
        let error = try await bench.error()
        #expect(bench.entra.sent.count == 5)
        #expect(bench.waits.all == waits.map { .seconds($0) })
        #expect(error.code == "entra.identity-unavailable")
        #expect(error.isTransient)
        let second = try Self.bench([.json(status, ""), .token("T1")])
        #expect(try await second.bearer() == "T1")
        #expect(second.waits.all.count == 1)
    }

    @Test func `Retry-After lengthens a wait and never shortens it`() async throws {
        let answers: [ScriptedEntra.Answer] = [
            .json(429, "", [(name: "Retry-After", value: "9")]),
            .json(429, "", [(name: "Retry-After", value: "1")]), .token("T1"),
        ]
        let bench = try Self.bench(answers)
        _ = try await bench.bearer()
        #expect(bench.waits.all == [.seconds(9), .seconds(6)])
    }

    @Test(arguments: [
        (
            400, #"{"error":"invalid_request","error_description":"Identity not found"}"#,
            "entra.identity-unknown"
        ),
        (403, #"{"error":"forbidden"}"#, "entra.identity-refused"), (405, "", "entra.identity-refused"),
        (200, "<html>", "entra.identity-unreadable"),
    ])
    func `any other answer is not asked for again`(status: Int, body: String, code: String) async throws {
        let bench = try Self.bench([.json(status, body)])
        let error = try await bench.error()
        #expect(error.code == code)
        #expect(!error.isTransient)
        #expect(bench.entra.sent.count == 1)
        if status == 400 { #expect(error.message.hasSuffix("(400: Identity not found).")) }
    }

    @Test(arguments: [
        (TransferFailure.Kind.timeout, true, true), (.reset, true, true), (.timeout, false, false),
        (.connect, false, false), (.tls, false, false),
    ])
    func `an answer that did not come is waited for again, a connection that was not made is not`(
        kind: TransferFailure.Kind,
        wasSent: Bool,
        isTriedAgain: Bool
    ) async throws {
        let failure = TransferFailure(kind: kind, mayHaveBeenExecuted: wasSent, detail: "x")
        let bench = try Self.bench([.failure(failure), .token("T1")])
        if isTriedAgain {
            #expect(try await bench.bearer() == "T1")
            #expect(bench.waits.all == [.seconds(2)])
        } else {
            let error = try await bench.error()
            #expect(error.code == "entra.identity-unreachable")
            #expect(error.isTransient)
            #expect(bench.waits.all.isEmpty)
        }
    }

    @Test(arguments: [
        (#""expires_in":"3599""#, Int64(3_599)), (#""expires_in":3599,"expires_on":"1""#, 3_599),
        (#""expires_on":"1793617847""#, 7_000), (#""expires_on":1793617847"#, 7_000),
        (#""expires_on":"11/02/2026 10:00:00 +00:00""#, 600), (#""resource":"x""#, 600),
    ])
    func `the end of a token is read in every form`(field: String, seconds: Int64) async throws {
        let bench = try Self.bench([.json(200, #"{"access_token":"T1",\#(field)}"#)])
        let token = try await bench.source.token()
        #expect(token.expiresAt == bench.clock.now + .seconds(seconds))
    }

    @Test func `a token of a day is renewed at half its life`() async throws {
        let long = ScriptedEntra.Answer.json(200, #"{"access_token":"T1","expires_in":"86400"}"#)
        let bench = try Self.bench([long, .token("T2")])
        _ = try await bench.bearer()
        bench.clock.advance(43_199)
        #expect(try await bench.bearer() == "T1")
        #expect(bench.entra.sent.count == 1)
        bench.clock.advance(1)
        #expect(try await bench.bearer() == "T1")
        await bench.entra.untilSent(2)
        try await until { try await bench.bearer() == "T2" }
    }

    @Test(arguments: [
        // What the platform says, what the token says, IMDS, App Service, Arc.
        (nil, nil, true, false, false),
        (user.uppercased(), nil, true, true, true),
        (nil, user, true, true, true),
        ("00000000-0000-4000-8000-000000000009", nil, false, false, false),
        (user, "00000000-0000-4000-8000-000000000009", false, false, false),
    ])
    func `a token that is not said to be for the identity asked for is refused`(
        said: String?,
        claimed: String?,
        imds: Bool,
        appService: Bool,
        arc: Bool
    ) async throws {
        let token = claimed.map { makeToken(["appid": .string($0)]) } ?? "opaque"
        var body: [String: JSONValue] = ["access_token": .string(token), "expires_in": "3599"]
        if let said { body["client_id"] = .string(said) }
        let answer = ScriptedEntra.Answer.json(200, JSONValue.object(body).encodedText)
        let kinds: [(ManagedIdentity.Kind, Bool)] = [(.imds, imds), (.appService, appService), (.arc, arc)]
        for (kind, isTaken) in kinds {
            let bench = try Self.bench([answer], .client(Self.user), kind, environment: Self.appService)
            if isTaken {
                #expect(try await bench.bearer() == token)
            } else {
                let error = try await bench.error()
                #expect(error.code == "entra.identity-not-echoed")
                #expect(!error.isTransient)
            }
        }
    }

    @Test func `a token of another application than the settings name is warned of`() async throws {
        let other = makeToken(["appid": .string(Self.user), "roles": ["Machine.Isolate"]])
        let bench = try Self.bench([.token(other)])
        _ = try await bench.bearer()
        let warnings = bench.log.text.filter { $0.contains("is of another application than `client`") }
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains(Self.user) == true)
        let own = makeToken(["appid": .string(TokenBench.client.uppercased()), "roles": ["Machine.Isolate"]])
        let quiet = try Self.bench([.token(own)])
        _ = try await quiet.bearer()
        #expect(!quiet.log.text.contains { $0.contains("another application") })
    }
}
