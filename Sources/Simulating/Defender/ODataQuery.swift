import JSONReader
import Vocabulary

/// What a list is asked for; only what the documentation shows and clients use.
struct ODataQuery: Sendable {
    static let topMax = 10_000

    var filter: ODataCondition?
    var top: Int?
    var skip = 0
    var counts = false
    var select: [String] = []
    var order: (property: String, isDescending: Bool)?

    /// Why a query is answered 400 `ODataError`.
    struct Refusal: Error {
        let text: String
    }

    /// Reads the options that begin with `$`; `filterable` are the properties that the list lets be compared.
    init(_ fields: [(name: String, value: String)], filterable: Set<String>) throws(Refusal) {
        var seen: Set<String> = []
        for (name, value) in fields where name.hasPrefix("$") {
            guard seen.insert(name.lowercased()).inserted else {
                throw Refusal(text: "Query option '\(name)' was specified more than once.")
            }
            switch name.lowercased() {
            case "$filter": filter = try ODataParser.condition(value, filterable: filterable)
            case "$top": top = try Self.number(value, name, max: Self.topMax)
            case "$skip": skip = try Self.number(value, name, max: .max)
            case "$count": counts = value.lowercased() == "true"
            case "$select": select = value.split(separator: ",").map { Self.trimmed($0) }
            case "$orderby": order = try Self.order(value)
            default: throw Refusal(text: "The query option '\(name)' is not supported.")
            }
        }
    }

    /// The rows that fit, before paging.
    func rows(of all: [[String: JSONValue]]) -> [[String: JSONValue]] {
        let fitting = filter.map { filter in all.filter { filter.holds(for: $0) } } ?? all
        guard let order else { return fitting }
        return fitting.sorted { left, right in
            let leftKey = ODataValue(left[order.property])
            let rightKey = ODataValue(right[order.property])
            return order.isDescending ? rightKey.isLess(than: leftKey) : leftKey.isLess(than: rightKey)
        }
    }

    func projected(_ row: [String: JSONValue]) -> [String: JSONValue] {
        select.isEmpty ? row : row.filter { select.contains($0.key) }
    }

    private static func number(_ text: String, _ name: String, max: Int) throws(Refusal) -> Int {
        guard let number = Int(text), number >= 0, number <= max else {
            throw Refusal(text: "Invalid value '\(text)' for \(name) query option; the limit is \(max).")
        }
        return number
    }

    private static func order(_ text: String) throws(Refusal) -> (property: String, isDescending: Bool) {
        let words = text.split(separator: " ").map(String.init)
        guard let property = words.first, words.count <= 2,
            words.count == 1 || ["asc", "desc"].contains(words[1].lowercased())
        else { throw Refusal(text: "The $orderby expression must name one property.") }
        return (property, words.count == 2 && words[1].lowercased() == "desc")
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

/// A value of a row or of a filter; a moment compares as a moment, text without regard to case.
enum ODataValue: Sendable, Equatable {
    case none
    case text(String)
    case moment(Timestamp)
    case number(Double)
    case flag(Bool)

    init(_ value: JSONValue?) {
        switch value {
        case .string(let text):
            self = Timestamp(iso8601: text).map { .moment($0) } ?? .text(text.lowercased())
        case .integer(let number): self = .number(Double(number))
        case .number(let number): self = .number(number)
        case .bool(let flag): self = .flag(flag)
        case nil, .null, .array, .object: self = .none
        }
    }

    /// False where the two cannot be compared.
    func isLess(than other: ODataValue) -> Bool {
        switch (self, other) {
        case (.text(let left), .text(let right)): left < right
        case (.moment(let left), .moment(let right)): left < right
        case (.number(let left), .number(let right)): left < right
        default: false
        }
    }
}

/// A `$filter` as a tree.
indirect enum ODataCondition: Sendable {
    case compare(property: String, operation: String, value: ODataValue)
    case startsWith(property: String, text: String)
    case within(property: String, values: [ODataValue])
    case and(ODataCondition, ODataCondition)
    case or(ODataCondition, ODataCondition)

    func holds(for row: [String: JSONValue]) -> Bool {
        switch self {
        case .and(let left, let right): return left.holds(for: row) && right.holds(for: row)
        case .or(let left, let right): return left.holds(for: row) || right.holds(for: row)
        case .startsWith(let property, let text):
            return row[property]?.string?.lowercased().hasPrefix(text) ?? false
        case .within(let property, let values): return values.contains(ODataValue(row[property]))
        case .compare(let property, let operation, let value):
            let own = ODataValue(row[property])
            switch operation {
            case "eq": return own == value
            case "ne": return own != value
            case "gt": return value.isLess(than: own)
            case "ge": return value.isLess(than: own) || own == value
            case "lt": return own.isLess(than: value)
            default: return own.isLess(than: value) || own == value
            }
        }
    }
}
