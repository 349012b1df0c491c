import Foundation
import Testing
import Vocabulary

@testable import CurlClient

struct TLSTests {
    @Test func `a private authority is trusted when its file is named and not before`() async throws {
        try await withFolder { folder in
            let server = try TLSServer(folder: folder, name: "localhost")
            defer { server.stop() }
            let url = "https://localhost:\(server.port)/"

            let stranger = try CurlClient()
            let found = try await failure { () async throws(TransferFailure) in
                try await stranger.send(.post(url))
            }
            #expect(found.kind == .tls)
            #expect(!found.mayHaveBeenExecuted)
            await stranger.close()

            let client = try CurlClient(CurlClient.Settings(trustFile: server.authorityPath))
            #expect(try await client.send(.get(url)).status == 200)
            #expect(try await client.send(.get(url)).status == 200)
            await client.close()
        }
    }

    @Test func `a certificate for another name is refused`() async throws {
        try await withFolder { folder in
            let server = try TLSServer(folder: folder, name: "other.example")
            defer { server.stop() }
            let client = try CurlClient(CurlClient.Settings(trustFile: server.authorityPath))
            let found = try await failure { () async throws(TransferFailure) in
                try await client.send(.post("https://localhost:\(server.port)/"))
            }
            #expect(found.kind == .tls)
            #expect(!found.mayHaveBeenExecuted)
            await client.close()
        }
    }

    @Test func `a trust file that is missing or empty stops the start`() async throws {
        try await withFolder { folder in
            let path = folder + "/ca.pem"
            #expect {
                try CurlClient(CurlClient.Settings(trustFile: path))
            } throws: { error in
                (error as? CurlSetupError)?.code == "transfer.trust-unreadable"
            }
            try Data("no certificate".utf8).write(to: URL(filePath: path))
            #expect(throws: CurlSetupError.trustWithoutCertificate(path: path)) {
                try CurlClient(CurlClient.Settings(trustFile: path))
            }
        }
    }

    @Test func `HTTP 2 is spoken with a server that offers it`() async throws {
        guard let nghttpd = Command.path(of: "nghttpd") else {
            print("skipped: no nghttpd (Debian: nghttp2-server) to speak HTTP/2 with")
            return
        }
        try await withFolder { folder in
            let certificate = try Certificate(folder: folder, name: "localhost")
            try Data("two".utf8).write(to: URL(filePath: folder + "/page"))
            let port = try ScriptedServer.freePort()
            let server = try Command(
                nghttpd,
                ["-v", "-a", "127.0.0.1", "-d", folder, "\(port)", certificate.keyPath, certificate.path]
            )
            defer { server.stop() }
            _ = try server.firstLine { $0.contains("listen") }
            let client = try CurlClient(CurlClient.Settings(trustFile: certificate.authorityPath))
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        let answer = try await client.send(.get("https://localhost:\(port)/page"))
                        return String(decoding: answer.body, as: UTF8.self)
                    }
                }
                for try await body in group { #expect(body == "two") }
            }
            let post = try await client.send(.post("https://localhost:\(port)/page", "x"))
            // It speaks nothing but HTTP/2.
            #expect(post.header("server")?.contains("nghttp2") == true)
            await client.close()
        }
    }
}
