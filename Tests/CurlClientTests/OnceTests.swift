import Testing
import Vocabulary

@testable import CurlClient

/// libcurl sends a request a second time by itself when a reused connection ends before a byte of answer.
///
/// The server here answers the first request of a connection and, like one whose keep-alive time is up,
/// executes the second and closes without a word.
struct OnceTests {
    private func executions(isIdempotent: Bool) async throws -> Int {
        let executed = Record<String>()
        try await withServer { connection in
            var count = 0
            while let request = connection.readRequest() {
                count += 1
                if request.firstLine.hasPrefix("POST") { executed.append(request.body) }
                if count == 2 { return }
                connection.answer()
            }
        } test: { client, server in
            _ = try await client.send(.get(server.url))
            var request = OutgoingRequest.post(server.url, "isolate")
            request.isIdempotent = isIdempotent
            #expect(try await client.send(request).status == 200)
        }
        return executed.all.count
    }

    @Test func `a call that is not idempotent reaches the server exactly once`() async throws {
        #expect(try await executions(isIdempotent: false) == 1)
    }

    @Test func `the same server makes libcurl repeat a call on a reused connection`() async throws {
        // Not a wish but the reason for the rule: if a libcurl no longer does this, this test says so.
        #expect(try await executions(isIdempotent: true) == 2)
    }

    @Test func `a fresh connection that closes without a byte is a failure and no second try`() async throws {
        let executed = Record<String>()
        try await withServer { connection in
            if let request = connection.readRequest() { executed.append(request.body) }
        } test: { client, server in
            let failure = try await failure { () async throws(TransferFailure) in
                try await client.send(.post(server.url, "isolate"))
            }
            #expect(failure.kind == .reset)
            #expect(failure.mayHaveBeenExecuted)
        }
        #expect(executed.all == ["isolate"])
    }

    @Test func `calls that are not idempotent never share the connection of another`() async throws {
        let firstLines = Record<Int>()
        try await withServer { connection in
            while connection.readRequest() != nil {
                firstLines.append(connection.number)
                connection.answer()
            }
        } test: { client, server in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask { _ = try? await client.send(.post(server.url)) }
                }
            }
        }
        #expect(Set(firstLines.all).count == 20)
    }
}
