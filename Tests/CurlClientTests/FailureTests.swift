import Foundation
import Testing
import Vocabulary

@testable import CurlClient

struct FailureTests {
    /// A port on which nothing listens: it was bound a moment ago.
    private func closedPort() throws -> Int {
        let server = try ScriptedServer { _ in }
        server.stop()
        return server.port
    }

    private func failure(
        _ request: OutgoingRequest,
        settings: CurlClient.Settings = CurlClient.Settings()
    ) async throws -> TransferFailure {
        let client = try CurlClient(settings)
        let found = try await CurlClientTests.failure { () async throws(TransferFailure) in
            try await client.send(request)
        }
        await client.close()
        return found
    }

    @Test func `a refused connection was certainly not executed`() async throws {
        let found = try await failure(.post("http://127.0.0.1:\(try closedPort())/path?sig=planted-secret"))
        #expect(found.kind == .connect)
        #expect(!found.mayHaveBeenExecuted)
        #expect(!"\(found) \(found.message)".contains("planted-secret"))
    }

    @Test func `a name that does not resolve was certainly not executed`() async throws {
        // A label longer than 63 bytes fails without asking a name server.
        let found = try await failure(.post("https://\(String(repeating: "a", count: 64)).example/"))
        #expect(found.kind == .resolve)
        #expect(!found.mayHaveBeenExecuted)
    }

    @Test func `a handshake that is no TLS was certainly not executed`() async throws {
        let server = try ScriptedServer { $0.write("220 mail.example ESMTP\r\n") }
        defer { server.stop() }
        let found = try await failure(.post("https://127.0.0.1:\(server.port)/"))
        #expect(found.kind == .tls)
        #expect(!found.mayHaveBeenExecuted)
    }

    @Test(
        arguments: [
            ("http://192.0.2.1/", TransferFailure.Kind.notPermitted), ("http://example.com/", .notPermitted),
            ("ftp://127.0.0.1/", .notPermitted), ("file:///etc/passwd", .badAddress),
            ("https://user:pass@127.0.0.1/", .notPermitted), ("http://user@127.0.0.1/", .notPermitted),
            ("https://", .badAddress), ("", .badAddress), ("/relative", .badAddress),
            ("https://a b/", .badAddress), ("http://127.0.0.1@192.0.2.1/", .notPermitted),
            ("http://127.0.0.1.example.com/", .notPermitted),
            ("http://localhost.example.com/", .notPermitted),
        ]
    )
    func `an address that may not be called is refused before anything is sent`(
        url: String,
        kind: TransferFailure.Kind
    ) async throws {
        let found = try await failure(.get(url))
        #expect(found.kind == kind)
        #expect(!found.mayHaveBeenExecuted)
    }

    @Test func `plain http to loopback can be forbidden`() async throws {
        let settings = CurlClient.Settings(permitsPlainLoopback: false)
        #expect(try await failure(.get("http://127.0.0.1:1/"), settings: settings).kind == .notPermitted)
    }

    @Test(arguments: [
        ("X-A", "1\r\nX-B: 2"), ("X-A", "1\n"), ("X A", "1"), ("", "1"), ("X-A:", "1"), ("X-A", "\0"),
    ])
    func `a header cannot smuggle another one`(name: String, value: String) async throws {
        let request = OutgoingRequest(
            .get,
            Secret("http://127.0.0.1:1/"),
            headers: [.init(name, value)],
            isIdempotent: true
        )
        #expect(try await failure(request).kind == .notPermitted)
    }

    @Test func `no answer by the deadline may have been executed`() async throws {
        try await withServer { connection in
            _ = connection.readRequest()
            connection.waitForEnd()
        } test: { client, server in
            let found = try await CurlClientTests.failure { () async throws(TransferFailure) in
                try await client.send(.post(server.url, deadline: .milliseconds(200)))
            }
            #expect(found.kind == .timeout)
            #expect(found.mayHaveBeenExecuted)
        }
    }

    @Test func `a handshake that does not end by the deadline was not executed`() async throws {
        try await withServer {
            $0.waitForEnd()
        } test: { client, server in
            let url = "https://127.0.0.1:\(server.port)/"
            let found = try await CurlClientTests.failure { () async throws(TransferFailure) in
                try await client.send(.post(url, deadline: .milliseconds(200)))
            }
            #expect(found.kind == .timeout)
            #expect(!found.mayHaveBeenExecuted)
        }
    }

    @Test func `one byte a second of the body ends at the deadline`() async throws {
        try await withServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx")
            connection.waitForEnd()
        } test: { client, server in
            let found = try await CurlClientTests.failure { () async throws(TransferFailure) in
                try await client.send(.get(server.url, deadline: .milliseconds(200)))
            }
            #expect(found.kind == .timeout)
        }
    }

    @Test(
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", TransferFailure.Kind.reset),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .reset),
            ("SSH-2.0-OpenSSH\r\n", .protocolError),
        ]
    )
    func `an answer that breaks off or is no HTTP may have been executed`(
        answer: String,
        kind: TransferFailure.Kind
    ) async throws {
        try await withServer { connection in
            _ = connection.readRequest()
            connection.write(answer)
        } test: { client, server in
            let found = try await CurlClientTests.failure { () async throws(TransferFailure) in
                try await client.send(.post(server.url))
            }
            #expect(found.kind == kind)
            #expect(found.mayHaveBeenExecuted)
        }
    }
}
