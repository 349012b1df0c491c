import Foundation
import Testing
import Vocabulary

@testable import CurlClient

struct LimitTests {
    private func kind(
        of answer: String,
        bodyMax: Int = 1_000,
        headersMax: Int = 4_096
    ) async throws -> TransferFailure.Kind? {
        var found: TransferFailure.Kind?
        try await withServer(settings: CurlClient.Settings(headerBytesMax: headersMax)) { connection in
            _ = connection.readRequest()
            connection.write(answer)
            connection.waitForEnd()
        } test: { client, server in
            var request = OutgoingRequest.get(server.url)
            request.responseBytesMax = bodyMax
            do {
                _ = try await client.send(request)
            } catch let failure as TransferFailure {
                found = failure.kind
                #expect(failure.mayHaveBeenExecuted)
            }
        }
        return found
    }

    @Test func `a body is taken up to its limit and not one byte more`() async throws {
        func answer(_ count: Int) -> String {
            "HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n" + String(repeating: "x", count: count)
        }
        #expect(try await kind(of: answer(1_000)) == nil)
        #expect(try await kind(of: answer(1_001)) == .tooLarge)
    }

    @Test(arguments: [("200 OK", 1_001), ("410 Gone", 200_000), ("200 OK", 999)])
    func `a call that wants no more has the status and the beginning`(status: String, count: Int) async throws
    {
        let answer =
            "HTTP/1.1 \(status)\r\nContent-Length: \(count)\r\n\r\n" + String(repeating: "x", count: count)
        try await withServer { connection in
            _ = connection.readRequest()
            connection.write(answer)
            connection.waitForEnd()
        } test: { client, server in
            var request = OutgoingRequest.get(server.url)
            request.responseBytesMax = 1_000
            request.cutsLongAnswer = true
            let found = try await client.send(request)
            #expect(found.status == Int(status.prefix(3)))
            #expect(found.body == Array(repeating: UInt8(ascii: "x"), count: min(count, 1_000)))
        }
    }

    @Test func `a body without a length is limited as well`() async throws {
        let chunk = "400\r\n" + String(repeating: "x", count: 0x400) + "\r\n"
        let answer =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + String(repeating: chunk, count: 100)
        #expect(try await kind(of: answer) == .tooLarge)
    }

    @Test func `header lines are limited all together`() async throws {
        let lines = (0..<200).map { "X-\($0): \(String(repeating: "y", count: 40))\r\n" }.joined()
        #expect(try await kind(of: "HTTP/1.1 200 OK\r\n" + lines + "\r\n") == .tooLarge)
    }

    @Test func `trailers and interim answers count as header lines`() async throws {
        let interim = String(repeating: "HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n", count: 500)
        #expect(try await kind(of: interim) == .tooLarge)
        let trailers = String(repeating: "X-After: \(String(repeating: "z", count: 100))\r\n", count: 500)
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + trailers + "\r\n"
        #expect(try await kind(of: chunked) == .tooLarge)
    }
}
