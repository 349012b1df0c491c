import CurlClient
import Entra
import JSONReader
import Testing
import Vocabulary

/// What is made of the endpoint's answers (`reference/entra-auth.md` §4).
struct AnswerTests {
    @Test func `roles, audience and client are read from the token`() async throws {
        let text = makeToken([
            "aud": "https://api.securitycenter.microsoft.com", "appid": "me", "tid": "t",
            "roles": ["Machine.Isolate", "Machine.Read.All"],
        ])
        let bench = try TokenBench([.token(text)])
        let token = try await bench.source.token()
        #expect(token.permissions == ["Machine.Isolate", "Machine.Read.All"])
        #expect(token.claims?.audience == "https://api.securitycenter.microsoft.com")
        #expect(token.claims?.client == "me")
        #expect(token.claims?.isDelegated == false)
        #expect(token.expiresAt == bench.clock.now + .seconds(3_599))
        #expect(await bench.source.status().lastTokenAt == bench.clock.now)
    }

    @Test func `a token without roles holds no permission, one of a user holds its scopes`() async throws {
        let bare = try await TokenBench([.token(makeToken(["aud": "x"]))]).source.token()
        #expect(bare.permissions == [])
        let silent = try TokenBench([.token(makeToken(["aud": "https://other.example"]))])
        _ = try await silent.source.token()
        #expect(
            silent.log.text.contains { $0.contains("carries no permission") && $0.contains("other.example") }
        )
        let user = try await TokenBench([.token(makeToken(["scp": "Machine.Read Machine.Isolate"]))]).source
            .token()
        #expect(user.permissions == ["Machine.Read", "Machine.Isolate"])
        #expect(user.claims?.isDelegated == true)
    }

    @Test(arguments: ["opaque", "a.b.c", "e30.!!!.x", "e30.WzFd.x", "a.b"])
    func `a token that cannot be read is used all the same`(text: String) async throws {
        let token = try await TokenBench([.token(text)]).source.token()
        #expect(token.permissions == nil)
        #expect(token.bearer == Secret(text))
    }

    @Test(arguments: [
        (#"{"token_type":"Bearer","expires_in":"3599","access_token":"T"}"#, Int64(3_599)),
        (#"{"access_token":"T"}"#, 600),
        (#"{"token_type":"bearer","expires_in":99999999,"access_token":"T"}"#, 100_800),
    ])
    func `the lifetime may be a number, a text or absent`(body: String, seconds: Int64) async throws {
        let bench = try TokenBench([.json(200, body)])
        #expect(try await bench.source.token().expiresAt == bench.clock.now + .seconds(seconds))
    }

    @Test(arguments: [
        (200, "<html>sign in</html>", true), (200, "", true), (200, #"{"access_token":""}"#, true),
        (200, #"{"access_token":"a\nb"}"#, true), (200, #"{"token_type":"pop","access_token":"T"}"#, true),
        (200, #"{"access_token":"T","access_token":"U"}"#, true),
        (302, "", true), (403, "<html>proxy</html>", false), (400, #"{"error":"<b>"}"#, false),
        (404, "", false),
    ])
    func `what is no token is none`(status: Int, body: String, isTransient: Bool) async throws {
        let error = try await TokenBench([.json(status, body)]).error()
        #expect(error.code == "entra.unreadable")
        #expect(error.isTransient == isTransient)
        #expect(!error.message.contains("<"))
    }

    @Test func `every number of the table is explained, and only the passing ones are passing`() async throws
    {
        for row in EntraCode.table {
            for number in row.numbers {
                let bench = try TokenBench([.refusal(400, "invalid_request", number)])
                let error = try await bench.error()
                #expect(error.fix == row.fix)
                guard number != 90_055 else {
                    #expect(error == .throttled(retryAfter: nil))
                    continue
                }
                #expect(error.code == "entra.aadsts\(number)")
                #expect(error.message.contains(row.meaning))
                #expect(error.message.contains("6c0f1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b"))
                #expect(error.isTransient == row.isTransient)
            }
        }
    }

    @Test func `no number is in two rows`() {
        let numbers = EntraCode.table.flatMap(\.numbers)
        #expect(Set(numbers).count == numbers.count)
    }

    @Test(arguments: [
        (400, "temporarily_unavailable", true), (400, "server_error", true), (400, "invalid_request", false),
        (401, "invalid_client", false), (400, "invalid_scope", false), (400, "unauthorized_client", false),
        (400, "never_seen_before", false), (400, "invalid_grant", false),
    ])
    func `without a number the OAuth error decides`(
        status: Int,
        error: String,
        isTransient: Bool
    ) async throws {
        let bench = try TokenBench([.refusal(status, error, nil), .refusal(status, error, nil)])
        let found = try await bench.error()
        #expect(found.isTransient == isTransient)
        #expect(found.code == "entra.refused")
    }

    @Test func `the number is found in the text where the list is missing`() async throws {
        let body = #"{"error":"invalid_client","error_description":"AADSTS7000222: gone.\r\nTrace ID: 1"}"#
        let bench = try TokenBench([.json(401, body)])
        #expect(try await bench.error().code == "entra.aadsts7000222")
    }

    @Test func `an unknown number shows Entra's first sentence`() async throws {
        let text = "The moon is full. Do not ask."
        let bench = try TokenBench([.refusal(400, "invalid_request", 123_456, text: text)])
        let error = try await bench.error()
        #expect(error.message.contains("AADSTS123456): The moon is full. Do not ask, with secret 1 of 1"))
    }

    @Test(arguments: [
        ([(name: "Retry-After", value: "60")], Duration.seconds(60)),
        ([(name: "retry-after", value: "99999999")], .seconds(3_600)),
        (
            [
                (name: "Retry-After", value: "Mon, 02 Nov 2026 10:00:30 GMT"),
                (name: "Date", value: "Mon, 02 Nov 2026 10:00:00 GMT"),
            ], .seconds(30)
        ),
        ([], nil), ([(name: "Retry-After", value: "soon")], nil),
    ])
    func `a throttle is plain text and says when`(
        headers: [(name: String, value: String)],
        wait: Duration?
    ) async throws {
        let bench = try TokenBench([.json(429, "Too Many Requests", headers)])
        #expect(try await bench.error() == .throttled(retryAfter: wait))
    }

    @Test(arguments: [408, 500, 502, 503, 504])
    func `a fault of the server passes`(status: Int) async throws {
        let bench = try TokenBench([.json(status, "<html>", [(name: "Retry-After", value: "7")])])
        let error = try await bench.error()
        #expect(error == .unavailable(status: status, retryAfter: .seconds(7)))
        #expect(error.isTransient)
    }

    @Test func `a clock that is off is named`() async throws {
        let headers = [(name: "Date", value: "Mon, 02 Nov 2026 09:30:00 GMT")]
        let answer = ScriptedEntra.Answer.refusal(401, "invalid_client", 700_024, headers)
        let bench = try TokenBench([answer])
        let error = try await bench.error()
        #expect(error.message.hasSuffix("This machine's clock is 953 s behind Entra ID's."))
        #expect(await bench.source.status().clockAhead == .seconds(953))
    }

    @Test func `a rejected certificate is named by its thumbprints`() async throws {
        let pem = try TestCertificate.make()
        let bench = try TokenBench(
            [.refusal(401, "invalid_client", 700_027)],
            credential: .certificate(pem: pem.whole)
        )
        let message = try await bench.error().message
        #expect(message.contains("the certificate with thumbprint "))
        #expect(message.contains("(SHA-256 "))
    }

    @Test func `secrets and tokens are in no error and no log line`() async throws {
        let canary = "CANARY-s3cr3t-0123456789-abcdefghijklmnop"
        let answers: [ScriptedEntra.Answer] = [
            .refusal(401, "invalid_client", 999, text: "Secret \(canary) is wrong"),
            .json(200, #"{"access_token":"\#(canary)","token_type":"pop"}"#),
            .json(400, #"{"error":"\#(canary)"}"#),
            .token(canary),
        ]
        let bench = try TokenBench(answers, credential: .secrets([Secret(canary)]))
        for _ in answers {
            let outcome: String
            do throws(TokenError) {
                outcome = "\(try await bench.source.token())"
            } catch {
                outcome = "\(error) \(error.message) \(error.fix) \(error.code)"
            }
            #expect(!outcome.contains("CANARY"))
            bench.clock.advance(10_000)
        }
        #expect(!bench.log.text.joined().contains("CANARY"))
        #expect(bench.entra.sent.count == answers.count)
        #expect("\(await bench.source.status())".contains("CANARY") == false)
    }
}
