import Foundation
import NIOSSL
import Testing
import Vocabulary

@testable import Accepting

@Suite(.timeLimit(.minutes(2)))
struct ListenerCertificateTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "bascule-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Makes a self-signed certificate for `localhost`.
    private func make(_ name: String, days: Int) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
            "\(days)",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
            path("\(name).key"),
            "-out", path("\(name).pem"),
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    private func use(_ name: String) throws {
        for kind in ["pem", "key"] {
            let data = try Data(contentsOf: folder.appending(path: "\(name).\(kind)"))
            try data.write(to: folder.appending(path: "server.\(kind)"))
        }
    }

    private func client(trusting name: String, max: TLSVersion? = nil) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(path("\(name).pem"))
        configuration.minimumTLSVersion = .tlsv1
        configuration.maximumTLSVersion = max
        return try NIOSSLContext(configuration: configuration)
    }

    private func exchange(
        _ listener: LiveListener,
        _ contexts: [NIOSSLContext],
        between: @escaping @Sendable () throws -> Void
    )
        async throws -> [String]
    {
        try await listener.serve { port, _ in
            var answers: [String] = []
            for context in contexts {
                answers.append(
                    try await RawClient.exchange(
                        port: port,
                        [
                            "POST /hooks/a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                        ],
                        tls: context
                    )
                )
                try between()
            }
            return answers
        }
    }

    private func listener(_ certificate: ListenerCertificate) -> LiveListener {
        LiveListener(settings: AcceptingSettings(port: 0), certificate: certificate, refused: RefusalLog()) {
            _ in
            HookAnswer(status: 200, contentType: "text/plain", body: "taken")
        }
    }

    @Test func `a new certificate is served after a reload and not before`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try make("first", days: 10)
        try make("second", days: 20)
        try use("first")
        let certificate = try ListenerCertificate(
            certificateFile: path("server.pem"),
            keyFile: path("server.key")
        )
        let firstEnd = certificate.expiresAt
        try use("second")
        let contexts = [try client(trusting: "first"), try client(trusting: "second")]
        let answers = try await exchange(listener(certificate), contexts) { try certificate.reload() }
        #expect(answers.allSatisfy { $0.hasSuffix("taken") })
        #expect(certificate.expiresAt > firstEnd)
    }

    @Test func `new files that cannot be used leave the old pair in use`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try make("first", days: 10)
        try make("second", days: 20)
        try use("first")
        let (pem, key) = (path("server.pem"), path("server.key"))
        let certificate = try ListenerCertificate(certificateFile: pem, keyFile: key)
        let end = certificate.expiresAt
        try Data(contentsOf: folder.appending(path: "second.key")).write(
            to: folder.appending(path: "server.key")
        )
        #expect(throws: AcceptingError.unusablePair(certificate: pem, key: key)) { try certificate.reload() }
        try Data("no certificate".utf8).write(to: folder.appending(path: "server.pem"))
        #expect(throws: AcceptingError.badCertificate(path: pem)) { try certificate.reload() }
        try FileManager.default.removeItem(atPath: pem)
        #expect(throws: AcceptingError.unreadableFile(path: pem, reason: "no such file")) {
            try certificate.reload()
        }
        #expect(certificate.expiresAt == end)
    }

    @Test func `a client that knows nothing newer than TLS 1-1 is refused`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try make("first", days: 10)
        try use("first")
        let certificate = try ListenerCertificate(
            certificateFile: path("server.pem"),
            keyFile: path("server.key")
        )
        let old = try client(trusting: "first", max: .tlsv11)
        await #expect(throws: (any Error).self) {
            try await exchange(listener(certificate), [old]) {}
        }
    }

    @Test(arguments: [
        // A handshake that stops after its first bytes, and HTTP where TLS is spoken.
        "\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}",
        "POST /hooks/a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    ])
    func `who does not finish a handshake is cut off`(bytes: String) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try make("server", days: 10)
        let certificate = try ListenerCertificate(
            certificateFile: path("server.pem"),
            keyFile: path("server.key")
        )
        let settings = AcceptingSettings(port: 0, requestDeadline: .milliseconds(100))
        let listener = LiveListener(settings: settings, certificate: certificate, refused: RefusalLog()) {
            _ in
            Issue.record("a request came through")
            return .unavailable
        }
        let answer = try await listener.serve { port, _ in
            try? await RawClient.exchange(port: port, [bytes])
        }
        #expect(answer?.contains("HTTP/1.1 2") != true)
    }
}
