import Catalogue
import Defender
import Synchronization
import Testing

/// Calls are counted ahead of Defender's windows (design §9, rate budget).
struct RateTests {
    private func ledger(_ minute: Int = 100, _ hour: Int = 1_500) -> RateLedger {
        RateLedger(
            window: RateWindow(perMinute: minute, perHour: hour),
            packageWindow: RateWindow(perMinute: 2, perHour: 120)
        )
    }

    @Test(arguments: [
        (CallPriority.containment, 100), (.settling, 100), (.action, 80), (.watching, 80), (.question, 80),
    ])
    func `twenty calls of each minute are kept for containment and settling`(
        priority: CallPriority,
        count: Int
    ) {
        var ledger = ledger()
        for call in 0..<count {
            let now = Duration.milliseconds(call * 10)
            #expect(ledger.wait(for: .call, priority: priority, ahead: 0, at: now) == .zero)
            ledger.count(.call, at: now)
        }
        let wait = ledger.wait(for: .call, priority: priority, ahead: 0, at: .seconds(10))
        #expect(wait == .seconds(50))
        #expect(
            ledger.wait(for: .call, priority: priority, ahead: 0, at: .milliseconds(59_999))
                == .milliseconds(1)
        )
        #expect(ledger.wait(for: .call, priority: priority, ahead: 0, at: .seconds(60)) == .zero)
        #expect(ledger.wait(for: .call, priority: priority, ahead: 1, at: .seconds(60)) == .milliseconds(10))
    }

    @Test func `a fifth of each hour is kept as well`() {
        var ledger = ledger()
        for call in 0..<1_200 { ledger.count(.call, at: .seconds(call * 2)) }
        let now = Duration.seconds(2_400)
        #expect(ledger.wait(for: .call, priority: .watching, ahead: 0, at: now) == .seconds(1_200))
        #expect(ledger.wait(for: .call, priority: .containment, ahead: 0, at: now) == .zero)
        for _ in 0..<70 { ledger.count(.call, at: now) }
        #expect(ledger.used(at: now) == (minute: 99, hour: 1_270))
    }

    @Test func `package addresses have a window of their own and count in the general one`() {
        var ledger = ledger()
        ledger.count(.packageAddress, at: .zero)
        ledger.count(.packageAddress, at: .seconds(10))
        #expect(
            ledger.wait(for: .packageAddress, priority: .watching, ahead: 0, at: .seconds(20)) == .seconds(40)
        )
        #expect(ledger.wait(for: .call, priority: .watching, ahead: 0, at: .seconds(20)) == .zero)
        #expect(ledger.used(at: .seconds(20)).minute == 2)
    }

    @Test func `a pause of package addresses does not stop an isolate`() {
        var ledger = ledger()
        ledger.pause(.packageAddress, until: .seconds(100))
        #expect(ledger.wait(for: .packageAddress, priority: .watching, ahead: 0, at: .zero) == .seconds(100))
        #expect(ledger.wait(for: .call, priority: .containment, ahead: 0, at: .zero) == .zero)
        ledger.pause(.call, until: .seconds(5))
        ledger.pause(.call, until: .seconds(3))
        #expect(ledger.wait(for: .call, priority: .containment, ahead: 0, at: .zero) == .seconds(5))
    }

    @Test func `a window smaller than the reserve leaves half of it to everybody`() {
        var ledger = ledger(4, 100)
        for _ in 0..<2 { ledger.count(.call, at: .zero) }
        #expect(ledger.wait(for: .call, priority: .question, ahead: 0, at: .zero) == .seconds(60))
        #expect(ledger.wait(for: .call, priority: .containment, ahead: 0, at: .zero) == .zero)
    }

    @Test func `who cannot be served in time is told when`() async throws {
        let manual = ManualTime()
        let budget = RateBudget(
            window: RateWindow(perMinute: 1, perHour: 100),
            clock: manual.time
        )
        try await budget.take(priority: .containment, patience: .zero)
        manual.advance(by: .milliseconds(500))
        let error = try await refusal {
            try await budget.take(priority: .containment, patience: .seconds(10))
        }
        #expect(error.kind == .throttled)
        #expect(error.retryAfter == .milliseconds(59_500))
        #expect(error.mayHaveBeenExecuted == false)
        #expect(error.message.contains("1m"))
    }

    @Test func `of those who wait the isolate goes first, whoever came first`() async throws {
        let manual = ManualTime()
        let budget = RateBudget(window: RateWindow(perMinute: 2, perHour: 100), clock: manual.time)
        let (served, order) = AsyncStream.makeStream(of: CallPriority.self)
        var next = served.makeAsyncIterator()
        try await budget.take(priority: .containment, patience: .zero)
        manual.advance(by: .seconds(55))
        try await budget.take(priority: .containment, patience: .zero)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, priority) in [CallPriority.settling, .containment].enumerated() {
                group.addTask {
                    try await budget.take(priority: priority, patience: .seconds(120))
                    order.yield(priority)
                }
                await manual.untilSlept(index + 1)
            }
            manual.advance(by: .seconds(5))
            // The one that has to wait again has found the call taken.
            await manual.untilSlept(3)
            #expect(await next.next() == .containment)
            manual.advance(by: .seconds(55))
            try await group.waitForAll()
        }
        #expect(await next.next() == .settling)
    }
}
