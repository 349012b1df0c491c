import Defender
import Foundation
import JSONReader
import Vocabulary
import Yams

/// Reads a cases file, strictly: an unknown key, name, action or code is an error with its place.
struct CasesReader {
    /// More cases than this in one file are a mistake.
    static let casesMax = 10_000

    let reading: SettingsReading
    let settings: Settings
    /// The moment of cases that name none.
    let now: Timestamp

    /// - Throws: ``SettingsProblems`` with everything that is wrong.
    static func read(
        _ file: String,
        for settings: Settings,
        now: Timestamp
    ) throws(SettingsProblems) -> [PolicyCase] {
        let reading = SettingsReading(file: file, environment: [:], secrets: .unread)
        let cases = CasesReader(reading: reading, settings: settings, now: now).cases()
        guard !reading.hasErrors else { throw SettingsProblems(reading.problems) }
        return cases
    }

    private func cases() -> [PolicyCase] {
        guard let root = reading.root(),
            let fields = Fields(root, "the cases file", known: ["machines", "now", "cases"], in: reading)
        else { return [] }
        let machines = page(fields)
        let now = moment(fields) ?? now
        guard let node = fields["cases"] else {
            fields.missing("cases")
            return []
        }
        guard let items = node.sequence, !items.isEmpty, items.count <= Self.casesMax else {
            reading.error(
                node,
                "\"cases\" is no list of 1 to \(Self.casesMax) cases",
                "write `- { when: { … }, expect: allow }`"
            )
            return []
        }
        return items.enumerated().compactMap { one($0.offset + 1, $0.element, machines, now) }
    }

    private func one(
        _ number: Int,
        _ node: Node,
        _ machines: MachinePage?,
        _ now: Timestamp
    ) -> PolicyCase? {
        let title = "case \(number)"
        let known = ["name", "when", "expect", "because"]
        guard let fields = Fields(node, title, known: known, in: reading) else { return nil }
        let expected = fields.word("expect", of: ["allow", "hold", "refuse"])
        if fields["expect"] == nil { fields.missing("expect") }
        let because = fields.word("because", of: PolicyCase.codes)
        guard let when = fields["when"] else {
            fields.missing("when")
            return nil
        }
        guard let wish = WishReader(reading: reading, settings: settings, title: title).read(when),
            let expected
        else { return nil }
        return PolicyCase(
            file: reading.file,
            line: node.mark?.line ?? 1,
            name: fields.text("name") ?? wish.words,
            wish: wish.wish,
            machines: wish.machine.map { MachinePage(listing: ["value": [$0]]) } ?? page(wish.fields)
                ?? machines,
            now: moment(wish.fields) ?? now,
            expected: expected,
            because: because
        )
    }

    /// `machines: FILE`, as Defender lists them, relative to the cases.
    private func page(_ fields: Fields) -> MachinePage? {
        guard let name = fields.text("machines") else { return nil }
        let path = reading.path(name)
        guard let data = FileManager.default.contents(atPath: path),
            let json = try? JSONReader.read(Array(data), root: .object),
            let page = MachinePage(listing: json)
        else {
            reading.error(
                fields["machines"],
                "\(path) holds no list of machines",
                #"write {"value": [machine…]} as Defender answers GET /api/machines"#
            )
            return nil
        }
        return page
    }

    /// `now: 2026-11-02T09:14:07Z`, or Unix seconds.
    private func moment(_ fields: Fields) -> Timestamp? {
        guard let text = fields.text("now") else { return nil }
        if let moment = Int64(text).map({ Timestamp(seconds: $0) }) ?? Timestamp(iso8601: text) {
            return moment
        }
        reading.error(fields["now"], "\"now\" is \"\(text)\", no time", "write such as 2026-11-02T09:14:07Z")
        return nil
    }
}
