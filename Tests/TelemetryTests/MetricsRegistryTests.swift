import Metrics
import Testing
import Vocabulary

@testable import Telemetry

struct MetricsRegistryTests {
    @Test func `counters, gauges and timers are written in Prometheus' form`() {
        let registry = MetricsRegistry()
        Counter(label: "http.requests", dimensions: [("code", "200")], factory: registry).increment(by: 2)
        Counter(label: "http.requests", dimensions: [("code", "200")], factory: registry).increment()
        Gauge(label: "load", factory: registry).record(0.5)
        let timer = Timer(label: "wait", factory: registry)
        timer.recordMilliseconds(20)
        timer.recordSeconds(7200)
        let text = registry.prometheusText()
        #expect(text.contains("# TYPE http_requests counter\nhttp_requests{code=\"200\"} 3\n"))
        #expect(text.contains("# TYPE load gauge\nload 0.5\n"))
        #expect(text.contains("wait_bucket{le=\"0.01\"} 0\n"))
        #expect(text.contains("wait_bucket{le=\"0.05\"} 1\n"))
        #expect(text.contains("wait_bucket{le=\"1800\"} 1\n"))
        #expect(text.contains("wait_bucket{le=\"+Inf\"} 2\nwait_sum 7200.02\nwait_count 2\n"))
    }

    @Test func `label values are escaped and scrubbed`() {
        let registry = MetricsRegistry(scrubber: Scrubber(knowing: [Secret("hush-hush-hush")]))
        Counter(label: "c", dimensions: [("v", "a\"b\\c\nd hush-hush-hush")], factory: registry).increment()
        #expect(registry.prometheusText().contains(#"c{v="a\"b\\c\nd <redacted>"} 1"#))
    }

    @Test func `a metric grows no further than its limit`() {
        let registry = MetricsRegistry()
        for number in 1...1_000 {
            Counter(label: "c", dimensions: [("who", "\(number)")], factory: registry).increment()
        }
        let lines = registry.prometheusText().split(separator: "\n")
        #expect(lines.count == MetricsRegistry.seriesMax + 2)
        #expect(lines.contains("c{who=\"other\"} \(1_000 - MetricsRegistry.seriesMax)"))
    }

    @Test func `a name of two kinds keeps the first and harms nobody`() {
        let registry = MetricsRegistry()
        Counter(label: "x", factory: registry).increment()
        Gauge(label: "x", factory: registry).record(7)
        Timer(label: "x", factory: registry).recordSeconds(1)
        #expect(registry.prometheusText() == "# TYPE x counter\nx 1\n")
    }

    @Test func `every metric of the bridge is declared before it has a value`() {
        let registry = MetricsRegistry()
        _ = BridgeMetrics(in: registry)
        let text = registry.prometheusText()
        for name in [
            "deliveries_total", "rejections_total", "decisions_total", "jobs", "queue_depth",
            "oldest_job_age_seconds",
            "delivery_to_submission_seconds", "defender_calls_total", "defender_last_good_timestamp_seconds",
            "token_last_good_timestamp_seconds", "expiry_days", "untold_replies",
        ] {
            #expect(text.contains("# HELP bascule_\(name) "), "\(name)")
        }
    }

    @Test func `what the bridge counts is found under its labels`() {
        let registry = MetricsRegistry()
        let metrics = BridgeMetrics(in: registry)
        metrics.countDelivery(source: SourceName("siem"), verdict: "accepted")
        metrics.countRejection(source: nil, reason: "too-large")
        metrics.countDecision(action: "isolate", outcome: "allow")
        metrics.countDefenderCall(kind: "isolate", outcome: "ok")
        metrics.setJobs(["ready": 2, "watching": 1])
        metrics.setJobs(["watching": 3])
        metrics.setQueue(depth: 4, oldestAge: .milliseconds(2_500))
        metrics.recordDeliveryToSubmission(.milliseconds(300))
        metrics.sawToken(at: Timestamp(seconds: 100))
        metrics.sawDefender(at: Timestamp(seconds: 200))
        metrics.setExpiry(of: "listener-certificate", left: .seconds(86_400 * 3))
        metrics.setUntold(1)
        let lines = Set(registry.prometheusText().split(separator: "\n").map(String.init))
        let expected: Set = [
            #"bascule_deliveries_total{source="siem",verdict="accepted"} 1"#,
            #"bascule_rejections_total{source="",reason="too-large"} 1"#,
            #"bascule_decisions_total{action="isolate",outcome="allow"} 1"#,
            #"bascule_defender_calls_total{call="isolate",outcome="ok"} 1"#,
            #"bascule_jobs{state="ready"} 0"#,
            #"bascule_jobs{state="watching"} 3"#, "bascule_queue_depth 4",
            "bascule_oldest_job_age_seconds 2.5",
            #"bascule_delivery_to_submission_seconds_bucket{le="0.5"} 1"#,
            "bascule_token_last_good_timestamp_seconds 100",
            "bascule_defender_last_good_timestamp_seconds 200",
            #"bascule_expiry_days{name="listener-certificate"} 3"#, "bascule_untold_replies 1",
        ]
        #expect(expected.subtracting(lines) == [])
    }
}
