import Cryptography
import Defender
import Enqueuing
import Executing
import Foundation
import Synchronization
import Testing
import Vocabulary

@testable import Observing

/// Live-response sessions from the queue to the evidence.
struct LiveResponseTests {
    private static let actions = ["run-script", "get-file", "put-file", "isolate"]
    private static let script = ["script": "triage.ps1"]

    private static func bench(_ change: (inout FakeDefender.State) -> Void = { _ in }) -> Bench {
        let bench = Bench(
            policy: Bench.policy([Bench.grant(1, actions, to: "all")]),
            evidenceBytesMax: 10_000
        )
        bench.defender.state.withLock { state in
            state.live.result = Array(
                "{\"script_name\":\"triage.ps1\",\"exit_code\":0,\"script_output\":\"one\ntwo\0\"}".utf8
            )
            change(&state)
        }
        return bench
    }

    private func waits(_ bench: Bench, _ job: JobID) async throws -> [String] {
        try await bench.told()
            .filter { $0.notice.code == "job.waiting" && $0.job == job }
            .map(\.notice.text)
    }

    // MARK: The queue

    @Test func `two sessions on one machine run one after the other, in the order of their asking`()
        async throws
    {
        let bench = Self.bench { $0.delay = .seconds(30) }
        let first = try await bench.ask("run-script", with: Self.script)
        let second = try await bench.ask("get-file", by: "omar", with: ["path": "/etc/hosts"])
        let isolate = try await bench.ask("isolate")
        try await bench.settle()
        #expect(try await bench.job(first).state == .watching)
        #expect(try await bench.job(second).state == .ready)
        #expect(try await bench.job(isolate).state == .watching)
        try await bench.run(for: .seconds(120))
        #expect(try await bench.job(first).state == .succeeded)
        #expect(try await bench.job(second).state == .succeeded)
        // What contains goes first.
        #expect(bench.defender.executed.map(\.action) == ["isolate", "run-script", "get-file"])
    }

    @Test func `one that was asked for later does not overtake one that is not found yet`() async throws {
        let bench = Self.bench()
        let first = try await bench.ask("run-script", with: Self.script)
        // A worker has it; it is at the very beginning.
        let held = try await bench.ledger.lease(
            JobState.executing,
            owner: "slow",
            times: bench.times,
            limit: 1
        )
        #expect(held.map(\.id) == [first])
        let second = try await bench.ask("put-file", by: "omar", with: ["file": "a"])
        try await bench.run(for: .seconds(10))
        #expect(try await bench.job(second).state == .ready)
        for job in held { await bench.executor.carry(job) }
        try await bench.run(for: .seconds(120))
        #expect(try await bench.job(second).state == .succeeded)
        #expect(bench.defender.executed.map(\.action) == ["run-script", "put-file"])
    }

    @Test func `another's session is waited out within the shelf life, and told once`() async throws {
        let bench = Self.bench { $0.faults = Array(repeating: .active, count: 4) }
        let id = try await bench.ask("run-script", with: Self.script)
        try await bench.run(for: .seconds(300))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(
            try await waits(bench, id) == [
                "run-script laptop-7.corp.example with script=triage.ps1 waits: another live-response session is "
                    + "open on the machine, which Defender does not list: somebody's in the portal, say."
            ]
        )
        bench.defender.state.withLock { $0.faults = Array(repeating: .active, count: 1_000) }
        let late = try await bench.ask("run-script", with: Self.script)
        try await bench.run(for: .seconds(3_700), step: .seconds(15))
        #expect(try await bench.job(late).state == .expired)
        #expect(try await waits(bench, late).count == 1)
        #expect(bench.defender.executed.count == 1)
    }

    @Test func `another's session is named and never followed`() async throws {
        let bench = Self.bench { $0.delay = .seconds(100) }
        bench.defender.beginOutside("LiveResponse", on: Bench.laptop)
        bench.defender.state.withLock { state in
            state.faults = [.active]
            state.delay = .seconds(5)
        }
        let id = try await bench.ask("run-script", with: Self.script)
        try await bench.settle()
        let job = try await bench.job(id)
        #expect(job.state == .ready && job.machineAction == nil)
        #expect(try await waits(bench, id).first?.contains("by ola@corp.example since ") == true)
    }

