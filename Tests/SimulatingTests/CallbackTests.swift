import Cryptography
import JSONReader
import Testing
import Vocabulary

@testable import Simulating

/// The simulated receiver of callbacks believes what is signed, and nothing else.
struct CallbackTests {
    private static let key = Array("callback-key-of-the-simulator-32".utf8)
    private static let secret = "whsec_" + Base64.encode(key)
    private static let event =
        #"{"type":"containment.request.updated","timestamp":"2026-08-31T10:45:02Z","data":{"detail":"done"}}"#

    private func bench(secrets: [String] = [secret]) -> Bench {
        var script = twoMachines()
        script.chat = ChatScript(callbackSecrets: secrets)
        return Bench(script)
    }

    private func headers(
        _ bench: Bench,
        body: String = event,
        id: String = "j-1-7",
        age: Int64 = 0
    ) throws -> [String: [String]] {
        let time = String(bench.clock.now.seconds - age)
        let code = try MessageAuthenticator(.sha256, key: Secret(Self.key))
            .code(for: [Array("\(id).\(time).\(body)".utf8)])
        return [
            "content-type": ["application/json"], "webhook-id": [id], "webhook-timestamp": [time],
            "webhook-signature": ["v1,AAAA v1,\(Base64.encode(code))"],
        ]
    }

    @Test func `a signed event is taken once and shown`() throws {
        let bench = bench()
        let headers = try headers(bench)
        #expect(bench.call("POST", "/callback/soc", headers, Self.event).status == 204)
        #expect(bench.call("POST", "/callback/soc", headers, Self.event).status == 204)
        #expect(bench.world.messages.map(\.kind) == [.callback])
        #expect(bench.world.messages.map(\.place) == ["/callback/soc"])
        #expect(bench.world.messages.map(\.text) == ["done"])
    }

    @Test func `what is signed otherwise, at another time or not at all is refused`() throws {
        let bench = bench()
        let good = try headers(bench)
        #expect(bench.call("POST", "/callback/soc", good, Self.event + " ").status == 401)
        #expect(bench.call("POST", "/callback/soc", try headers(bench, age: 301), Self.event).status == 401)
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            var fewer = good
            fewer[name] = nil
            #expect(bench.call("POST", "/callback/soc", fewer, Self.event).status == 401, "\(name)")
        }
        #expect(
            self.bench(secrets: ["whsec_AAAA"]).call("POST", "/callback/soc", good, Self.event).status == 401
        )
        #expect(bench.call("POST", "/callback/soc", try headers(bench, body: "{}"), "{}").status == 422)
        #expect(bench.call("GET", "/callback/soc").status == 405)
        #expect(bench.world.messages.isEmpty)
    }
}
