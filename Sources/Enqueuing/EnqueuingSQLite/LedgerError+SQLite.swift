import Enqueuing
import GRDB

extension LedgerError {
    /// What SQLite says, in the ledger's words; what is no error of the store passes unchanged.
    ///
    /// SQL and values are left out: rows hold addresses that are credentials.
    static func translating(_ error: any Error) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return LedgerError.damaged(error.message ?? "SQLite cannot read the file")
        case .SQLITE_FULL: return LedgerError.unavailable("the disk is full")
        case .SQLITE_CANTOPEN: return LedgerError.unavailable("the file cannot be opened")
        case .SQLITE_READONLY, .SQLITE_PERM: return LedgerError.unavailable("the file may not be written")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return LedgerError.unavailable("another process holds the file")
        case .SQLITE_IOERR: return LedgerError.unavailable("the disk failed (\(error.extendedResultCode))")
        default: return LedgerError.unavailable("\(error.message ?? "SQLite failed") (\(error.resultCode))")
        }
    }
}
