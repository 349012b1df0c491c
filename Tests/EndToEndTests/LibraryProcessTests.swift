import Cryptography
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// The library with real processes: a file goes over the control socket and comes out of the library again.
    @Suite struct LibraryProcessTests {
        private static let script = """
            machines:
            \(Settings.machine(1, "ws-1.corp.example", ", onboardingStatus: Onboarded"))
            actions: { delay: 0.5, end: Succeeded }
            chat: { slack-token: \(Settings.botToken) }
            """

        @Test(.timeLimit(.minutes(3)))
        func `a file of several megabytes is uploaded, listed, run and deleted`() async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    settings.people = ["ada: { soc-chat: T024/U2291, local: \"\(NSUserName())\" }"]
                    settings.grants = [
                        "{ allow: [library, library-upload, library-delete, run-script], to: [ada], machines: any }"
                    ]
                    try settings.write(to: folder, simulator)
                    let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
                    let digest = Hex.encode(Digest.of(content))
                    try Data(content).write(to: URL(filePath: folder.path("tool.ps1")))
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        func run(
                            _ words: String...
                        ) async throws -> (end: Program.End, output: String, errors: String) {
                            try await BridgeProcess.run(["run"] + words, in: folder)
                        }
                        let file = folder.path("tool.ps1")
                        let up = try await run(
                            "library-upload",
                            "tool.ps1",
                            "--file",
                            file,
                            "with",
                            "description=first look",
                            "because",
                            "SEC-1"
                        )
                        #expect(up.end == .exited(0), "\(up)")
                        #expect(up.output.contains(digest), "\(up)")
                        let list = try await run("library")
                        #expect(list.output.contains("tool.ps1") && list.output.contains(digest), "\(list)")
                        let ran = try await run("run-script", "ws-1", "with", "script=tool.ps1")
                        #expect(ran.end == .exited(0), "\(ran)")
                        let again = try await run("library-upload", "tool.ps1", "--file", file)
                        #expect(again.end == .exited(1))
                        #expect((again.output + again.errors).contains("already exists"), "\(again)")
                        #expect(try await run("library-delete", "tool.ps1").end == .exited(0))
                        #expect(try await run("library-delete", "tool.ps1").end == .exited(1))
                        #expect(
                            try await run("library-upload", "x.ps1", "--file", folder.path("none")).end
                                == .exited(2)
                        )
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }
    }
}
