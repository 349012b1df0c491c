import Cryptography
import Synchronization
import Vocabulary

/// What the simulated Entra ID remembers of sign-ins.
///
/// A class with a lock, because the service around it is a value that answers without changing.
final class UserDesk: Sendable {
    struct Device: Sendable {
        enum Decision: Sendable { case open, approved, declined, redeemed }

        let userCode: String
        let resource: String
        let scopes: [String]
        let expiresAt: Timestamp
        var decision = Decision.open
        var interval: Int
        var askedAt: Timestamp?
        var slowDownsLeft: Int
    }

    struct Code: Sendable {
        let resource: String
        let scopes: [String]
        let redirect: String
        let nonce: String?
        let challenge: String?
        let challengeMethod: String
        let expiresAt: Timestamp
        var isUsed = false
    }

    struct Renewal: Sendable {
        let scopes: [String]
        var isRevoked = false
    }

    struct State: Sendable {
        var devices: [String: Device] = [:]
        var codes: [String: Code] = [:]
        var renewals: [String: Renewal] = [:]
    }

    /// More of each than this are not remembered.
    static let rememberedMax = 1_000

    private let state = Mutex(State())

    func with<Result: Sendable, Failure: Error>(
        _ use: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try state.withLock { (state) throws(Failure) -> Result in try use(&state) }
    }

    /// Letters and digits that are not mistaken for each other.
    static func makeUserCode() -> String {
        let letters = Array("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")
        return String(randomBytes(9).map { letters[Int($0) % letters.count] })
    }

    static func makeSecret(_ prefix: String) -> String { "\(prefix).\(Base64.encodeURL(randomBytes(48)))" }
}
