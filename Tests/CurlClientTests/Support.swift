import Foundation
import Synchronization
import Testing
import Vocabulary

@testable import CurlClient

/// A list that server threads append to and tests read.
final class Record<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }
    func append(_ element: Element) { elements.withLock { $0.append(element) } }
}

/// Makes a client and a server, runs the test, and stops both whatever happens.
func withServer(
    settings: CurlClient.Settings = CurlClient.Settings(),
    serve: @escaping @Sendable (ServedConnection) -> Void,
    test: (CurlClient, ScriptedServer) async throws -> Void
) async throws {
    let server = try ScriptedServer(serve: serve)
    defer { server.stop() }
    let client = try CurlClient(settings)
    let result: Result<Void, any Error>
    do {
        result = .success(try await test(client, server))
    } catch {
        result = .failure(error)
    }
    await client.close()
    try result.get()
}

/// A folder of its own, removed after the test.
func withFolder(_ test: (String) async throws -> Void) async throws {
    let folder = NSTemporaryDirectory() + "/curl-client-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await test(folder)
}

/// The failure of a call that must fail.
func failure(
    of call: () async throws(TransferFailure) -> some Any,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws -> TransferFailure {
    do throws(TransferFailure) {
        let answer = try await call()
        Issue.record("the call was answered: \(answer)", sourceLocation: sourceLocation)
        throw TransferFailure(kind: .other, mayHaveBeenExecuted: true, detail: "answered")
    } catch {
        return error
    }
}

extension OutgoingRequest {
    static func get(_ url: String, deadline: Duration = .seconds(10)) -> OutgoingRequest {
        OutgoingRequest(.get, Secret(url), isIdempotent: true, deadline: deadline)
    }

    static func post(_ url: String, _ body: String = "", deadline: Duration = .seconds(10)) -> OutgoingRequest
    {
        OutgoingRequest(.post, Secret(url), body: Secret(body), isIdempotent: false, deadline: deadline)
    }
}
