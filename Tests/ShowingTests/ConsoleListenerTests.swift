import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

@testable import Showing

struct ConsoleListenerTests {
    private func console(_ readiness: Readiness = .ready) -> ConsoleListener {
        ConsoleListener(
            settings: ShowingSettings(port: 0),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            readiness: { readiness },
            metrics: { "bascule_jobs 1\n" }
        )
    }

    @Test(arguments: [("/healthz", "alive\n"), ("/readyz", "ready\n"), ("/metrics", "bascule_jobs 1\n")])
    func `each page says its word, over a real socket`(path: String, text: String) async throws {
        try await console().application.test(.live) { client in
            try await client.execute(uri: path, method: .get) { response in
                #expect(response.status == .ok)
                #expect(String(buffer: response.body) == text)
                #expect(response.headers[.cacheControl] == "no-store")
            }
        }
    }

    @Test func `a bridge that cannot take deliveries is alive and not ready, and says why`() async throws {
        try await console(.notReady(reasons: ["draining", "disk full"])).application.test(.router) { client in
            try await client.execute(uri: "/readyz", method: .get) { response in
                #expect(response.status == .serviceUnavailable)
                #expect(String(buffer: response.body) == "draining\ndisk full\n")
            }
            try await client.execute(uri: "/healthz", method: .get) { response in
                #expect(response.status == .ok)
            }
        }
    }

    @Test func `metrics carry the type that Prometheus asks for`() async throws {
        try await console().application.test(.router) { client in
            try await client.execute(uri: "/metrics", method: .get) { response in
                #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            }
        }
    }

    @Test(arguments: [
        ("/", HTTPRequest.Method.get, 404), ("/hooks/a", .post, 404), ("/healthz/x", .get, 404),
        ("/healthz", .post, 405), ("/metrics", .delete, 405), ("/readyz", .head, 200),
    ])
    func `nothing else is there`(path: String, method: HTTPRequest.Method, status: Int) async throws {
        try await console().application.test(.router) { client in
            try await client.execute(uri: path, method: method) { response in
                #expect(response.status.code == status)
                #expect((response.headers[.allow] == "GET, HEAD") == (status == 405))
            }
        }
    }
}
