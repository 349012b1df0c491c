import Cryptography
import CurlClient
import Entra
import Foundation
import Testing
import Vocabulary

/// Arc's question: can you read this file (`reference/entra-auth.md` §1.4).
struct ArcTests {
    private struct Folder {
        let path = FileManager.default.temporaryDirectory.path + "/arc-\(UUID().uuidString)"

        init() throws {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        }

        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
        }

        func remove() { try? FileManager.default.removeItem(atPath: path) }

        func bench(_ answers: [ScriptedEntra.Answer]) throws -> TokenBench {
            let environment = ["IDENTITY_ENDPOINT": "http://localhost:40342/arc", "IMDS_ENDPOINT": "x"]
            let identity = try ManagedIdentity(.system, environment: environment, keyFolder: path)
            return try TokenBench(answers, credential: .managedIdentity(identity))
        }
    }

    private static func challenge(_ header: String) -> ScriptedEntra.Answer {
        .json(401, "", [(name: "WWW-Authenticate", value: header)])
    }

    @Test(arguments: [#"Basic realm=PATH"#, #"basic realm="PATH""#])
    func `the file's content is sent as it is`(header: String) async throws {
        let folder = try Folder()
        defer { folder.remove() }
        try folder.write("a-1.key", "k+e/y=\n")
        let header = header.replacing("PATH", with: "\(folder.path)/a-1.key")
        let bench = try folder.bench([Self.challenge(header), .token("T1")])
        #expect(try await bench.bearer() == "T1")
        #expect(bench.entra.sent.map { $0.headers["Authorization"] } == [nil, "Basic k+e/y="])
        #expect(
            bench.entra.sent.map(\.url)
                == [String](
                    repeating: "http://localhost:40342/arc?api-version=2020-06-01"
                        + "&resource=https%3A%2F%2Fapi.securitycenter.microsoft.com",
                    count: 2
                )
        )
        #expect(!bench.log.text.joined().contains("k+e/y"))
    }

    @Test(arguments: [
        "Basic realm=/etc/shadow", "Basic realm=FOLDER/../a.key", "Basic realm=FOLDER/sub/a.key",
        "Basic realm=FOLDER/a.txt", "Basic realm=FOLDER/.key", "Basic realm=FOLDERx/a.key", "Bearer x",
        "Basic",
        "Basic realm=",
    ])
    func `a path elsewhere is not followed`(header: String) async throws {
        let folder = try Folder()
        defer { folder.remove() }
        try folder.write("a.txt", "PLANTED")
        let bench = try folder.bench([Self.challenge(header.replacing("FOLDER", with: folder.path))])
        #expect(try await bench.error().code == "entra.identity-bad-challenge")
        #expect(bench.entra.sent.count == 1)
    }

    @Test func `a file that cannot be used is named, with whom to ask`() async throws {
        let folder = try Folder()
        defer { folder.remove() }
        try folder.write("large.key", String(repeating: "a", count: 4_097))
        try folder.write("empty.key", "\n")
        try folder.write("lines.key", "a\nb")
        try folder.write("real.txt", "PLANTED")
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/link.key",
            withDestinationPath: "\(folder.path)/real.txt"
        )
        let cases = [
            ("missing", "is not there or its folder may not be entered"),
            ("large", "is larger than 4096 bytes"),
            ("empty", "holds no key"), ("lines", "holds no key"), ("link", "is no plain file"),
        ]
        for (name, problem) in cases {
            let path = "\(folder.path)/\(name).key"
            let bench = try folder.bench([Self.challenge("Basic realm=\(path)")])
            let error = try await bench.error()
            #expect(error.message == "Arc's key file \(path) \(problem).")
            #expect(error.fix.contains("`himds`"))
            #expect(bench.entra.sent.count == 1)
        }
    }

    @Test func `an agent that does not ask, or refuses the key, is taken at its word`() async throws {
        let folder = try Folder()
        defer { folder.remove() }
        try folder.write("a.key", "key")
        #expect(try await folder.bench([.token("T1")]).bearer() == "T1")
        let challenge = Self.challenge("Basic realm=\(folder.path)/a.key")
        for status in [401, 403] {
            let bench = try folder.bench([challenge, .json(status, "")])
            #expect(try await bench.error().code == "entra.identity-refused")
            #expect(bench.entra.sent.count == 2)
        }
    }
}
