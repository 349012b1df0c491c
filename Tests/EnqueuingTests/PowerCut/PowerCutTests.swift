import Dispatch
import Enqueuing
import EnqueuingSQLite
import Foundation
import Testing
import Vocabulary

@Suite(.serialized, .timeLimit(.minutes(5)))
struct PowerCutTests {
    /// Which instants are tried; a failing seed replays.
    static let seed: UInt64 = 20_261_123

    @Test
    func `fifty power cuts lose nothing that was acknowledged`() async throws {
        try await withTemporaryFolder { folder in
            let disk = try LossyDisk(in: folder)
            var random = SplitMix(state: Self.seed)
            var rows = 0
            for cut in 0..<50 {
                // Every other disk has written back some of what was never synced, in any order.
                let lossy = cut.isMultiple(of: 2) ? [:] : ["LOSSY_LEAK": String(random.next(in: 2...5))]
                let cutAfter = cut.isMultiple(of: 10) ? 2_000 : random.next(in: 1...300)
                let acknowledged = try await away {
                    try acknowledgements(on: disk, cut: cut, after: cutAfter, lossy: lossy)
                }
                try disk.cutPower()
                let found = try await inspect(disk, acknowledged)
                #expect(found.lost.isEmpty, "cut \(cut) (seed \(Self.seed)) lost \(found.lost.prefix(3))…")
                #expect(found.chain.isIntact(rows: found.rows), "cut \(cut) broke the audit chain")
                #expect(found.rows >= Int64(rows + acknowledged.count), "cut \(cut) lost earlier rows")
                rows = Int(found.rows)
                try disk.syncAll()
            }
            #expect(rows > 5_000, "too little was written to mean anything")
        }
    }

    @Test
    func `with the fsync taken out the same cuts lose what was acknowledged`() async throws {
        try await withTemporaryFolder { folder in
            let disk = try LossyDisk(in: folder)
            _ = try await SQLiteLedger.open(disk.ledger).close()
            try disk.syncAll()
            var lost = 0
            for cut in 0..<3 {
                let acknowledged = try await away {
                    try acknowledgements(on: disk, cut: cut, after: 100, lossy: ["LOSSY_IGNORE_SYNC": "1"])
                }
                try disk.cutPower()
                lost += try await inspect(disk, acknowledged).lost.count
                try disk.syncAll()
            }
            #expect(lost >= 300)
        }
    }

    @Test
    func `a disk that is full or fails refuses writes, and takes them again once it can`() async throws {
        try await withTemporaryFolder { folder in
            let disk = try LossyDisk(in: folder)
            let acknowledged = try await away {
                let writer = try disk.startWriter(4, prefix: "full")
                var names: [String] = []
                for fault in ["f", "e"] {
                    try names += take(20, "ack", from: writer)
                    try Data(fault.utf8).write(to: URL(filePath: disk.fault))
                    let refused = try take(20, "err", from: writer)
                    #expect(Set(refused) == ["ledger.unavailable"])
                    try FileManager.default.removeItem(atPath: disk.fault)
                }
                try names += take(20, "ack", from: writer)
                names += writer.kill9().filter { $0.hasPrefix("ack ") }.map { String($0.dropFirst(4)) }
                return names
            }
            try disk.cutPower()
            let found = try await inspect(disk, acknowledged)
            #expect(found.lost.isEmpty)
            #expect(found.chain.isIntact(rows: found.rows))
        }
    }

    @Test
    func `a second process is refused, and the lock goes with a killed one`() async throws {
        try await withTemporaryFolder { folder in
            let disk = try LossyDisk(in: folder)
            let writer = try disk.startWriter(1, prefix: "first")
            _ = try await away { [writer = Held(writer)] in try take(1, "ack", from: writer.value) }
            let busy = LedgerError.unavailable("another bridge is running on \(disk.ledger)")
            await #expect(throws: busy) { try await SQLiteLedger.open(disk.ledger) }
            let reader = try await SQLiteLedger.openReadOnly(disk.ledger)
            #expect(try await reader.read { try $0.jobCounts() }[.recorded] ?? 0 >= 1)
            try await reader.close()
            _ = writer.kill9()
            try await SQLiteLedger.open(disk.ledger).close()
        }
    }
}

/// Carries a writer to the thread that reads it; one thread at a time uses it.
private struct Held: @unchecked Sendable {
    let value: Writer

    init(_ value: Writer) {
        self.value = value
    }
}

/// Writes with 16 tasks and cuts the power after so many acknowledgements.
///
/// - Returns: All that were heard, those said before the process ended included.
private func acknowledgements(
    on disk: LossyDisk,
    cut: Int,
    after count: Int,
    lossy: [String: String]
) throws -> [String] {
    let writer = try disk.startWriter(16, prefix: "cut\(cut)", lossy: lossy)
    let heard = try take(count, "ack", from: writer)
    return heard + writer.kill9().filter { $0.hasPrefix("ack ") }.map { String($0.dropFirst(4)) }
}

/// The next `count` things said under this word; other lines are skipped.
private func take(_ count: Int, _ word: String, from writer: Writer) throws -> [String] {
    var found: [String] = []
    while found.count < count {
        let line = try #require(writer.nextLine(), "the writer ended after \(found.count) lines of \(word)")
        if line.hasPrefix(word + " ") { found.append(String(line.dropFirst(word.count + 1))) }
    }
    return found
}

/// Opens what is left and looks for every acknowledged delivery and its job.
private func inspect(
    _ disk: LossyDisk,
    _ acknowledged: [String]
) async throws -> (lost: [String], rows: Int64, chain: AuditVerifier.Finding) {
    let ledger = try await SQLiteLedger.open(disk.ledger)
    let (lost, rows) = try await ledger.read { rows in
        let lost = try acknowledged.filter { name in
            guard let delivery = try rows.delivery(DeliveryID("d-\(name)")) else { return true }
            return try rows.job(JobID("j-\(name)"))?.delivery != delivery.id
        }
        return (lost, try rows.lastAudit()?.sequence ?? 0)
    }
    let chain = try await finding(of: ledger)
    try await ledger.close()
    return (lost, rows, chain)
}

/// Runs blocking work on a thread of its own.
private func away<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Swift.Result(catching: work)) }
    }
}

/// A small generator whose runs repeat.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func next(in range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self)
    }
}
