import Foundation
import Logging
import NIOCore
import ServiceLifecycle
import Testing
import Vocabulary

@testable import Accepting

/// The listener on a real socket, spoken to in raw bytes.
@Suite(.timeLimit(.minutes(2)))
struct HookListenerTests {
    private let seen = DeliveryLog()
    private let refused = RefusalLog()

    @Test func `header lines arrive in order, with their case, duplicates kept`() async throws {
        let answer = try await exchange([
            "POST /hooks/siem HTTP/1.1\r\nHost: bridge.example\r\nX-Sig: one\r\nx-sig: two\r\nX-SIG: one\r\n",
            "Content-Length: 2\r\nConnection: close\r\n\r\n{}",
        ])
        #expect(answer.hasPrefix("HTTP/1.1 202 "))
        let delivery = try #require(seen.all.first)
        #expect(delivery.values(of: "x-sig") == ["one", "two", "one"])
        #expect(
            delivery.headers.map(\.name).filter { $0.lowercased() == "x-sig" } == ["X-Sig", "x-sig", "X-SIG"]
        )
        #expect(delivery.values(of: "host") == ["bridge.example"])
        #expect(delivery.remoteAddress == "127.0.0.1")
    }

    @Test func `a chunked body arrives whole and exact`() async throws {
        let answer = try await exchange([
            "POST /hooks/siem HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\na\u{0}b\r\n",
            "2\r\n\r\n\r\n0\r\n\r\n",
        ])
        #expect(answer.hasPrefix("HTTP/1.1 202 "))
        #expect(seen.all.first?.body == Array("a\u{0}b\r\n".utf8))
    }

    @Test(arguments: [
        ("POST /hooks/a HTTP/1.1\r\n", "408", Refusal.tooSlow),
        ("POST /hooks/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc", "408", .tooSlow),
        ("POST /hooks/a HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n", "413", .tooLarge),
        ("GET /hooks/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405", .methodNotAllowed),
        (
            "POST /elsewhere HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "404",
            .notFound
        ),
        (
            "POST /hooks/a HTTP/1.1\r\nA: \(String(repeating: "x", count: 40000))\r\n\r\n", "431",
            .headersTooLarge
        ),
        (
            "POST /hooks/a HTTP/1.1\r\n\(String(repeating: "A: b\r\n", count: 101))\r\n", "431",
            .headersTooLarge
        ),
        ("nonsense\r\n\r\n", "400", .malformed),
    ])
    func `each row of the table of refusals is answered and counted`(
        request: String,
        status: String,
        refusal: Refusal
    ) async throws {
        let settings = AcceptingSettings(port: 0, requestDeadline: .milliseconds(200))
        let answer = try await exchange([request], settings: settings)
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        #expect(refused.all == [refusal])
        #expect(seen.all.isEmpty)
    }

    @Test func `a chunked body beyond the limit is refused though it never said how long it is`() async throws
    {
        let chunk = "10000\r\n\(String(repeating: "x", count: 0x10000))\r\n"
        let answer = try await exchange(
            ["POST /hooks/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"]
                + Array(repeating: chunk, count: 17)
        )
        #expect(answer.hasPrefix("HTTP/1.1 413 "))
        #expect(seen.all.isEmpty)
    }

    @Test func `a body cut off before its length is no delivery`() async throws {
        let answer = try await exchange(
            ["POST /hooks/a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{}"],
            closesOutput: true
        )
        #expect(answer.hasPrefix("HTTP/1.1 400 "))
        #expect(seen.all.isEmpty)
    }

    @Test func `one connection beyond the limit is told to come again`() async throws {
        let busy = Busy()
        try await makeListener(AcceptingSettings(port: 0, connectionsMax: 1), answer: busy.answer).serve {
            port,
            _ in
            async let first = RawClient.exchange(port: port, [Self.request])
            await busy.untilEntered()
            let second = try await RawClient.exchange(port: port, ["POST /hooks/a HTTP/1.1\r\n"])
            #expect(second.hasPrefix("HTTP/1.1 503 "))
            #expect(second.lowercased().contains("retry-after: 5"))
            busy.leave()
            let answer = try await first
            #expect(answer.hasSuffix("done"))
        }
        #expect(refused.all == [.overloaded])
    }

    @Test func `a drain lets the request under way be answered and ends its connection`() async throws {
        let busy = Busy()
        let settings = AcceptingSettings(port: 0, idleTimeout: .seconds(600))
        try await makeListener(settings, answer: busy.answer).serve { port, group in
            async let answer = RawClient.exchange(port: port, [Self.keptAlive])
            await busy.untilEntered()
            await group.triggerGracefulShutdown()
            busy.leave()
            let received = try await answer
            #expect(received.hasSuffix("done"))
        }
    }

    private static let keptAlive = "POST /hooks/a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
    private static let request = keptAlive.replacing("Host: a", with: "Host: a\r\nConnection: close")

    private func exchange(
        _ chunks: [String],
        settings: AcceptingSettings = AcceptingSettings(port: 0),
        closesOutput: Bool = false
    ) async throws -> String {
        let listener = makeListener(settings) { [seen] delivery in
            seen.add(delivery)
            return HookAnswer(status: 202, contentType: "text/plain", body: "taken")
        }
        return try await listener.serve { port, _ in
            try await RawClient.exchange(port: port, chunks, closesOutput: closesOutput)
        }
    }

    private func makeListener(
        _ settings: AcceptingSettings,
        answer: @escaping @Sendable (RawDelivery) async -> HookAnswer
    ) -> LiveListener {
        LiveListener(settings: settings, certificate: nil, refused: refused, answer: answer)
    }
}

/// A front half that says when it was entered and stays until it is told to leave.
private struct Busy: Sendable {
    private let entered = AsyncStream<Void>.makeStream()
    private let left = AsyncStream<Void>.makeStream()

    func answer(_ delivery: RawDelivery) async -> HookAnswer {
        entered.continuation.yield()
        for await _ in left.stream { break }
        return HookAnswer(status: 202, contentType: "text/plain", body: "done")
    }

    func untilEntered() async {
        for await _ in entered.stream { break }
    }

    func leave() {
        left.continuation.yield()
    }
}
