import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import Testing
import Vocabulary

@testable import Accepting

struct HookResponderTests {
    private let seen = DeliveryLog()

    private func listener(_ settings: AcceptingSettings = AcceptingSettings()) -> HookListener {
        HookListener(
            settings: settings,
            certificate: nil,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            now: { Timestamp(seconds: 1_793_000_000) },
            answer: { [seen] delivery in
                seen.add(delivery)
                return HookAnswer(status: 202, contentType: "application/json", body: #"{"delivery":"d-1"}"#)
            }
        )
    }

    @Test func `the answer of the front half is written as it is`() async throws {
        try await listener().application.test(.router) { client in
            let body = ByteBuffer(string: "{}")
            try await client.execute(uri: "/hooks/siem?x=1", method: .post, body: body) { response in
                #expect(response.status == .accepted)
                #expect(String(buffer: response.body) == #"{"delivery":"d-1"}"#)
                #expect(response.headers[.contentType] == "application/json")
            }
        }
        let delivery = try #require(seen.all.first)
        #expect(delivery.source == SourceName("siem"))
        #expect(delivery.receivedAt == Timestamp(seconds: 1_793_000_000))
        #expect(delivery.body == Array("{}".utf8))
    }

    @Test func `bytes that are no text arrive as they were sent`() async throws {
        let bytes: [UInt8] = [0xFF, 0x00, 0xC0, 0x0D, 0x0A, 0xEF, 0xBB, 0xBF]
        try await listener().application.test(.router) { client in
            try await client.execute(uri: "/hooks/siem", method: .post, body: ByteBuffer(bytes: bytes)) { _ in
            }
        }
        #expect(seen.all.first?.body == bytes)
    }

    @Test(arguments: [HTTPRequest.Method.get, .put, .delete, .head, .options, .patch])
    func `every method but POST is refused with the one allowed`(method: HTTPRequest.Method) async throws {
        try await listener().application.test(.router) { client in
            try await client.execute(uri: "/hooks/siem", method: method) { response in
                #expect(response.status == .methodNotAllowed)
                #expect(response.headers[.allow] == "POST")
            }
        }
        #expect(seen.all.isEmpty)
    }

    @Test(arguments: [
        "/", "/hooks", "/hooks/", "/hooks/a/b/c", "/hooks/a//", "/hooks/a//b", "/hook/a", "/healthz",
        "//hooks/a", "/hooks//a",
    ])
    func `no other path is known`(path: String) async throws {
        try await listener().application.test(.router) { client in
            try await client.execute(uri: path, method: .post) { response in
                #expect(response.status == .notFound)
            }
        }
        #expect(seen.all.isEmpty)
    }

    @Test(arguments: [
        ("/hooks/a", nil), ("/hooks/a/", nil), ("/hooks/a/s3cret", "s3cret"),
        ("/hooks/a/s3cret/?x=y", "s3cret"),
        ("/hooks/a/s%2F3", "s%2F3"),
    ])
    func `what follows the source's name is handed on as it came`(path: String, secret: String?) async throws
    {
        try await listener().application.test(.router) { client in
            try await client.execute(uri: path, method: .post) { response in
                #expect(response.status == .accepted)
            }
        }
        #expect(seen.all.map(\.source) == [SourceName("a")])
        #expect(seen.all.map(\.pathSecret) == [secret.map { Secret($0) }])
    }

    @Test func `a body of the limit is taken and one byte more is not`() async throws {
        try await listener(AcceptingSettings(bodyBytesMax: 100)).application.test(.router) { client in
            let fits = ByteBuffer(repeating: 0x20, count: 100)
            try await client.execute(uri: "/hooks/a", method: .post, body: fits) { response in
                #expect(response.status == .accepted)
            }
            let tooLarge = ByteBuffer(repeating: 0x20, count: 101)
            try await client.execute(uri: "/hooks/a", method: .post, body: tooLarge) { response in
                #expect(response.status == .contentTooLarge)
            }
        }
        #expect(seen.all.count == 1)
    }
}

/// Collects deliveries from any thread.
final class DeliveryLog: Sendable {
    private let deliveries = Mutex<[RawDelivery]>([])

    var all: [RawDelivery] { deliveries.withLock { $0 } }

    func add(_ delivery: RawDelivery) {
        deliveries.withLock { $0.append(delivery) }
    }
}
