import Foundation
import Testing
import Vocabulary

@testable import CurlClient

struct CallTests {
    @Test func `an answer comes back with status, headers in order and body`() async throws {
        try await withServer { connection in
            while connection.readRequest() != nil {
                connection.answer(
                    404,
                    "not here",
                    headers: ["X-One: 1", "x-two:  2 ", "X-One: 3", "X-None:"]
                )
            }
        } test: { client, server in
            let answer = try await client.send(.get(server.url))
            #expect(answer.status == 404)
            #expect(String(decoding: answer.body, as: UTF8.self) == "not here")
            #expect(answer.headers.map(\.name) == ["Content-Length", "X-One", "x-two", "X-One", "X-None"])
            #expect(answer.headers.map(\.value) == ["8", "1", "2", "3", ""])
            #expect(answer.header("x-one") == "1")
        }
    }

    @Test func `interim answers and trailers are not part of the answer`() async throws {
        try await withServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-After\r\n\r\n")
            connection.write("4\r\nbody\r\n0\r\nX-After: 1\r\n\r\n")
            connection.waitForEnd()
        } test: { client, server in
            let answer = try await client.send(.get(server.url))
            #expect(answer.status == 200)
            #expect(answer.headers.map(\.name) == ["Transfer-Encoding", "Trailer"])
            #expect(String(decoding: answer.body, as: UTF8.self) == "body")
        }
    }

    @Test(arguments: [OutgoingRequest.Method.post, .put, .patch, .delete])
    func `what is sent is what was asked for and nothing more`(method: OutgoingRequest.Method) async throws {
        let seen = Record<ServedConnection.Request>()
        try await withServer { connection in
            while let request = connection.readRequest() {
                seen.append(request)
                connection.answer()
            }
        } test: { client, server in
            let request = OutgoingRequest(
                method,
                Secret(server.url + "/a/b?c=d"),
                headers: [.init("Authorization", "Bearer t"), .init("X-Empty", "")],
                body: Secret(String(repeating: "x", count: 3_000)),
                isIdempotent: false
            )
            _ = try await client.send(request)
        }
        let request = try #require(seen.all.first)
        #expect(request.firstLine == "\(method.rawValue) /a/b?c=d HTTP/1.1")
        #expect(request.body.count == 3_000)
        let names = request.head.components(separatedBy: "\r\n").dropFirst().map {
            $0.components(separatedBy: ":")[0].lowercased()
        }
        #expect(
            Set(names) == ["host", "accept", "user-agent", "authorization", "x-empty", "content-length"]
        )
    }

    @Test func `a redirect is an answer and is not followed`() async throws {
        try await withServer { connection in
            while connection.readRequest() != nil {
                connection.answer(302, headers: ["Location: /other"])
            }
        } test: { client, server in
            let answer = try await client.send(.get(server.url))
            #expect(answer.status == 302)
            #expect(server.connectionCount == 1)
        }
    }

    @Test func `a cookie is not sent back`() async throws {
        let seen = Record<String>()
        try await withServer { connection in
            while let request = connection.readRequest() {
                seen.append(request.head)
                connection.answer(headers: ["Set-Cookie: a=b; Path=/"])
            }
        } test: { client, server in
            _ = try await client.send(.get(server.url))
            _ = try await client.send(.get(server.url))
        }
        #expect(seen.all.count == 2)
        #expect(!seen.all.joined().lowercased().contains("cookie"))
    }

    @Test func `a Unix socket is called by its path`() async throws {
        try await withFolder { folder in
            let path = folder + "/control.sock"
            let server = try ScriptedServer(unixPath: path) { connection in
                while connection.readRequest() != nil { connection.answer(200, "local") }
            }
            defer { server.stop() }
            let client = try CurlClient()
            var request = OutgoingRequest.get("http://bridge/jobs")
            request.unixSocket = path
            let answer = try await client.send(request)
            #expect(String(decoding: answer.body, as: UTF8.self) == "local")
            await client.close()
        }
    }

    @Test func `many calls run at once on the one thread`() async throws {
        try await withServer(settings: CurlClient.Settings(connectionsMax: 16)) { connection in
            while let request = connection.readRequest() { connection.answer(200, request.firstLine) }
        } test: { client, server in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let answer = try await client.send(.get(server.url + "/\(number)"))
                        return String(decoding: answer.body, as: UTF8.self) == "GET /\(number) HTTP/1.1"
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func `idempotent calls reuse a connection and the others do not`() async throws {
        try await withServer { connection in
            while connection.readRequest() != nil { connection.answer() }
        } test: { client, server in
            for _ in 0..<3 { _ = try await client.send(.get(server.url)) }
            #expect(server.connectionCount == 1)
            _ = try await client.send(.post(server.url))
            _ = try await client.send(.post(server.url))
            #expect(server.connectionCount == 3)
        }
    }
}
