import Foundation
import Glibc
import Vocabulary

/// Where the body of an answer goes.
enum BodyTarget: Sendable {
    /// `cuts` makes a longer one end there instead of failing.
    case memory(bytesMax: Int, cuts: Bool = false)
    /// `otherBytesMax` bounds the body of an answer that is not 2xx, which is dropped.
    case file(
        path: String,
        bytesMax: Int64,
        otherBytesMax: Int,
        onBytes: @Sendable ([UInt8]) -> Void
    )
}

/// Takes the body of one answer piece by piece.
///
/// Lives on the loop's thread.
struct BodyReceiver {
    private(set) var bytes: [UInt8] = []
    private(set) var bytesWritten: Int64 = 0
    /// There is more than was asked for; nothing further is read.
    private(set) var isCut = false
    private var bytesDropped = 0
    private let target: BodyTarget
    private var file: Int32?

    init(_ target: BodyTarget) {
        self.target = target
    }

    /// Called once, when the headers of the final answer are complete, so that an empty body makes a file too.
    mutating func begin(status: Int) throws(TransferFailure) {
        guard case .file(let path, _, _, _) = target, (200...299).contains(status), file == nil else {
            return
        }
        let opened = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard opened >= 0 else { throw Self.fileFailure() }
        file = opened
    }

    mutating func take(_ piece: [UInt8]) throws(TransferFailure) {
        switch target {
        case .memory(let bytesMax, let cuts):
            if bytes.count + piece.count > bytesMax {
                guard cuts else { throw Self.tooLarge(Int64(bytesMax)) }
                isCut = true
            }
            bytes += piece.prefix(bytesMax - bytes.count)
        case .file(_, let bytesMax, let otherBytesMax, let onBytes):
            guard let file else {
                bytesDropped += piece.count
                guard bytesDropped <= otherBytesMax else { throw Self.tooLarge(Int64(otherBytesMax)) }
                return
            }
            guard bytesWritten + Int64(piece.count) <= bytesMax else { throw Self.tooLarge(bytesMax) }
            try Self.write(piece, to: file)
            bytesWritten += Int64(piece.count)
            onBytes(piece)
        }
    }

    /// Closes the file; a transfer that failed leaves none behind.
    ///
    /// - Throws: ``TransferFailure`` if the file system reports a late write error.
    mutating func end(isComplete: Bool) throws(TransferFailure) {
        guard let opened = file, case .file(let path, _, _, _) = target else { return }
        file = nil
        let closed = Glibc.close(opened)
        let failure = closed == 0 ? nil : Self.fileFailure()
        if !isComplete || failure != nil { unsafe unlink(path) }
        if let failure { throw failure }
    }

    private static func write(_ piece: [UInt8], to file: Int32) throws(TransferFailure) {
        var rest = piece[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw fileFailure() }
            rest = rest.dropFirst(count)
        }
    }

    private static func tooLarge(_ limit: Int64) -> TransferFailure {
        TransferFailure(kind: .tooLarge, mayHaveBeenExecuted: true, detail: "the limit is \(limit) bytes")
    }

    private static func fileFailure() -> TransferFailure {
        TransferFailure(
            kind: .file,
            mayHaveBeenExecuted: true,
            detail: unsafe String(cString: strerror(errno))
        )
    }
}
