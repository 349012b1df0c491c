import CurlClient
import Entra
import Testing
import Vocabulary

/// When a token is served, renewed, dropped, and when Entra is left alone (`reference/entra-auth.md` §3.2).
struct CacheTests {
    @Test func `a hundred callers at once make one request`() async throws {
        let bench = try TokenBench([.token("T1")], isHeld: true)
        let source = bench.source
        let tokens = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<100 { group.addTask { try await source.token().bearer.withText { $0 } } }
            await bench.entra.untilSent(1)
            bench.entra.letGo()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(tokens == Array(repeating: "T1", count: 100))
        #expect(bench.entra.sent.count == 1)
    }

    @Test func `a hundred callers at once get one failure`() async throws {
        let bench = try TokenBench([.json(503, "")], isHeld: true)
        let failures = await withTaskGroup(of: TokenError?.self) { group in
            for _ in 0..<100 { group.addTask { try? await bench.error() } }
            await bench.entra.untilSent(1)
            bench.entra.letGo()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(failures == Array(repeating: .unavailable(status: 503, retryAfter: nil), count: 100))
        #expect(bench.entra.sent.count == 1)
    }

    @Test func `a caller that gives up leaves at once and does not take the token from the others`()
        async throws
    {
        let bench = try TokenBench([.token("T1")], isHeld: true)
        let source = bench.source
        let first = Task { try await source.token() }
        await bench.entra.untilSent(1)
        let second = Task { try await source.token() }
        first.cancel()
        await #expect(throws: TokenError.cancelled) { try await first.value }
        bench.entra.letGo()
        #expect(try await second.value.bearer == Secret("T1"))
        #expect(bench.entra.sent.count == 1)
    }

    @Test func `a token is renewed in the background when a fifth of its life is left`() async throws {
        let bench = try TokenBench([.token("T1", seconds: 3_600), .token("T2")])
        #expect(try await bench.bearer() == "T1")
        bench.clock.advance(2_879)
        #expect(try await bench.bearer() == "T1")
        #expect(bench.entra.sent.count == 1)
        bench.clock.advance(1)
        bench.entra.hold()
        #expect(try await bench.bearer() == "T1")
        await bench.entra.untilSent(2)
        #expect(try await bench.bearer() == "T1")
        bench.entra.letGo()
        try await until { try await bench.bearer() == "T2" }
        #expect(bench.entra.sent.count == 2)
    }

    @Test func `five minutes before its end at the latest, but never in the first half`() async throws {
        let bench = try TokenBench([.token("T1", seconds: 1_000), .token("T2", seconds: 299), .token("T3")])
        _ = try await bench.bearer()
        bench.clock.advance(699)
        #expect(try await bench.bearer() == "T1")
        #expect(bench.entra.sent.count == 1)
        bench.clock.advance(1)
        #expect(try await bench.bearer() == "T1")
        try await until { try await bench.bearer() == "T2" }
        bench.clock.advance(148)
        #expect(try await bench.bearer() == "T2")
        #expect(bench.entra.sent.count == 2)
        bench.clock.advance(2)
        #expect(try await bench.bearer() == "T2")
        try await until { try await bench.bearer() == "T3" }
    }

    @Test func `Entra's own wish when to renew is followed`() async throws {
        let bench = try TokenBench([.token("T1", more: #","refresh_in":1000"#), .token("T2")])
        _ = try await bench.bearer()
        bench.clock.advance(999)
        #expect(try await bench.bearer() == "T1")
        #expect(bench.entra.sent.count == 1)
        bench.clock.advance(1)
        _ = try await bench.bearer()
        try await until { try await bench.bearer() == "T2" }
    }

    @Test func `while renewing fails the old token is served until its last minute`() async throws {
        let bench = try TokenBench([
            .token("T1", seconds: 3_600), .json(503, ""), .json(400, "{}"), .json(503, ""),
        ])
        _ = try await bench.bearer()
        bench.clock.advance(3_000)
        #expect(try await bench.bearer() == "T1")
        try await until {
            await bench.source.status().lastError == .unavailable(status: 503, retryAfter: nil)
        }
        #expect(try await bench.bearer() == "T1")
        #expect(bench.entra.sent.count == 2)
        bench.clock.advance(2)
        #expect(try await bench.bearer() == "T1")
        await bench.entra.untilSent(3)
        try await until { await bench.source.status().lastError?.code == "entra.unreadable" }
        bench.clock.advance(537)
        #expect(try await bench.bearer() == "T1")
        await bench.entra.untilSent(4)
        try await until { await bench.source.status().lastError?.code == "entra.unavailable" }
        bench.clock.advance(1)
        #expect(try await bench.error() == .unavailable(status: 503, retryAfter: nil))
        #expect(bench.entra.sent.count == 4)
    }

    @Test func `passing failures are asked again after 1, 2, 4 and at most 60 seconds`() async throws {
        let bench = try TokenBench(Array(repeating: .json(503, ""), count: 9))
        for (index, pause) in [1, 2, 4, 8, 16, 32, 60, 60].enumerated() {
            _ = try await bench.error()
            #expect(bench.entra.sent.count == index + 1)
            bench.clock.advance(Int64(pause) - 1)
            _ = try await bench.error()
            #expect(bench.entra.sent.count == index + 1)
            bench.clock.advance(1)
        }
        _ = try await bench.error()
        #expect(bench.entra.sent.count == 9)
    }

    @Test func `several hosts do not come back at the same moment`() async throws {
        let bench = try TokenBench([.json(503, ""), .token("T1")], jitter: 0)
        _ = try await bench.error()
        bench.clock.advance(1)
        #expect(try await bench.bearer() == "T1")
    }

    @Test func `permanent failures are asked again after a minute, then every five`() async throws {
        let bench = try TokenBench(Array(repeating: .refusal(400, "unauthorized_client", 700_016), count: 4))
        for (index, pause) in [60, 300, 300].enumerated() {
            _ = try await bench.error()
            bench.clock.advance(Int64(pause) - 1)
            _ = try await bench.error()
            #expect(bench.entra.sent.count == index + 1)
            bench.clock.advance(1)
        }
        _ = try await bench.error()
        #expect(bench.entra.sent.count == 4)
    }

    @Test(arguments: [
        (
            ScriptedEntra.Answer.json(429, "Too Many Requests", [(name: "Retry-After", value: "60")]),
            Int64(60)
        ),
        (.refusal(400, "invalid_grant", 50_196), 300),
        (.refusal(400, "invalid_request", 90_033, [(name: "Retry-After", value: "9")]), 9),
    ])
    func `Retry-After is obeyed, and the loop detector gets minutes`(
        answer: ScriptedEntra.Answer,
        pause: Int64
    ) async throws {
        let bench = try TokenBench([answer, .token("T1")])
        _ = try await bench.error()
        bench.clock.advance(pause - 1)
        _ = try await bench.error()
        #expect(bench.entra.sent.count == 1)
        bench.clock.advance(1)
        #expect(try await bench.bearer() == "T1")
    }

    @Test func `a clock that is set back does not lengthen a pause`() async throws {
        let bench = try TokenBench([.json(503, ""), .token("T1")])
        _ = try await bench.error()
        bench.clock.advance(-3_600)
        #expect(try await bench.bearer() == "T1")
    }

    @Test func `the secrets of a rotation are tried in order`() async throws {
        let bench = try TokenBench(
            [.refusal(401, "invalid_client", 7_000_215), .token("T1")],
            credential: .secrets([Secret("new"), Secret(" "), Secret("old")])
        )
        #expect(try await bench.bearer() == "T1")
        #expect(bench.entra.sent.map { $0.form["client_secret"] } == ["new", "old"])
    }

    @Test func `another failure than a doubted credential ends the rotation`() async throws {
        let bench = try TokenBench(
            [.refusal(400, "unauthorized_client", 700_016)],
            credential: .secrets([Secret("new"), Secret("old")])
        )
        _ = try await bench.error()
        #expect(bench.entra.sent.count == 1)
    }

    @Test func `a refused credential is read anew once`() async throws {
        let bench = try TokenBench(
            [.token("T1"), .refusal(401, "invalid_client", 7_000_222), .token("T2")],
            credential: .secrets([Secret("old")])
        )
        _ = try await bench.bearer()
        #expect(bench.credential.reads == 1)
        bench.credential.replace(.secrets([Secret("new")]))
        bench.clock.advance(3_590)
        #expect(try await bench.bearer() == "T2")
        #expect(bench.entra.sent.map { $0.form["client_secret"] } == ["old", "old", "new"])
        #expect(bench.credential.reads == 2)
    }

    @Test func `a certificate that has ended is read anew, and so is one that was put right`() async throws {
        let old = try TestCertificate.make(days: 1)
        let bench = try TokenBench([.token("T1")], credential: .certificate(pem: old.whole))
        bench.clock.advance(2 * 86_400)
        #expect(try await bench.error().code == "entra.credential")
        let new = try TestCertificate.make(days: 90)
        bench.credential.replace(.certificate(pem: new.whole))
        #expect(try await bench.error().code == "entra.credential")
        bench.clock.advance(60)
        #expect(try await bench.bearer() == "T1")
    }

    @Test func `preparing ends a pause`() async throws {
        let bench = try TokenBench([.refusal(401, "invalid_client", 7_000_222), .token("T1")])
        _ = try await bench.error()
        bench.credential.replace(.secrets([Secret("new")]))
        try await bench.source.prepare()
        #expect(try await bench.bearer() == "T1")
        #expect(bench.entra.sent.last?.form["client_secret"] == "new")
    }

    @Test func `stopping ends a request under way for whoever waits`() async throws {
        let bench = try TokenBench(
            [.failure(.init(kind: .cancelled, mayHaveBeenExecuted: true, detail: ""))],
            isHeld: true
        )
        async let outcome = bench.error()
        await bench.entra.untilSent(1)
        bench.entra.letGo()
        await bench.source.stop()
        #expect(try await outcome == .cancelled)
    }

    @Test func `an unchanged credential is not tried twice`() async throws {
        let bench = try TokenBench([.refusal(401, "invalid_client", 7_000_215)])
        #expect(try await bench.error().code == "entra.aadsts7000215")
        #expect(bench.entra.sent.count == 1)
        #expect(bench.credential.reads == 2)
    }

    @Test func `a token that Defender would not take is dropped, and a challenge is passed on once`()
        async throws
    {
        let bench = try TokenBench([.token("T1"), .token("T2"), .token("T3")])
        _ = try await bench.bearer()
        await bench.source.discard(Secret("other"))
        #expect(try await bench.bearer() == "T1")
        await bench.source.discard(Secret("T1"), challenge: #"{"access_token":{"nbf":1}}"#)
        #expect(try await bench.bearer() == "T2")
        bench.clock.advance(61)
        await bench.source.discard(Secret("T2"))
        #expect(try await bench.bearer() == "T3")
        #expect(bench.entra.sent.map { $0.form["claims"] } == [nil, #"{"access_token":{"nbf":1}}"#, nil])
    }

    @Test func `at most one token a minute is dropped`() async throws {
        let bench = try TokenBench([.token("T1"), .token("T2"), .token("T3")])
        _ = try await bench.bearer()
        await bench.source.discard(Secret("T1"))
        #expect(try await bench.bearer() == "T2")
        await bench.source.discard(Secret("T2"))
        #expect(try await bench.bearer() == "T2")
        bench.clock.advance(60)
        await bench.source.discard(Secret("T2"))
        #expect(try await bench.bearer() == "T3")
    }

    @Test func `the transfer's own reason is told`() async throws {
        let failure = TransferFailure(kind: .resolve, mayHaveBeenExecuted: false, detail: "no such host")
        let bench = try TokenBench([.failure(failure)])
        let error = try await bench.error()
        #expect(error == .transfer(failure))
        #expect(error.code == "entra.transfer.resolve")
        #expect(error.isTransient)
    }

    @Test func `an empty secret is said so and nothing is sent`() async throws {
        let bench = try TokenBench([], credential: .secrets([Secret(" ")]))
        #expect(try await bench.error().message == "The application's secret is empty.")
        #expect(bench.entra.sent.isEmpty)
    }
}

/// Lets other tasks run until something is so: for what a background renewal does after its answer.
func until(_ isSo: () async throws -> Bool) async throws {
    for _ in 0..<100_000 {
        if try await isSo() { return }
        await Task.yield()
    }
    throw TestFailure(what: "it never came to be")
}
