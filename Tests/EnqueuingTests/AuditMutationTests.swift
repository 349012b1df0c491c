import Enqueuing
import Testing
import Vocabulary

/// What a hand in the ledger's file could do to the audit, and that it is seen.
@Suite struct AuditMutationTests {
    private static let noon = Timestamp(seconds: 1_790_000_000)
    private static let seed = Secret((0..<32).map { UInt8($0) })

    private static func chain(_ count: Int) -> [AuditRow] {
        var rows: [AuditRow] = []
        for number in 1...count {
            let entry = AuditEntry(
                kind: number.isMultiple(of: 2) ? "job.watching" : "delivery.accepted",
                subject: "j-\(number)",
                actor: "mia",
                detail: ["action": "isolate", "machine": "laptop-\(number % 7)", "text": "\"\\\n\u{1F6A8}"]
            )
            let at = noon + .seconds(Int64(number))
            rows.append(AuditRow(entry, at: at, after: rows.last))
        }
        return rows
    }

    private static func finding(_ rows: [AuditRow]) -> AuditVerifier.Finding {
        var verifier = AuditVerifier()
        for row in rows { verifier.take(row) }
        return verifier.finding
    }

    /// Changes one thing of the rows: a field of one, or which there are and in what order.
    private static func mutate(_ rows: [AuditRow], by dice: inout Dice) -> [AuditRow] {
        var rows = rows
        let place = Int.random(in: 0..<rows.count, using: &dice)
        let row = rows[place]
        let other = rows[(place + Int.random(in: 1..<rows.count, using: &dice)) % rows.count]
        var detail = row.detail
        switch Int.random(in: 0..<14, using: &dice) {
        case 0: rows[place] = row.with(sequence: row.sequence + Int64.random(in: 1...9, using: &dice))
        case 1: rows[place] = row.with(at: row.at + .milliseconds(Int.random(in: 1...9_999, using: &dice)))
        case 2: rows[place] = row.with(kind: spoil(row.kind, by: &dice))
        case 3: rows[place] = row.with(subject: spoil(row.subject, by: &dice))
        case 4: rows[place] = row.with(actor: spoil(row.actor, by: &dice))
        case 5:
            detail["machine"] = spoil(detail["machine"] ?? "", by: &dice)
            rows[place] = row.with(detail: detail)
        case 6:
            detail[spoil("action", by: &dice)] = detail.removeValue(forKey: "action")
            rows[place] = row.with(detail: detail)
        case 7:
            detail["text"] = nil
            rows[place] = row.with(detail: detail)
        case 8: rows[place] = row.with(previousHash: spoil(row.previousHash, by: &dice))
        case 9: rows[place] = row.with(hash: spoil(row.hash, by: &dice))
        case 10: rows.swapAt(place, rows.firstIndex(of: other) ?? 0)
        case 11: rows.insert(other, at: place)
        case 12 where place < rows.count - 1: rows.remove(at: place)
        default:
            // Sealed anew, as someone would who knows the form and not the rows that follow.
            let entry = AuditEntry(kind: row.kind, subject: row.subject, actor: "omar", detail: row.detail)
            rows[place] = AuditRow(entry, at: row.at, after: place == 0 ? nil : rows[place - 1])
        }
        return rows
    }

    private static func spoil(_ text: String, by dice: inout Dice) -> String {
        var scalars = Array(text.unicodeScalars)
        let place = Int.random(in: 0..<max(1, scalars.count), using: &dice)
        let letters: [Unicode.Scalar] = ["a", "B", "0", "\"", "\\", "\u{0}", "\u{301}", "\u{1F6A8}"]
        let letter =
            letters.filter { place >= scalars.count || $0 != scalars[place] }
            .randomElement(using: &dice) ?? "x"
        switch (Int.random(in: 0..<3, using: &dice), scalars.isEmpty) {
        case (0, false): scalars[place] = letter
        case (1, false): scalars.remove(at: place)
        default: scalars.append(letter)
        }
        return String(String.UnicodeScalarView(scalars))
    }

