import Cryptography
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// Live response with real processes: from the command to the evidence.
    @Suite struct LiveResponseProcessTests {
        private static let script = #"""
            machines:
            \#(Settings.machine(1, "ws-1.corp.example", ", onboardingStatus: Onboarded"))
            \#(Settings.machine(2, "ws-2.corp.example", ", onboardingStatus: Onboarded"))
            actions: { delay: 0.5, end: Succeeded }
            chat: { slack-token: \#(Settings.botToken) }
            live-response:
              library:
                triage.ps1: { exit: 0, output: "one\ntwo {args}" }
                wipe.ps1: { failure: Access is denied., end: Succeeded }
              files: { 'C:\Temp\my out.txt': "found it\n" }
            """#

        private func with(
            _ work: (BridgeProcess, SimulatorProcess, TemporaryFolder) async throws -> Void
        ) async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    var settings = Settings()
                    settings.people = ["ada: { soc-chat: T024/U2291, local: \"\(NSUserName())\" }"]
                    settings.grants = [
                        "{ allow: [run-script, get-file, put-file], to: [ada, mia], machines: { os: client } }"
                    ]
                    try settings.write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        try await work(bridge, simulator, folder)
                        bridge.program.send(SIGTERM)
                        #expect(try await bridge.program.end() == .exited(0))
                    }
                }
            }
        }

        private func evidence(_ folder: TemporaryFolder, _ name: String?) throws -> [UInt8] {
            Array(try Data(contentsOf: URL(filePath: folder.path("evidence/\(name ?? "")"))))
        }

        @Test(.timeLimit(.minutes(3)))
        func `a script runs to its transcript, a file comes as it is, and one that fails is told`()
            async throws
        {
            try await with { bridge, simulator, folder in
                let ran = try await BridgeProcess.run(
                    [
                        "run", "run-script", "ws-1", "with", "script=triage.ps1", #"args=-p "C:\My Dir\""#,
                        "because", "SEC-1",
                    ],
                    in: folder
                )
                #expect(ran.end == .exited(0), "\(ran)")
                #expect(ran.output.contains("triage.ps1 ran, exit code 0. Transcript kept as j-"), "\(ran)")
                #expect(ran.output.contains(#"two -p "C:\My Dir\""#), "\(ran)")
                let posts = try await simulator.executed("runliveresponse", machine: Settings.id(1))
                let body = try JSONReader.read(try #require(posts.first).body, root: .object)
                #expect(body.at("Commands.0.type") == "RunScript")
                #expect(body.at("Commands.0.params.1.value") == #"-p "C:\My Dir\""#)
                #expect(body["Comment"]?.string?.hasPrefix("bascule:j-") == true)

                let list = try await BridgeProcess.ask(["audit", "evidence"], in: folder)
                let note = try JSONReader.read(String(list.split(separator: "\n")[0]), root: .object)
                let transcript = try evidence(folder, note["file"]?.string)
                #expect(note["sha256"]?.string == Hex.encode(Digest.of(transcript)))
                #expect(String(decoding: transcript, as: UTF8.self).contains("one\ntwo -p "))

                let file = try await BridgeProcess.run(
                    ["run", "get-file", "ws-1", "with", #"path=C:\Temp\my out.txt"#, "--json"],
                    in: folder
                )
                #expect(file.end == .exited(0), "\(file)")
                let job = try #require(try JSONReader.read(Array(file.output.utf8), root: .array)[0])
                let bytes = try evidence(folder, job.at("evidence.file")?.string)
                #expect(bytes == Array("found it\n".utf8))
                #expect(job.at("evidence.sha256")?.string == Hex.encode(Digest.of(bytes)))

                let failed = try await BridgeProcess.run(
                    ["run", "run-script", "ws-2", "with", "script=wipe.ps1"],
                    in: folder
                )
                #expect(failed.end == .exited(1))
                #expect(failed.output.contains("RunScript failed: Access is denied."), "\(failed)")
                let put = try await BridgeProcess.run(
                    ["run", "put-file", "ws-2", "with", "file=triage.ps1"],
                    in: folder
                )
                #expect(put.end == .exited(0), "\(put)")
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `two scripts on one machine run one after the other`() async throws {
            try await with { bridge, simulator, folder in
                let room = ChatRoom(bridge: bridge, simulator: simulator)
                try await room.say("run-script ws-1 with script=triage.ps1 args=first")
                try await room.say("run-script ws-1 with script=triage.ps1 args=second")
                _ = try await eventually("both ended") { () -> Void? in
                    let jobs = try await bridge.jobs().filter { $0["action"] == "run-script" }
                    return jobs.count == 2 && jobs.allSatisfy { $0["state"] == "succeeded" } ? () : nil
                }
                let posts = try await simulator.executed("runliveresponse", machine: Settings.id(1))
                let given = try posts.map {
                    try JSONReader.read($0.body, root: .object).at("Commands.0.params.1.value")
                }
                #expect(given == ["first", "second"])
                // Nothing was refused on the way: the second waited here.
                let all = try await simulator.journal().filter { $0.path.hasSuffix("/runliveresponse") }
                #expect(all.count == 2)
            }
        }
    }
}