    @Test func `an answer with another's session posts nothing of ours`() async throws {
        let bench = Self.bench()
        let id = try await bench.ask("run-script", with: Self.script)
        // Defender answers with what it has instead of making one.
        bench.defender.state.withLock { $0.live.answersForeign = true }
        try await bench.settle()
        #expect(try await bench.job(id).machineAction == nil)
        bench.defender.state.withLock { $0.live.answersForeign = false }
        try await bench.run(for: .seconds(60))
        #expect(try await bench.job(id).state == .succeeded)
    }

    @Test func `no more calls than Defender takes are waited out as well`() async throws {
        let bench = Self.bench { $0.faults = [.throttled(.seconds(40)), .throttled(.seconds(40))] }
        let id = try await bench.ask("run-script", with: Self.script)
        try await bench.run(for: .seconds(30))
        #expect(try await bench.job(id).state == .ready)
        try await bench.run(for: .seconds(100))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(try await waits(bench, id).count == 1)
    }

    @Test func `of thirty sessions twenty-five run, and the oldest of the rest comes next`() async throws {
        let bench = Self.bench { state in
            state.delay = .seconds(600)
            state.delays = [.seconds(40), .seconds(80)]
            state.machines = (10..<40).map { number in
                Machine(
                    id: MachineID(String(repeating: String(number), count: 20)) ?? Bench.laptop,
                    dnsName: "pc-\(number).corp.example",
                    osPlatform: "Windows11"
                )
            }
        }
        var ids: [JobID] = []
        for number in 10..<40 {
            ids.append(try await bench.ask("run-script", "pc-\(number)", with: Self.script))
        }
        try await bench.settle()
        func states() async throws -> [JobState] {
            var states: [JobState] = []
            for id in ids { states.append(try await bench.job(id).state) }
            return states
        }
        #expect(
            try await states() == Array(repeating: .watching, count: 25) + Array(repeating: .ready, count: 5)
        )
        #expect(try await waits(bench, ids[25]).count == 1)
        #expect(
            try await waits(bench, ids[26]).first?.hasSuffix(
                "waits: 25 of 25 live-response sessions are open, and 1 more asked before; it waits for a place."
            ) == true
        )
        let calls = bench.defender.state.withLock { $0.listCalls }
        try await bench.run(for: .seconds(60))
        // One ended at 40 s, one at 80 s.
        #expect(try await states()[25...] == [.watching, .ready, .ready, .ready, .ready])
        try await bench.run(for: .seconds(60))
        #expect(try await states()[25...] == [.watching, .watching, .ready, .ready, .ready])
        #expect(
            bench.defender.executed.map(\.machine)
                == bench.defender.state.withLock { state in
                    state.machines.prefix(27).map(\.id)
                }
        )
        #expect(bench.defender.state.withLock { $0.listCalls } > calls)
        #expect(try await waits(bench, ids[29]).count == 1)
        try await bench.run(for: .seconds(1_300), step: .seconds(20))
        #expect(try await states() == Array(repeating: .succeeded, count: 30))
    }

    @Test func `a place that is freed by a job that is not posted is given on`() async throws {
        let bench = Self.bench { $0.delay = .seconds(20) }
        let first = try await bench.ask("run-script", with: Self.script)
        try await bench.settle()
        let second = try await bench.ask("run-script", by: "omar", with: Self.script)
        let third = try await bench.ask("put-file", by: "ines", with: ["file": "a"])
        try await bench.settle()
        try await bench.ledger.perform(.cancel(second, by: "omar"))
        try await bench.run(for: .seconds(60))
        #expect(try await bench.job(first).state == .succeeded)
        #expect(try await bench.job(second).state == .cancelled)
        #expect(try await bench.job(third).state == .succeeded)
        #expect(bench.defender.executed.map(\.action) == ["run-script", "put-file"])
    }

    // MARK: The outcome

    @Test func `a script ends with its exit code, its first lines and its transcript`() async throws {
        let bench = Self.bench { state in
            state.live.result = Array(
                ("{\"exit_code\":3,\"script_output\":\"one\n\u{1b}[31mtwo\0\n"
                    + String(repeating: "x", count: 20)
                    + "\",\"script_errors\":\"bad\"}").utf8
            )
        }
        let id = try await bench.ask("run-script", with: Self.script)
        try await bench.run(for: .seconds(30))
        let job = try await bench.job(id)
        #expect(job.state == .succeeded)
        let note = try #require(job.evidence)
        #expect(note.file == "\(id).json")
        #expect(
            job.outcome?.message
                == "triage.ps1 ran, exit code 3. Transcript kept as \(id).json, \(note.bytes) bytes, SHA-256 "
                + "\(note.sha256).\nOutput: one\n[31mtwo\nxxxxxxxxxxxxxxxxxxxx\nErrors: bad"
        )
        let last = try #require(try await bench.told().last { $0.job == id })
        #expect(last.notice.tone == .warning && last.notice.isFinal)
        let kept = try Data(contentsOf: URL(filePath: "\(bench.folder)/\(note.file)"))
        #expect(Hex.encode(Digest.of(Array(kept))) == note.sha256)
        #expect(Int64(kept.count) == note.bytes)
    }

    @Test(arguments: [MachineAction.Status.succeeded, .failed])
    func `a command that failed fails the job whatever the session says`(
        status: MachineAction.Status
    ) async throws {
        let bench = Self.bench { state in
            state.end = status
            state.live.status = .failed
            state.live.errors = ["Access is denied.", "Really"]
        }
        let id = try await bench.ask("run-script", with: Self.script)
        try await bench.run(for: .seconds(30))
        let job = try await bench.job(id)
        #expect(job.state == .failed)
        #expect(
            job.outcome?.message
                == (status == .failed
                    ? "Defender says: Failed (error 0x0). RunScript failed: Access is denied.; Really."
                    : "Defender says: Succeeded, but not the command. RunScript failed: Access is denied.; Really.")
        )
        #expect(job.evidence == nil)
        #expect(bench.defender.state.withLock { $0.live.asked } == [])
    }

    @Test func `a session that succeeded without its command is looked at again, then failed`() async throws {
        let bench = Self.bench { $0.live.status = .created }
        let id = try await bench.ask("put-file", with: ["file": "tool.exe"])
        try await bench.run(for: .seconds(40))
        #expect(try await bench.job(id).state == .watching)
        try await bench.run(for: .seconds(60))
        #expect(try await bench.job(id).state == .failed)
        let other = Self.bench()
        let put = try await other.ask("put-file", with: ["file": "tool.exe"])
        try await other.run(for: .seconds(30))
        #expect(try await other.job(put).state == .succeeded)
        #expect(other.defender.state.withLock { $0.live.asked } == [])
    }

    @Test func `an address that has expired is asked for again`() async throws {
        let bench = Self.bench { $0.live.expired = 2 }
        let id = try await bench.ask("run-script", with: Self.script)
        try await bench.run(for: .seconds(60))
        #expect(try await bench.job(id).state == .succeeded)
        let action = try #require(try await bench.job(id).machineAction?.id)
        #expect(
            bench.defender.state.withLock { $0.live.asked } == Array(repeating: "\(action)#0", count: 3)
        )
    }

    @Test func `a result that Defender has no more is said as it is`() async throws {
        let bench = Self.bench { $0.live.isGone = true }
        let id = try await bench.ask("get-file", with: ["path": "/etc/hosts"])
        try await bench.run(for: .seconds(200))
        #expect(try await bench.job(id).state == .watching)
        // Meanwhile the machine is free for the next.
        bench.defender.state.withLock { $0.live.isGone = false }
        let next = try await bench.ask("put-file", by: "omar", with: ["file": "a"])
        bench.defender.state.withLock { $0.live.isGone = true }
        try await bench.run(for: .seconds(200))
        #expect(try await bench.job(next).state == .succeeded)
        let job = try await bench.job(id)
        #expect(job.state == .failed)
        #expect(job.outcome?.message.hasPrefix("Defender is done, and has no result of it any more.") == true)
        let codes = try await bench.codes(to: .tell)
        #expect(codes.contains("job.failed"))
    }

    @Test func `a result that does not fit stays with Defender, and that is said`() async throws {
        let bench = Self.bench()
        let id = try await bench.ask("get-file", with: ["path": "/etc/hosts"])
        bench.defender.state.withLock { $0.live.result = Array(repeating: 1, count: 10_001) }
        try await bench.run(for: .seconds(60))
        let job = try await bench.job(id)
        #expect(job.state == .failed)
        #expect(
            job.outcome?.message.hasPrefix("The result is complete at Defender but was not kept here") == true
        )
    }

    // MARK: Files

    /// `printf hello | gzip -n`.
    private static let hello: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00,
        0x86,
        0xA6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00,
    ]
    private static let helloDigest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

    @Test(
        arguments: [
            ("/a/hello", hello, 5), ("/a/hello", Array("MZ".utf8), 2),
            ("/a/hello", Array(hello.dropLast(2)), 23),
            // Gzip by its own name is what was asked for.
            ("/a/hello.GZ", hello, 25), ("/a/hello.tgz", hello, 25), ("/a/hello", [], 0),
            ("/a/hello", hello + hello, 10),
        ] as [(String, [UInt8], Int)]
    )
    func `a file that came packed is unpacked, and nothing else is`(
        path: String,
        delivered: [UInt8],
        bytes: Int
    ) async throws {
        let bench = Self.bench { $0.live.result = delivered }
        let id = try await bench.ask("get-file", with: ["path": path])
        try await bench.run(for: .seconds(30))
        let job = try await bench.job(id)
        #expect(job.state == .succeeded)
        let note = try #require(job.evidence)
        #expect(note.file == "\(id).file" && note.bytes == bytes)
        let kept = try Data(contentsOf: URL(filePath: "\(bench.folder)/\(note.file)"))
        #expect(kept.count == bytes && Hex.encode(Digest.of(Array(kept))) == note.sha256)
        if bytes == 5 {
            #expect(note.sha256 == Self.helloDigest)
            #expect(
                job.outcome?.message
                    == "/a/hello kept as \(id).file, 5 bytes, SHA-256 \(Self.helloDigest), unpacked from gzip of "
                    + "SHA-256 \(Hex.encode(Digest.of(Self.hello)))."
            )
        }
        let isStillPacked = job.outcome?.message.contains("packed with gzip as it came") == true
        #expect(isStillPacked == (bytes == 23))
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder) == [note.file])
    }

    @Test func `what is too large unpacked is kept as it came`() throws {
        let folder = NSTemporaryDirectory() + "arriving-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let small = ArrivingFile(unpackedPath: folder, bytesMax: 29)
        small.take(Self.hello)
        #expect(small.finish(isNamedGzip: false).isStillPacked)
        #expect(!FileManager.default.fileExists(atPath: folder))
        let enough = ArrivingFile(unpackedPath: folder, bytesMax: 30)
        enough.take(Self.hello)
        #expect(enough.finish(isNamedGzip: false).sha256 == Self.helloDigest)
    }

    // MARK: Faults

    @Test func `an unknown outcome is settled by our mark, and nothing runs twice`() async throws {
        let bench = Self.bench { $0.faults = [.lostAnswer] }
        let id = try await bench.ask("run-script", with: Self.script)
        try await bench.run(for: .seconds(60))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(bench.defender.executed.count == 1)
        let lost = Self.bench { $0.faults = [.lostRequest] }
        let other = try await lost.ask("run-script", with: Self.script)
        try await lost.run(for: .seconds(300))
        #expect(try await lost.job(other).state == .succeeded)
        #expect(lost.defender.executed.count == 1)
    }

    @Test func `without its permission nothing is called`() async throws {
        let bench = Self.bench { $0.roles = ["Machine.Read.All"] }
        let id = try await bench.ask("run-script", with: Self.script)
        try await bench.settle()
        let job = try await bench.job(id)
        #expect(job.state == .refused && job.outcome?.code == "application-permission")
        #expect(job.outcome?.message.contains("Machine.LiveResponse") == true)
        #expect(bench.defender.executed.isEmpty)
    }

    @Test func `the approval binds to path, script and arguments`() async throws {
        let bench = Self.bench()
        let one = try await bench.job(try await bench.ask("run-script", with: Self.script))
        var other = one
        other.parameters["args"] = #"-p "C:\x""#
        var third = one
        third.parameters["args"] = #"-p "C:\\x""#
        let digests = [one, other, third].map(\.approvalDigest)
        #expect(Set(digests).count == 3)
        #expect(other.title == "run-script laptop-7 with script=triage.ps1 args=\"-p \"\"C:\\x\"\"\"")
    }
}
