import CurlClient
import Defender
import Foundation
import Testing
import Vocabulary

/// Tokens, challenges and deadlines around a call.
struct TokenTests {
    static let refused = RecordingSender.Answer.json(
        401,
        #"{"error":{"code":"Unauthorized","message":"expired","target":"t"}}"#
    )

    @Test func `after a 401 the token is dropped and the call made once more, also a POST`() async throws {
        let bench = Bench([Self.refused, .json(201, Bench.action())])
        _ = try await bench.isolate()
        #expect(bench.dropped.tokens == ["T1"])
        #expect(bench.dropped.claims == [nil])
        #expect(bench.sender.sent.map { $0.headers["Authorization"] } == ["Bearer T1", "Bearer T2"])
        #expect(Set(bench.sender.sent.map(\.body)).count == 1)
    }

    @Test func `a second 401 is the end`() async throws {
        let bench = Bench([Self.refused, Self.refused, .json(201, Bench.action())])
        let error = try await refusal { try await bench.isolate() }
        #expect(error.kind == .unauthorized)
        #expect(error.mayHaveBeenExecuted == false)
        #expect(bench.sender.sent.count == 2)
    }

    @Test func `without another token nothing is called again`() async throws {
        let bench = Bench([Self.refused, .json(201, Bench.action())], changesTokens: false)
        #expect(try await refusal { try await bench.isolate() }.kind == .unauthorized)
        #expect(bench.sender.sent.count == 1)
    }

    @Test(arguments: [
        (#"Bearer realm="", error="insufficient_claims", claims="CLAIMS""#, true),
        (#"Bearer claims="CLAIMS", authorization_uri="https://x/?a=b", error="insufficient_claims""#, true),
        (#"Bearer error="invalid_token", claims="CLAIMS""#, false),
        (#"Bearer error="insufficient_claims""#, false),
        (#"Bearer error="insufficient_claims", claims="!!""#, false),
        ("Basic realm=\"x\"", false),
    ])
    func `a claims challenge is passed on, decoded, at most once`(
        header: String,
        isPassedOn: Bool
    ) async throws {
        let claims = #"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#
        let encoded = Data(claims.utf8).base64EncodedString()
        for text in [encoded, encoded.replacingOccurrences(of: "=", with: "")] {
            let challenge = RecordingSender.Answer.json(
                401,
                "",
                [
                    (name: "WWW-Authenticate", value: "Negotiate"),
                    (name: "www-authenticate", value: header.replacingOccurrences(of: "CLAIMS", with: text)),
                ]
            )
            let bench = Bench([challenge, challenge, challenge])
            _ = try await refusal { try await bench.isolate() }
            #expect(bench.dropped.claims == [isPassedOn ? claims : nil])
            #expect(bench.sender.sent.count == 2)
        }
    }

    private struct Reason: Explained {
        let code = "entra.x"
        let message = "The secret has expired."
        let fix = "Make a new one."
    }

    @Test func `without a token nothing is called and its reason is told`() async throws {
        let bench = Bench([], token: { throw Reason() })
        let error = try await refusal { try await bench.isolate() }
        #expect(error.kind == .token)
        #expect(error.message == "The secret has expired.")
        #expect(error.fix == "Make a new one.")
        #expect(error.mayHaveBeenExecuted == false)
        #expect(bench.sender.sent.isEmpty)
    }

    @Test func `an error that explains nothing is not shown`() async throws {
        let bench = Bench([], token: { throw TestFailure(what: "CANARY") })
        let error = try await refusal { try await bench.client.heldPermissions() }
        #expect(!"\(error)".contains("CANARY"))
    }

    @Test(arguments: [nil, [], ["Machine.Isolate", "Machine.Read.All"]] as [Set<String>?])
    func `the permissions held are those of the token`(permissions: Set<String>?) async throws {
        let bench = Bench([], permissions: permissions)
        #expect(try await bench.client.heldPermissions() == permissions)
        #expect(bench.sender.sent.isEmpty)
    }

    @Test func `time spent on the token is taken from the call's deadline`() async throws {
        let manual = ManualTime()
        let bench = Bench(
            [.json(201, Bench.action())],
            budget: RateBudget(clock: manual.time),
            clock: manual.time,
            token: {
                manual.advance(by: .seconds(12))
                return HeldToken(bearer: Secret("T"), permissions: nil)
            }
        )
        _ = try await bench.isolate()
        #expect(bench.sender.sent.map(\.deadline) == [.seconds(18)])
    }

    @Test func `past the deadline nothing is sent any more`() async throws {
        let manual = ManualTime()
        let bench = Bench(
            [],
            budget: RateBudget(clock: manual.time),
            clock: manual.time,
            token: {
                manual.advance(by: .seconds(30))
                return HeldToken(bearer: Secret("T"), permissions: nil)
            }
        )
        let error = try await refusal { try await bench.isolate() }
        #expect(error.kind == .throttled)
        #expect(error.mayHaveBeenExecuted == false)
        #expect(bench.sender.sent.isEmpty)
    }

    @Test func `the second attempt after a 401 has what is left of the deadline`() async throws {
        let manual = ManualTime()
        let bench = Bench(
            [Self.refused, .json(201, Bench.action())],
            budget: RateBudget(clock: manual.time),
            clock: manual.time,
            onSend: { manual.advance(by: .seconds(20)) }
        )
        _ = try await bench.isolate()
        #expect(bench.sender.sent.map(\.deadline) == [.seconds(30), .seconds(10)])
    }
}
