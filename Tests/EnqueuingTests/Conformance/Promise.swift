import Enqueuing
import Synchronization
import Testing
import Vocabulary

/// One promise of ``Ledger`` and how to try to break it.
///
/// A check throws ``BrokenPromise`` instead of recording an issue, so that a test can show that a broken store
/// is caught.
struct Promise: Sendable, CustomTestStringConvertible {
    /// Makes an empty store that reads this clock.
    typealias MakeLedger = @Sendable (_ clock: WallClock) async throws -> any Ledger

    let testDescription: String
    let check: @Sendable (_ ledger: any Ledger, _ clock: WallClock) async throws -> Void

    init(
        _ description: String,
        check: @escaping @Sendable (_ ledger: any Ledger, _ clock: WallClock) async throws -> Void
    ) {
        testDescription = description
        self.check = check
    }

    /// Tries the promise on a store of its own.
    func isKept(by make: MakeLedger) async throws {
        let clock = WallClock()
        try await check(make(clock), clock)
    }

    /// All promises; every store keeps every one.
    static let all: [Promise] =
        deliveries + retention + serialWrites + guardedRows + leasing + lists + claims + outbox + audit
        + changes
}

/// What a store got wrong.
struct BrokenPromise: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws unless the condition holds.
func need(_ condition: Bool, _ otherwise: @autoclosure () -> String) throws {
    guard condition else { throw BrokenPromise(otherwise()) }
}

/// Throws unless both are equal.
func need<Value: Equatable>(_ found: Value, is wanted: Value, _ what: @autoclosure () -> String) throws {
    guard found == wanted else { throw BrokenPromise("\(what()): \(found) instead of \(wanted)") }
}

/// Throws unless the work throws exactly this error.
func need(
    _ error: LedgerError,
    from what: String,
    _ work: () async throws -> Void
) async throws {
    do {
        try await work()
    } catch let found as LedgerError {
        return try need(found, is: error, what)
    }
    throw BrokenPromise("\(what) did not throw \(error)")
}

/// A wall clock that only a test moves.
final class WallClock: Sendable {
    private let moment = Mutex(Timestamp(seconds: 1_790_000_000))

    var now: Timestamp { moment.withLock { $0 } }

    func advance(by duration: Duration) {
        moment.withLock { $0 = $0 + duration }
    }
}
