import Cryptography
import Foundation
import Vocabulary

/// Answers signature test vectors in the format of `reference/vectors/README.md`.
///
/// The files are the operator's own, so that they are read with the system's decoder: a vector may hold what
/// the reader of deliveries refuses.
package enum VectorCheck {
    /// What was said of one vector, and whether that was expected.
    package struct Answer: Sendable, Hashable {
        package let id: String
        package let isAccepted: Bool
        /// The reason of a rejection; empty for an acceptance.
        package let reason: String
        /// What the vector expects; nil if it does not say.
        package let expected: String?
        /// False if the verdict is neither the expected one nor one that is as good.
        package let isVerdictExpected: Bool
        /// False if the verdict is right and the reason is none of those named.
        package let isReasonExpected: Bool

        package var verdict: String { isAccepted ? "accept" : "reject" }
    }

    /// Answers every vector of a file, in its order.
    ///
    /// - Throws: ``VectorFileError``.
    package static func run(_ file: [UInt8]) throws(VectorFileError) -> [Answer] {
        let vectors: [SignatureVector]
        do {
            vectors = try JSONDecoder().decode([SignatureVector].self, from: Data(file))
        } catch {
            throw .unreadable
        }
        return vectors.map(answer)
    }

    private static func answer(_ vector: SignatureVector) -> Answer {
        let reason = reject(vector)
        let said = reason.map { "reject:\($0)" } ?? "accept"
        let alternatives = vector.alsoOK + (vector.expect.map { [$0] } ?? [])
        let isVerdictExpected =
            vector.expect == nil
            || alternatives.contains { ($0 == "accept") == (reason == nil) }
        let isReasonExpected =
            vector.expect == nil || alternatives.contains(said) || alternatives.contains("reject")
            || (reason.map { vector.reasonAlternatives.contains($0) } ?? false)
        return Answer(
            id: vector.id,
            isAccepted: reason == nil,
            reason: reason ?? "",
            expected: vector.expect,
            isVerdictExpected: isVerdictExpected,
            isReasonExpected: !isVerdictExpected || isReasonExpected
        )
    }

    /// Nil if the vector is accepted.
    private static func reject(_ vector: SignatureVector) -> String? {
        let scheme: VerificationScheme
        switch vector.wanted {
        case .scheme(let wanted): scheme = wanted
        case .unknown: return "unsupported-scheme"
        case .malformed: return "malformed-vector"
        }
        guard let body = vector.body, let now = vector.now else { return "malformed-vector" }
        guard let secrets = vector.secrets else { return "key" }
        let raw = RawDelivery(
            source: SourceName("vector"),
            headers: vector.headerLines,
            body: body,
            receivedAt: now,
            remoteAddress: ""
        )
        do throws(VerifierSetupError) {
            let verifier = try Verifier(
                scheme,
                secrets: scheme.takesSecrets ? secrets : [],
                publicKeys: scheme == .discord ? vector.publicKeysAsSecrets : vector.publicKeys,
                keySet: vector.keySet,
                checksBodyAge: false
            )
            return verdict(verifier, raw, now)
        } catch {
            if case .unusableSetting = error { return "malformed-vector" }
            return "key"
        }
    }

    private static let kind = SourceKind("vector", isChat: false, provesPerson: false)

    private static func verdict(_ verifier: Verifier, _ raw: RawDelivery, _ now: Timestamp) -> String? {
        do throws(VerificationFailure) {
            _ = try verifier.verify(raw, kind: kind, now: now)
            return nil
        } catch {
            return error.reason
        }
    }
}

/// Why a file of vectors cannot be answered.
package enum VectorFileError: Explained, Hashable {
    case unreadable

    package var code: String { "vectors.unreadable" }
    package var message: String { "The file is not a JSON array of signature vectors." }
    package var fix: String { "Give files in the format of reference/vectors/README.md." }
}
