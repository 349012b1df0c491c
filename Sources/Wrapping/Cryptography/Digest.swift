import COpenSSL
import Synchronization

/// A hash function of the SHA family.
package enum DigestAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// Only for senders that know nothing better.
    case sha1
    case sha256
    case sha512

    /// The length of a digest in bytes.
    package var length: Int {
        switch self {
        case .sha1: 20
        case .sha256: 32
        case .sha512: 64
        }
    }

    var openSSLName: String {
        switch self {
        case .sha1: "SHA1"
        case .sha256: "SHA256"
        case .sha512: "SHA512"
        }
    }

    var fetched: FetchedDigest {
        switch self {
        case .sha1: .sha1
        case .sha256: .sha256
        case .sha512: .sha512
        }
    }
}

/// One hash of bytes that are all there.
package enum Digest {
    /// The digest of `bytes`.
    package static func of(_ bytes: [UInt8], _ algorithm: DigestAlgorithm = .sha256) -> [UInt8] {
        let running = DigestContext(algorithm)
        running.update(bytes)
        return running.finish()
    }
}

/// A hash of bytes that come in pieces.
///
/// Safe to share; the pieces count in the order of their arrival.
package final class RunningDigest: Sendable {
    private enum State {
        case running(DigestContext)
        case finished([UInt8])
    }

    private let state: Mutex<State>

    package init(_ algorithm: DigestAlgorithm = .sha256) {
        state = Mutex(.running(DigestContext(algorithm)))
    }

    /// Adds a piece; nothing after ``finish()``.
    package func update(_ bytes: [UInt8]) {
        state.withLock { state in
            if case .running(let context) = state { context.update(bytes) }
        }
    }

    /// The digest of all pieces; the same again when asked again.
    package func finish() -> [UInt8] {
        state.withLock { state in
            switch state {
            case .running(let context):
                let digest = context.finish()
                state = .finished(digest)
                return digest
            case .finished(let digest):
                return digest
            }
        }
    }
}

/// An implementation of a hash function, fetched once and kept for the life of the process.
///
/// `@unchecked Sendable`: OpenSSL's fetched methods are immutable and counted atomically.
@safe
final class FetchedDigest: @unchecked Sendable {
    static let sha1 = FetchedDigest(.sha1)
    static let sha256 = FetchedDigest(.sha256)
    static let sha512 = FetchedDigest(.sha512)

    let pointer: OpaquePointer

    private init(_ algorithm: DigestAlgorithm) {
        guard let made = unsafe EVP_MD_fetch(nil, algorithm.openSSLName, nil) else {
            preconditionFailure("OpenSSL has no \(algorithm.rawValue): \(OpenSSLQueue.takeWords())")
        }
        unsafe pointer = made
    }

    deinit {
        unsafe EVP_MD_free(pointer)
    }
}

/// Owns one `EVP_MD_CTX`.
///
/// With a fetched hash, feeding and ending it fail only for want of memory.
@safe
private final class DigestContext: @unchecked Sendable {
    // `@unchecked Sendable`: lives in one function or behind the lock of `RunningDigest`.
    private let pointer: OpaquePointer
    private let length: Int

    init(_ algorithm: DigestAlgorithm) {
        length = algorithm.length
        guard let made = unsafe EVP_MD_CTX_new() else { preconditionFailure("OpenSSL is out of memory") }
        unsafe pointer = made
        let code = unsafe EVP_DigestInit_ex2(pointer, algorithm.fetched.pointer, nil)
        precondition(code == 1, "OpenSSL cannot begin a digest")
    }

    deinit {
        unsafe EVP_MD_CTX_free(pointer)
    }

    func update(_ bytes: [UInt8]) {
        let code = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(pointer, $0.baseAddress, $0.count) }
        precondition(code == 1, "OpenSSL cannot go on with a digest")
    }

    func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: length)
        let code = unsafe digest.withUnsafeMutableBufferPointer {
            unsafe EVP_DigestFinal_ex(pointer, $0.baseAddress, nil)
        }
        precondition(code == 1, "OpenSSL cannot end a digest")
        return digest
    }
}
