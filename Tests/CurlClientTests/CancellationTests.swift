import Foundation
import Testing
import Vocabulary

@testable import CurlClient

struct CancellationTests {
    @Test func `cancelling the task ends the connection and says that it may have been executed`()
        async throws
    {
        let (arrived, arrivedContinuation) = AsyncStream<Void>.makeStream()
        let (ended, endedContinuation) = AsyncStream<Void>.makeStream()
        try await withServer { connection in
            _ = connection.readRequest()
            arrivedContinuation.yield()
            connection.waitForEnd()
            endedContinuation.yield()
        } test: { client, server in
            let task = Task {
                try await failure { () async throws(TransferFailure) in
                    try await client.send(.post(server.url))
                }
            }
            for await _ in arrived { break }
            task.cancel()
            let found = try await task.value
            #expect(found.kind == .cancelled)
            #expect(found.mayHaveBeenExecuted)
            for await _ in ended { break }
        }
    }

    @Test func `a task that was cancelled before sends nothing`() async throws {
        try await withServer { connection in
            _ = connection.readRequest()
        } test: { client, server in
            let (go, goContinuation) = AsyncStream<Void>.makeStream()
            let task = Task {
                for await _ in go { break }
                return try await failure { () async throws(TransferFailure) in
                    try await client.send(.post(server.url))
                }
            }
            task.cancel()
            goContinuation.yield()
            let found = try await task.value
            #expect(found.kind == .cancelled)
            #expect(!found.mayHaveBeenExecuted)
            #expect(server.connectionCount == 0)
        }
    }

    @Test func `closing ends calls under way and refuses later ones`() async throws {
        let (arrived, arrivedContinuation) = AsyncStream<Void>.makeStream()
        try await withServer { connection in
            _ = connection.readRequest()
            arrivedContinuation.yield()
            connection.waitForEnd()
        } test: { client, server in
            async let first = failure { () async throws(TransferFailure) in
                try await client.send(.post(server.url))
            }
            for await _ in arrived { break }
            await client.close()
            #expect(try await first.kind == .cancelled)
            let later = try await failure { () async throws(TransferFailure) in
                try await client.send(.post(server.url))
            }
            #expect(later.kind == .cancelled)
            #expect(!later.mayHaveBeenExecuted)
            await client.close()
        }
    }

    @Test func `more calls than allowed fail at once and were not executed`() async throws {
        let (arrived, arrivedContinuation) = AsyncStream<Void>.makeStream()
        try await withServer(settings: CurlClient.Settings(transfersMax: 1)) { connection in
            _ = connection.readRequest()
            arrivedContinuation.yield()
            connection.waitForEnd()
        } test: { client, server in
            let first = Task { try? await client.send(.post(server.url)) }
            for await _ in arrived { break }
            let second = try await failure { () async throws(TransferFailure) in
                try await client.send(.post(server.url))
            }
            #expect(second.kind == .other)
            #expect(!second.mayHaveBeenExecuted)
            first.cancel()
            _ = await first.value
        }
    }
}
