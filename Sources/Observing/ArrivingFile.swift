import Cryptography
import Foundation
import Gzip
import Synchronization

/// A download as it comes: its digest, and beside it what is inside if it is gzip.
///
/// Defender packs some of the files that it fetches and says so nowhere but in a name that we do not see. The digest
/// that people compare is that of the file on the machine, so it is unpacked while it arrives, on the thread that
/// writes it; what turns out to be no gzip, or is too large unpacked, is kept as it was delivered.
final class ArrivingFile: Sendable {
    private struct State {
        var delivered: Int64 = 0
        var inside: Int64 = 0
        /// The first bytes of either: gzip begins with two that say so.
        var head: [UInt8] = []
        var insideHead: [UInt8] = []
        let gunzip = Gunzip()
        var handle: FileHandle?
        var isGivenUp = false
    }

    private let unpackedPath: String
    private let bytesMax: Int64
    private let digest = RunningDigest()
    private let insideDigest = RunningDigest()
    private let state: Mutex<State>

    /// - Parameters:
    ///   - unpackedPath: Where what is inside is written.
    ///   - bytesMax: What may be written, delivered and unpacked together.
    init(unpackedPath: String, bytesMax: Int64) {
        self.unpackedPath = unpackedPath
        self.bytesMax = bytesMax
        state = Mutex(State())
    }

    func take(_ bytes: [UInt8]) {
        digest.update(bytes)
        state.withLock { state in
            state.delivered += Int64(bytes.count)
            if state.head.count < 2 { state.head += bytes.prefix(2 - state.head.count) }
            guard !state.isGivenUp else { return }
            unpack(bytes, &state)
            if state.isGivenUp { drop(&state) }
        }
    }

    /// What there is once all has come.
    ///
    /// Where the file that was asked for is gzip by its own name, only gzip inside gzip was packed for the way.
    func finish(isNamedGzip: Bool) -> Arrived {
        state.withLock { state in
            let isWhole = !state.isGivenUp && state.gunzip.isComplete && state.handle != nil
            let isPacked = isWhole && (!isNamedGzip || Gunzip.isMark(state.insideHead))
            do {
                try state.handle?.synchronize()
                try state.handle?.close()
            } catch {
                state.isGivenUp = true
            }
            state.handle = nil
            let delivered = Hex.encode(digest.finish())
            guard isPacked, !state.isGivenUp else {
                return Arrived(
                    sha256: delivered,
                    bytes: state.delivered,
                    delivered: nil,
                    isStillPacked: Gunzip.isMark(state.head) && !isNamedGzip
                )
            }
            let inside = Hex.encode(insideDigest.finish())
            return Arrived(sha256: inside, bytes: state.inside, delivered: delivered, isStillPacked: false)
        }
    }

    private func unpack(_ bytes: [UInt8], _ state: inout State) {
        let (delivered, most, digest) = (state.delivered, bytesMax, insideDigest)
        do {
            if state.handle == nil {
                guard
                    FileManager.default.createFile(
                        atPath: unpackedPath,
                        contents: nil,
                        attributes: [.posixPermissions: 0o600]
                    )
                else {
                    state.isGivenUp = true
                    return
                }
                state.handle = try FileHandle(forWritingTo: URL(fileURLWithPath: unpackedPath))
            }
            var (inside, head) = (state.inside, state.insideHead)
            let handle = state.handle
            let hasRoom = try state.gunzip.push(bytes) { piece in
                inside += Int64(piece.count)
                if head.count < 2 { head += piece.prefix(2 - head.count) }
                guard inside + delivered <= most, (try? handle?.write(contentsOf: piece)) != nil else {
                    return false
                }
                digest.update(piece)
                return true
            }
            (state.inside, state.insideHead) = (inside, head)
            if !hasRoom { state.isGivenUp = true }
        } catch {
            // No gzip, or a disk that takes no more: the delivered file is all that is kept.
            state.isGivenUp = true
        }
    }

    private func drop(_ state: inout State) {
        try? state.handle?.close()
        state.handle = nil
        try? FileManager.default.removeItem(atPath: unpackedPath)
    }
}

/// A file that has come.
struct Arrived: Sendable, Hashable {
    /// Of what is kept.
    let sha256: String
    let bytes: Int64
    /// The digest of what came, if what is kept was inside it.
    let delivered: String?
    /// It is gzip and could not be unpacked, or not within the room there is.
    let isStillPacked: Bool
}
