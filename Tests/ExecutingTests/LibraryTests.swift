import Defender
import Enqueuing
import Executing
import Logging
import Synchronization
import Testing
import Vocabulary

/// Orders about the library: the job names the bytes, and they are read when it is carried out.
struct LibraryTests {
    private static let digest = String(repeating: "ab", count: 32)

    private static func bench(_ staged: [String: [UInt8]] = [digest: [1, 2, 3]]) -> Bench {
        let grants = [Bench.grant(1, ["library", "library-upload", "library-delete"])]
        let bench = Bench(policy: Bench.policy(grants), staged: { staged[$0] })
        bench.defender.state.withLock { _ = $0.roles?.insert("Library.Manage") }
        return bench
    }

    private func ordered(_ bench: Bench) -> [DefenderRequest] { bench.defender.state.withLock(\.ordered) }

    @Test func `an upload carries the bytes of its digest`() async throws {
        let bench = Self.bench()
        let id = try await bench.ask("library-upload", about: .thing("a.sh"), with: ["sha256": Self.digest])
        try await bench.settle()
        #expect(try await bench.job(id).state == .succeeded)
        let order = try #require(ordered(bench).first)
        #expect(order.subject == "a.sh" && order.file == [1, 2, 3] && order.isRepeat == false)
        #expect(order.parameters == ["sha256": Self.digest, "override": "no"])
        #expect(try await bench.job(id).title == "library-upload a.sh with sha256=\(Self.digest)")
    }

    @Test func `an upload whose bytes are gone posts nothing`() async throws {
        let bench = Self.bench([:])
        let id = try await bench.ask("library-upload", about: .thing("a.sh"), with: ["sha256": Self.digest])
        try await bench.settle()
        let job = try await bench.job(id)
        #expect(job.state == .failed && job.outcome?.code == "not-staged")
        #expect(ordered(bench).isEmpty)
    }

    @Test func `what is sent again says so`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.faults = [.lostAnswer] }
        let id = try await bench.ask("library-delete", about: .thing("a.sh"))
        try await bench.run(for: .seconds(200))
        #expect(try await bench.job(id).state == .succeeded)
        #expect(ordered(bench).map(\.isRepeat) == [false, true])
    }

    @Test func `without its permission nothing is called`() async throws {
        let bench = Self.bench()
        bench.defender.state.withLock { $0.roles = ["Machine.LiveResponse", "Machine.Read.All"] }
        let id = try await bench.ask("library", about: .nothing)
        try await bench.settle()
        let job = try await bench.job(id)
        #expect(job.state == .refused && job.outcome?.code == "application-permission")
        #expect(job.outcome?.message.contains("Library.Manage") == true)
    }
}
