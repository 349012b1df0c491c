import JSONReader

/// A small reading of Kusto: a table, and `where`, `project`, `take`, `count` behind bars.
///
/// Enough to try the way of a query; what it does not know it refuses as Defender refuses a bad query.
struct HuntingQuery {
    struct Refusal: Error {
        let text: String
    }

    private enum Step {
        case equal(column: String, value: String, isCaseBlind: Bool)
        case project([String])
        case take(Int)
        case count
    }

    let table: String
    private let steps: [Step]

    init(_ text: String) throws(Refusal) {
        var parts = text.split(separator: "|").map {
            $0.split(whereSeparator: \.isWhitespace).map(String.init)
        }
        guard let first = parts.first, first.count == 1 else {
            throw Refusal(text: "A query begins with one table.")
        }
        table = first[0]
        parts.removeFirst()
        var steps: [Step] = []
        for words in parts { steps.append(try Self.step(words)) }
        self.steps = steps
    }

    private static func step(_ words: [String]) throws(Refusal) -> Step {
        switch words.first?.lowercased() {
        case "take", "limit":
            guard words.count == 2, let count = Int(words[1]), count >= 0 else { break }
            return .take(count)
        case "count" where words.count == 1: return .count
        case "project" where words.count > 1:
            let columns = words.dropFirst().joined().split(separator: ",").map(String.init)
            return .project(columns)
        case "where" where words.count >= 4 && ["==", "=~"].contains(words[2]):
            let value = words.dropFirst(3).joined(separator: " ")
            guard value.count > 1, value.hasPrefix("\""), value.hasSuffix("\"") else { break }
            let text = String(value.dropFirst().dropLast())
            return .equal(column: words[1], value: text, isCaseBlind: words[2] == "=~")
        default: break
        }
        throw Refusal(text: "Syntax error at '\(words.joined(separator: " ").prefix(60))'.")
    }

    /// The columns and rows of the result.
    func run(
        on rows: [[String: JSONValue]]
    ) throws(Refusal) -> (columns: [String], rows: [[String: JSONValue]]) {
        var columns = Set(rows.flatMap(\.keys)).sorted()
        var rows = rows
        for step in steps {
            switch step {
            case .equal(let column, let value, let isCaseBlind):
                guard columns.contains(column) else { throw Self.noColumn(column) }
                rows = rows.filter { row in
                    guard let text = row[column]?.string else { return false }
                    return isCaseBlind ? text.lowercased() == value.lowercased() : text == value
                }
            case .project(let wanted):
                if let unknown = wanted.first(where: { !columns.contains($0) }) {
                    throw Self.noColumn(unknown)
                }
                columns = wanted
                rows = rows.map { row in row.filter { wanted.contains($0.key) } }
            case .take(let count): rows = Array(rows.prefix(count))
            case .count:
                columns = ["Count"]
                rows = [["Count": .integer(Int64(rows.count))]]
            }
        }
        return (columns, rows)
    }

    private static func noColumn(_ name: String) -> Refusal {
        Refusal(text: "'where' operator: Failed to resolve column or scalar expression named '\(name)'")
    }
}
