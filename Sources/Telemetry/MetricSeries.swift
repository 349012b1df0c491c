import Metrics
import Synchronization

/// One number that goes up, or up and down: a counter or a gauge with one set of labels.
final class ScalarSeries: CounterHandler, FloatingPointCounterHandler, MeterHandler, Sendable {
    private let number = Mutex(0.0)

    var value: Double { number.withLock { $0 } }

    func increment(by amount: Int64) { change(by: Double(amount)) }
    func increment(by amount: Double) { change(by: amount) }
    func decrement(by amount: Double) { change(by: -amount) }
    func reset() { set(0.0) }
    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) {
        number.withLock { $0 = value }
    }

    private func change(by amount: Double) {
        number.withLock { $0 += amount }
    }
}

/// How often values fell below each of a few bounds: a histogram with one set of labels.
final class HistogramSeries: RecorderHandler, TimerHandler, Sendable {
    struct Totals {
        /// One more than there are bounds, not cumulative; the last counts what is above them all.
        var counts: [Int]
        var sum = 0.0
    }

    let bounds: [Double]
    private let state: Mutex<Totals>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(Totals(counts: [Int](repeating: 0, count: bounds.count + 1)))
    }

    var totals: Totals { state.withLock { $0 } }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let place = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { totals in
            totals.counts[place] += 1
            totals.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) {
        record(Double(duration) / 1_000_000_000)
    }
}
