package import Metrics
import Synchronization

/// Keeps every metric of the process and writes them in Prometheus' text form.
///
/// Also a factory of swift-metrics, so that libraries report here. A metric has at most ``seriesMax`` sets of label
/// values; further ones are counted under `other`, so that no sender can make it grow.
package final class MetricsRegistry: MetricsFactory {
    /// Sets of label values a metric may have.
    package static let seriesMax = 200
    /// Metrics there may be; further ones are taken and not shown.
    package static let metricsMax = 500

    private enum Series {
        case scalar(ScalarSeries)
        case histogram(HistogramSeries)
    }

    private struct Family {
        let kind: Kind
        var help: String?
        var series: [[Label]: Series] = [:]
    }

    private struct Label: Hashable {
        let name: String
        let value: String
    }

    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    private static let secondsBounds = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800]

    private let scrubber: Scrubber
    private let families = Mutex<[String: Family]>([:])

    /// - Parameter scrubber: Applied to label values, so that not even a library's label carries a secret.
    package init(scrubber: Scrubber = Scrubber()) {
        self.scrubber = scrubber
    }

    // MARK: The factory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        scalar(label, .counter, dimensions)
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        scalar(label, .counter, dimensions)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        scalar(label, .gauge, dimensions)
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return GaugeRecorder(scalar(label, .gauge, dimensions)) }
        return histogram(label, dimensions)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions)
    }

    /// Series stay until the process ends: a counter that vanished would look like a restart.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    // MARK: Series

    func scalar(_ name: String, _ kind: Kind, _ labels: [(String, String)]) -> ScalarSeries {
        let found = find(name, kind, labels) { .scalar(ScalarSeries()) }
        if case .scalar(let series) = found { return series }
        return ScalarSeries()
    }

    func histogram(_ name: String, _ labels: [(String, String)]) -> HistogramSeries {
        let found = find(name, .histogram, labels) { .histogram(HistogramSeries(bounds: Self.secondsBounds)) }
        if case .histogram(let series) = found { return series }
        return HistogramSeries(bounds: Self.secondsBounds)
    }

    /// Shows the metric with this text, also before it has a value.
    func declare(_ name: String, _ kind: Kind, help: String) {
        families.withLock { $0[name, default: Family(kind: kind)].help = help }
    }

    /// Sets every series of a gauge to zero, before those that are not are set again.
    func zero(_ name: String) {
        families.withLock { families in
            for case .scalar(let series) in families[name]?.series.values.map({ $0 }) ?? [] {
                series.set(0.0)
            }
        }
    }

    /// - Returns: Nil where a metric of that name is of another kind, or there are too many.
    private func find(
        _ name: String,
        _ kind: Kind,
        _ labels: [(String, String)],
        make: () -> Series
    ) -> Series? {
        let name = PrometheusText.name(name)
        let key = labels.map { Label(name: PrometheusText.name($0.0), value: scrubber.scrub($0.1)) }
        return families.withLock { families in
            guard families[name] != nil || families.count < Self.metricsMax else { return nil }
            var family = families[name] ?? Family(kind: kind)
            guard family.kind == kind else { return nil }
            let isFull = family.series[key] == nil && family.series.count >= Self.seriesMax
            let place = isFull ? key.map { Label(name: $0.name, value: "other") } : key
            let series = family.series[place] ?? make()
            family.series[place] = series
            families[name] = family
            return series
        }
    }

    // MARK: Text

    /// Everything, in the text form 0.0.4, sorted by name.
    package func prometheusText() -> String {
        let snapshot = families.withLock { $0 }
        var text = PrometheusText()
        for (name, family) in snapshot.sorted(by: { $0.key < $1.key }) {
            text.begin(name, kind: family.kind.rawValue, help: family.help)
            let rows = family.series.map { (labels: $0.key.map { ($0.name, $0.value) }, series: $0.value) }
            for row in rows.sorted(by: { "\($0.labels)" < "\($1.labels)" }) {
                switch row.series {
                case .scalar(let series): text.add(name, row.labels, series.value)
                case .histogram(let series):
                    let totals = series.totals
                    text.add(name, row.labels, bounds: series.bounds, counts: totals.counts, sum: totals.sum)
                }
            }
        }
        return text.text
    }
}

/// A recorder that keeps the last value only.
private final class GaugeRecorder: RecorderHandler {
    private let series: ScalarSeries

    init(_ series: ScalarSeries) {
        self.series = series
    }

    func record(_ value: Int64) { series.set(value) }
    func record(_ value: Double) { series.set(value) }
}
