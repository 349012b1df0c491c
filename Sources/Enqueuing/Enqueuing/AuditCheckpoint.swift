import Cryptography
package import Vocabulary

/// A signed statement that at some time the audit ended with some row.
///
/// Kept outside, it shows what the chain alone cannot: that rows were cut off its end, or all of it written anew.
package struct AuditCheckpoint: Sendable, Hashable, Codable {
    /// The last row; 0 of an empty audit.
    package let sequence: Int64
    /// That row's hash; 64 zeros for none.
    package let hash: String
    package let at: Timestamp
    /// Which key signed: the first 16 hexadecimal digits of the SHA-256 of its 32 public bytes.
    package let key: String
    /// 128 lower-case hexadecimal digits, over ``canonical``.
    package let signature: String

    /// A checkpoint as somebody wrote it, believed unseen.
    package init(sequence: Int64, hash: String, at: Timestamp, key: String, signature: String) {
        self.sequence = sequence
        self.hash = hash
        self.at = at
        self.key = key
        self.signature = signature
    }

    /// The bytes that are signed: `["bascule-audit-checkpoint-1",sequence,"hash",milliseconds,"key"]`, no spaces.
    package var canonical: [UInt8] {
        Array("[\"bascule-audit-checkpoint-1\",\(sequence),\"\(hash)\",\(at.milliseconds),\"\(key)\"]".utf8)
    }

    /// True if the owner of this public key, 64 lower-case hexadecimal digits, signed exactly this.
    package func isSigned(by publicKey: String) -> Bool {
        guard let bytes = Hex.decodeLowerCase(publicKey), let verifier = Ed25519PublicKey(bytes),
            let signature = Hex.decodeLowerCase(signature), key == AuditSigner.name(of: bytes)
        else { return false }
        return verifier.verify(signature, of: canonical)
    }
}

/// The key of the audit's checkpoints.
package struct AuditSigner: Sendable {
    private let privateKey: Ed25519PrivateKey
    /// 64 lower-case hexadecimal digits.
    package let publicKey: String
    /// What checkpoints call the key.
    package let name: String

    /// Takes a seed of 32 bytes.
    ///
    /// - Throws: What the key's maker says of any other.
    package init(seed: Secret) throws {
        privateKey = try Ed25519PrivateKey(seed: seed)
        let bytes = try privateKey.publicKey()
        publicKey = Hex.encode(bytes)
        name = AuditSigner.name(of: bytes)
    }

    /// Signs that `row` is the last one.
    package func sign(_ row: AuditRow?, at now: Timestamp) throws -> AuditCheckpoint {
        let sequence = row?.sequence ?? 0
        let hash = row?.hash ?? String(repeating: "0", count: 64)
        let unsigned = AuditCheckpoint(sequence: sequence, hash: hash, at: now, key: name, signature: "")
        return AuditCheckpoint(
            sequence: sequence,
            hash: hash,
            at: now,
            key: name,
            signature: Hex.encode(try privateKey.sign(unsigned.canonical))
        )
    }

    static func name(of publicKey: [UInt8]) -> String {
        String(Hex.encode(Digest.of(publicKey)).prefix(16))
    }
}

/// Holds a chain against checkpoints that were kept elsewhere.
package struct CheckpointComparison: Sendable {
    private var open: [Int64: [AuditCheckpoint]] = [:]
    private var found: AuditVerifier.Finding?

    /// - Parameters:
    ///   - checkpoints: At least one; none is a finding of its own.
    ///   - publicKey: Whose signature each must bear; nil believes where they were kept.
    package init(_ checkpoints: [AuditCheckpoint], publicKey: String?) {
        if checkpoints.isEmpty {
            found = .broken(sequence: 0, reason: "there is no checkpoint to compare with")
        }
        for checkpoint in checkpoints {
            if let publicKey, !checkpoint.isSigned(by: publicKey) {
                let reason = "its checkpoint of \(checkpoint.at.iso8601) is not signed by that key"
                found = found ?? .broken(sequence: checkpoint.sequence, reason: reason)
            }
            if checkpoint.sequence > 0 { open[checkpoint.sequence, default: []].append(checkpoint) }
        }
    }

    /// Takes the next row in order of sequence.
    package mutating func take(_ row: AuditRow) {
        guard let checkpoints = open.removeValue(forKey: row.sequence), found == nil,
            let other = checkpoints.first(where: { $0.hash != row.hash })
        else { return }
        found = .broken(
            sequence: row.sequence,
            reason: "it is another row than the checkpoint of \(other.at.iso8601) says"
        )
    }

    /// The verdict on all rows taken; nil if every checkpoint's row is there as it says.
    package var finding: AuditVerifier.Finding? {
        if let found { return found }
        guard let missing = open.values.joined().max(by: { $0.sequence < $1.sequence }) else { return nil }
        return .broken(
            sequence: missing.sequence,
            reason: "rows were cut: the checkpoint of \(missing.at.iso8601) says that it was there"
        )
    }
}
