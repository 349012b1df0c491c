import Foundation
import Testing
import Vocabulary

@testable import CurlClient

struct DownloadTests {
    @Test func `a download is written to a new file that only its owner reads`() async throws {
        let content = (0..<20_000).map { "line \($0)\n" }.joined()
        try await withFolder { folder in
            try await withServer { connection in
                while connection.readRequest() != nil { connection.answer(200, content) }
            } test: { client, server in
                let path = folder + "/package.zip"
                let pieces = Record<[UInt8]>()
                let file = try await client.download(.get(server.url), to: path, bytesMax: 1 << 20) {
                    pieces.append($0)
                }
                #expect(file == DownloadedFile(status: 200, bytes: Int64(content.utf8.count)))
                #expect(try Data(contentsOf: URL(filePath: path)) == Data(content.utf8))
                #expect(pieces.all.flatMap { $0 } == Array(content.utf8))
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                #expect(attributes[.posixPermissions] as? Int == 0o600)
            }
        }
    }

    @Test func `a download that stands still ends long before its deadline and leaves no file`() async throws
    {
        try await withFolder { folder in
            try await withServer { connection in
                _ = connection.readRequest()
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun")
                connection.waitForEnd()
            } test: { client, server in
                let path = folder + "/package.zip"
                var request = OutgoingRequest.get(server.url, deadline: .seconds(1_800))
                request.stallMax = .seconds(1)
                let stalling = request
                let found = try await failure { () async throws(TransferFailure) in
                    try await client.download(stalling, to: path, bytesMax: 100) { _ in }
                }
                #expect(found.kind == .timeout)
                #expect(!FileManager.default.fileExists(atPath: path))
            }
        }
    }

    @Test func `a file that exists is left alone`() async throws {
        try await withFolder { folder in
            let path = folder + "/evidence"
            try Data("older".utf8).write(to: URL(filePath: path))
            try await withServer { connection in
                while connection.readRequest() != nil { connection.answer(200, "newer") }
            } test: { client, server in
                let found = try await failure { () async throws(TransferFailure) in
                    try await client.download(.get(server.url), to: path, bytesMax: 100) { _ in }
                }
                #expect(found.kind == .file)
                #expect(try String(contentsOf: URL(filePath: path), encoding: .utf8) == "older")
            }
        }
    }

    @Test(
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", TransferFailure.Kind.reset),
            ("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 200), .tooLarge),
        ]
    )
    func `a download that fails leaves no file behind`(
        answer: String,
        kind: TransferFailure.Kind
    ) async throws {
        try await withFolder { folder in
            try await withServer { connection in
                _ = connection.readRequest()
                connection.write(answer)
            } test: { client, server in
                let path = folder + "/package.zip"
                let found = try await failure { () async throws(TransferFailure) in
                    try await client.download(.get(server.url), to: path, bytesMax: 150) { _ in }
                }
                #expect(found.kind == kind)
                #expect(!FileManager.default.fileExists(atPath: path))
            }
        }
    }

    @Test(arguments: [(404, "no such package", false), (200, "", true)])
    func `a file is made for an empty package and not for an error`(
        status: Int,
        body: String,
        isMade: Bool
    ) async throws {
        try await withFolder { folder in
            try await withServer { connection in
                while connection.readRequest() != nil { connection.answer(status, body) }
            } test: { client, server in
                let path = folder + "/package.zip"
                let file = try await client.download(.get(server.url), to: path, bytesMax: 100) { _ in }
                #expect(file == DownloadedFile(status: status, bytes: 0))
                #expect(FileManager.default.fileExists(atPath: path) == isMade)
            }
        }
    }
}
