import Enqueuing
import Foundation
import Glibc

/// Keeps a second bridge away from the same file.
///
/// Two bridges would each be correct, since SQLite serialises them, but twice as eager at Defender, and each
/// would wait for the other's leases. `flock` on a file of its own beside the ledger: the kernel lets it go
/// when the process ends, however it ends, and it does not touch SQLite's own locks, which a `close` of the
/// ledger's file anywhere in the process would drop. Readers do not ask for it.
final class LedgerLock: Sendable {
    private let file: FileHandle

    /// - Throws: ``LedgerError/unavailable(_:)`` if another process, or this one, has it.
    init(besides path: String) throws {
        let lockPath = path + ".lock"
        try OwnFile.make(at: lockPath)
        guard let file = FileHandle(forUpdatingAtPath: lockPath) else {
            throw LedgerError.unavailable("\(lockPath) cannot be opened")
        }
        let descriptor = file.fileDescriptor
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
            throw LedgerError.unavailable("\(lockPath) cannot be kept from child processes")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw LedgerError.unavailable("another bridge is running on \(path)")
        }
        self.file = file
    }

    /// Lets go; doing it again does nothing.
    func release() {
        _ = flock(file.fileDescriptor, LOCK_UN)
    }
}

/// Files that only the bridge's own user may read.
enum OwnFile {
    /// Creates the file if it is not there, and takes other users' rights to it away if it is.
    static func make(at path: String) throws {
        let files = FileManager.default
        let rights: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        if !files.fileExists(atPath: path) {
            guard files.createFile(atPath: path, contents: nil, attributes: rights) else {
                throw LedgerError.unavailable("\(path) cannot be created")
            }
        }
        do {
            try files.setAttributes(rights, ofItemAtPath: path)
        } catch {
            throw LedgerError.unavailable("the rights of \(path) cannot be set to 0600")
        }
    }
}
