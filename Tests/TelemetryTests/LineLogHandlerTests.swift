import Foundation
import Logging
import Synchronization
import Testing
import Vocabulary

@testable import Telemetry

struct LineLogHandlerTests {
    private let lines = Lines()

    private func logger(_ format: LogFormat, colours: Bool = false, scrubber: Scrubber = Scrubber()) -> Logger
    {
        Logger(label: "bascule") { [lines] label in
            LineLogHandler(
                label: label,
                format: format,
                level: .trace,
                colours: colours,
                scrubber: scrubber,
                now: { Timestamp(milliseconds: 1_793_000_000_123) },
                write: { lines.add($0) }
            )
        }
    }

    @Test func `a text line is time, level, message and sorted fields`() {
        logger(.text).info(
            "delivery accepted",
            metadata: ["source": "siem", "because": "two words", "n": "\(3)"]
        )
        let expected = #"INFO     delivery accepted because="two words" n=3 source=siem"#
        #expect(lines.all == ["2026-10-26T07:33:20.123Z \(expected)"])
    }

    @Test func `a JSON line is one object that a parser reads back`() throws {
        logger(.json).warning(
            "odd \"things\"",
            metadata: ["message": "x\ny\u{1B}[31m", "list": ["a", "b"], "outer": ["inner": "c"]]
        )
        let line = try #require(lines.all.first)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
        )
        #expect(
            object == [
                "at": "2026-10-26T07:33:20.123Z", "level": "warning", "logger": "bascule",
                "message": #"odd "things""#, "message_": "x\ny\u{1B}[31m", "list.0": "a", "list.1": "b",
                "outer.inner": "c",
            ]
        )
    }

    @Test(arguments: LogFormat.allCases)
    func `nothing in a value breaks the line or the terminal`(format: LogFormat) {
        let nasty = "a\nb\rc\u{1B}[2Jd\u{202E}e\u{2028}f\u{0}g\u{85}h\u{200B}"
        logger(format).error("\(nasty)", metadata: ["\(nasty)": "\(nasty)"])
        let line = lines.all.first ?? ""
        #expect(!line.isEmpty)
        for scalar in line.unicodeScalars {
            #expect(scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value))
            #expect(![0x202E, 0x2028, 0x200B].contains(scalar.value))
        }
    }

    @Test func `colours come only when asked for`() {
        logger(.text, colours: true).error("x")
        logger(.text).error("x")
        #expect(lines.all.map { $0.contains("\u{1B}") } == [true, false])
    }

    @Test func `a secret is found in no line at trace level`() {
        let planted = "planted-5up3r-5ecret"
        for format in LogFormat.allCases {
            let logger = logger(format, scrubber: Scrubber(knowing: [Secret(planted)]))
            logger.trace("\(planted)", metadata: ["anything": "x\(planted)y"])
            logger.info(
                "x",
                metadata: ["deep": ["list": ["\(planted)"]], "value": .stringConvertible(Secret(planted))]
            )
            logger.error("x", error: PlantedError(text: planted))
        }
        #expect(lines.all.count == 6)
        #expect(!lines.all.contains { $0.contains(planted) })
        #expect(lines.all.contains { $0.contains("<redacted>") })
    }

    @Test func `an error written for people says its code and message`() {
        logger(.text).error("x", error: PlantedError(text: "why"))
        #expect(lines.all.first?.contains(#"error="planted.code: Because why.""#) == true)
    }

    @Test func `a long value is cut`() {
        logger(.text).info("x", metadata: ["v": "\(String(repeating: "a", count: 5_000))"])
        #expect(lines.all.first.map { $0.count < 2_100 && $0.hasSuffix("a…\"") } == true)
    }

    @Test func `strangers write ten lines a minute of a kind, and the next line says how many were left out`()
    {
        let clock = TestClock()
        let bounded = BoundedLog(perMinute: 2, now: { clock.now })
        let logger = logger(.text)
        for _ in 1...5 { bounded.log(kind: "bad-signature", to: logger, "rejected") }
        bounded.log(kind: "too-old", to: logger, "rejected")
        clock.advance(seconds: 60)
        bounded.log(kind: "bad-signature", to: logger, "rejected")
        bounded.log(kind: "bad-signature", to: logger, "rejected")
        #expect(lines.all.count == 5)
        #expect(lines.all.map { $0.contains("left-out=3") } == [false, false, false, true, false])
    }

    @Test func `kinds beyond the limit share one window`() {
        let clock = TestClock()
        let bounded = BoundedLog(perMinute: 1, now: { clock.now })
        let logger = logger(.text)
        for number in 1...1_000 { bounded.log(kind: "kind-\(number)", to: logger, "x") }
        #expect(lines.all.count == BoundedLog.kindsMax + 1)
    }
}

private struct PlantedError: Explained {
    let text: String
    var code: String { "planted.code" }
    var message: String { "Because \(text)." }
    var fix: String { "Nothing." }
}

private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) {
        lines.withLock { $0.append(line) }
    }
}

private final class TestClock: Sendable {
    private let time = Mutex(Timestamp(seconds: 1_793_000_000))
    var now: Timestamp { time.withLock { $0 } }

    func advance(seconds: Int64) {
        time.withLock { $0 = $0 + .seconds(seconds) }
    }
}
