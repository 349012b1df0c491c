import JSONReader
import Vocabulary

/// What the simulated Defender knows besides machines and their actions: alerts, software, indicators.
///
/// One list a collection, as the script gives it; calls that change something change it here.
struct RecordShelf: Sendable, Codable, Equatable {
    /// By the collection's name in addresses, in lower case, such as `alerts`.
    private var lists: [String: [Record]]

    init(_ script: SimulatorScript) {
        lists = [:]
        for (name, rows) in script.records { lists[name.lowercased()] = rows.map(Record.init(fields:)) }
        for (name, rows) in FactSample.rows(script) where lists[name] == nil {
            lists[name] = rows.map(Record.init(fields:))
        }
        var known = Set(rows("alerts").compactMap { $0["id"]?.string })
        for (alert, machine) in script.alerts.sorted(by: { $0.key < $1.key }) {
            guard known.insert(alert).inserted else { continue }
            append(AlertRecord.make(id: alert, machine: machine, in: script), to: "alerts")
        }
    }

    func rows(_ collection: String) -> [[String: JSONValue]] {
        (lists[collection.lowercased()] ?? []).map(\.fields)
    }

    /// The first row whose `key` is that text, without regard to case.
    func row(_ collection: String, where key: String = "id", is text: String) -> [String: JSONValue]? {
        rows(collection).first { $0[key]?.string?.lowercased() == text.lowercased() }
    }

    mutating func append(_ fields: [String: JSONValue], to collection: String) {
        lists[collection.lowercased(), default: []].append(Record(fields: fields))
    }

    /// Puts a row in the place of the one with the same `key`; false if there is none.
    @discardableResult
    mutating func replace(
        _ fields: [String: JSONValue],
        in collection: String,
        by key: String = "id"
    ) -> Bool {
        let name = collection.lowercased()
        guard
            let place = lists[name]?.firstIndex(where: {
                $0.fields[key]?.string?.lowercased() == fields[key]?.string?.lowercased()
            })
        else { return false }
        lists[name]?[place] = Record(fields: fields)
        return true
    }

    /// False if there was none.
    mutating func remove(_ collection: String, where key: String = "id", is text: String) -> Bool {
        let name = collection.lowercased()
        let before = lists[name]?.count ?? 0
        lists[name]?.removeAll { $0.fields[key]?.string?.lowercased() == text.lowercased() }
        return (lists[name]?.count ?? 0) < before
    }
}

/// One entity, kept as its JSON text.
private struct Record: Sendable, Codable, Equatable {
    var fields: [String: JSONValue]

    init(fields: [String: JSONValue]) {
        self.fields = fields
    }

    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        fields = try JSONReader.read(text, root: .object).object ?? [:]
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(JSONValue.object(fields).encodedText)
    }
}
