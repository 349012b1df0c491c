import Enqueuing
import EnqueuingSQLite
import Testing
import Vocabulary

/// One behaviour suite for every store.
struct ConformanceTests {
    @Test(arguments: Promise.all)
    func `the memory ledger keeps its promises`(promise: Promise) async throws {
        try await promise.isKept { clock in MemoryLedger(clock: { clock.now }) }
    }

    @Test(arguments: Promise.all)
    func `the SQLite ledger keeps its promises`(promise: Promise) async throws {
        try await withTemporaryFolder { folder in
            try await promise.isKept { clock in
                try await SQLiteLedger.open(folder + "/ledger.db", clock: { clock.now })
            }
        }
    }

    @Test(arguments: BrokenStore.all.indices)
    func `a broken store is caught`(number: Int) async throws {
        let makeStore = BrokenStore.all[number]
        let store = makeStore(WallClock())
        var caught: [String] = []
        for promise in Promise.all {
            do {
                try await promise.isKept { makeStore($0) }
            } catch is BrokenPromise {
                caught.append(promise.testDescription)
            }
        }
        #expect(caught.contains(store.breaks), "“\(store.testDescription)” was caught by \(caught) only")
    }
}