    @Test func `of 100,000 mutations every one is found, most by the chain, the rest by a checkpoint`() throws
    {
        let rows = Self.chain(12)
        #expect(Self.finding(rows) == .intact(rows: 12, lastHash: rows[11].hash))
        let signer = try AuditSigner(seed: Self.seed)
        let checkpoint = try signer.sign(rows.last, at: Self.noon)
        var dice = Dice(state: 20_261_123)
        var byChain = 0
        var byCheckpoint = 0
        for number in 1...100_000 {
            let changed = Self.mutate(rows, by: &dice)
            try #require(
                changed.map(Bytes.init) != rows.map(Bytes.init),
                "mutation \(number) changed nothing"
            )
            if case .broken = Self.finding(changed) {
                byChain += 1
                continue
            }
            var comparison = CheckpointComparison([checkpoint], publicKey: signer.publicKey)
            for row in changed { comparison.take(row) }
            try #require(comparison.finding != nil, "mutation \(number) was not found")
            byCheckpoint += 1
        }
        #expect(byChain + byCheckpoint == 100_000)
        // Only a last row that is sealed anew fits the chain.
        #expect(byCheckpoint > 0 && byCheckpoint < 5_000)
        print("audit mutations: \(byChain) found by the chain, \(byCheckpoint) by the checkpoint")
    }

    @Test func `rows cut off the end fit the chain, and miss the checkpoint`() throws {
        let rows = Self.chain(40)
        let signer = try AuditSigner(seed: Self.seed)
        let checkpoints = try [10, 30].map { try signer.sign(rows[$0 - 1], at: rows[$0 - 1].at) }
        for kept in 0...40 {
            let left = Array(rows.prefix(kept))
            var comparison = CheckpointComparison(checkpoints, publicKey: signer.publicKey)
            for row in left { comparison.take(row) }
            #expect(
                Self.finding(left)
                    == .intact(
                        rows: Int64(kept),
                        lastHash: left.last?.hash ?? String(repeating: "0", count: 64)
                    )
            )
            #expect((comparison.finding == nil) == (kept >= 30))
        }
    }

    @Test func `a chain written anew after a cut misses an older checkpoint too`() throws {
        let rows = Self.chain(20)
        let signer = try AuditSigner(seed: Self.seed)
        let old = try signer.sign(rows[14], at: Self.noon)
        var forged = Array(rows.prefix(12))
        for number in 1...10 {
            let entry = AuditEntry(kind: "job.done", subject: "f-\(number)", actor: "mia")
            forged.append(AuditRow(entry, at: Self.noon, after: forged.last))
        }
        let new = try signer.sign(forged.last, at: Self.noon)
        var comparison = CheckpointComparison([old, new], publicKey: signer.publicKey)
        for row in forged { comparison.take(row) }
        #expect(comparison.finding?.sequence == 15)
    }

    @Test func `a checkpoint that is changed or signed by another is refused; none is no proof`() throws {
        let rows = Self.chain(3)
        let signer = try AuditSigner(seed: Self.seed)
        let other = try AuditSigner(seed: Secret([UInt8](repeating: 9, count: 32)))
        let good = try signer.sign(rows[2], at: Self.noon)
        #expect(good.isSigned(by: signer.publicKey))
        #expect(!good.isSigned(by: other.publicKey))
        #expect(!good.isSigned(by: ""))
        let forged = [
            AuditCheckpoint(
                sequence: 2,
                hash: good.hash,
                at: good.at,
                key: good.key,
                signature: good.signature
            ),
            AuditCheckpoint(
                sequence: 3,
                hash: rows[1].hash,
                at: good.at,
                key: good.key,
                signature: good.signature
            ),
            AuditCheckpoint(
                sequence: 3,
                hash: good.hash,
                at: good.at + .seconds(1),
                key: good.key,
                signature: good.signature
            ),
            AuditCheckpoint(
                sequence: 3,
                hash: good.hash,
                at: good.at,
                key: other.name,
                signature: good.signature
            ),
            try other.sign(rows[2], at: Self.noon),
        ]
        for checkpoint in forged {
            #expect(!checkpoint.isSigned(by: signer.publicKey))
            #expect(CheckpointComparison([checkpoint], publicKey: signer.publicKey).finding != nil)
        }
        #expect(CheckpointComparison([], publicKey: nil).finding != nil)
    }
}

/// Compares as bytes: two texts that look the same are still another row.
private struct Bytes: Equatable {
    let canonical: [UInt8]
    let hash: [UInt8]

    init(_ row: AuditRow) {
        canonical = row.canonical
        hash = Array(row.hash.utf8)
    }
}

/// The same throws on every run (SplitMix64).
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension AuditVerifier.Finding {
    fileprivate var sequence: Int64? {
        if case .broken(let sequence, _) = self { sequence } else { nil }
    }
}

extension AuditRow {
    fileprivate func with(
        sequence: Int64? = nil,
        at: Timestamp? = nil,
        kind: String? = nil,
        subject: String? = nil,
        actor: String? = nil,
        detail: [String: String]? = nil,
        previousHash: String? = nil,
        hash: String? = nil
    ) -> AuditRow {
        AuditRow(
            sequence: sequence ?? self.sequence,
            at: at ?? self.at,
            kind: kind ?? self.kind,
            subject: subject ?? self.subject,
            actor: actor ?? self.actor,
            detail: detail ?? self.detail,
            previousHash: previousHash ?? self.previousHash,
            hash: hash ?? self.hash
        )
    }
}
