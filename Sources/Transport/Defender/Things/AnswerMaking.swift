import JSONReader
import Vocabulary

/// Makes answers of Defender's entities; nothing in them is too odd to be shown.
enum AnswerMaking {
    /// Characters of one value in a line.
    private static let valueCharactersMax = 160
    /// Defender gives no more rows of a query.
    private static let huntingRowsMax = 100_000
    /// Elements of an array that are named.
    private static let elementsMax = 5

    static func list(_ rows: [JSONValue], columns: [String], mayBeMore: Bool) -> Answer {
        let (json, kept) = bounded(rows)
        let lines = rows.prefix(Answer.linesMax).map { row in
            columns.compactMap { text(row.at($0)) }.joined(separator: ", ")
        }
        return Answer(
            columns: columns,
            json: json,
            lines: lines,
            count: rows.count,
            isCut: kept < rows.count,
            mayBeMore: mayBeMore,
            whole: kept < rows.count ? JSONValue.array(rows).encoded() : nil
        )
    }

    /// The result of a hunting query: Defender spells its members with capitals, Graph does not.
    static func hunt(_ body: JSONValue, _ answer: DefenderAnswer) throws(DefenderError) -> Answer {
        guard let rows = (body["Results"] ?? body["results"])?.array else {
            throw answer.unreadable("no rows")
        }
        let schema = (body["Schema"] ?? body["schema"])?.array ?? []
        let named = schema.compactMap { ($0["Name"] ?? $0["name"])?.string }
        let columns = named.isEmpty ? rows.first?.object?.keys.sorted() ?? [] : named
        return list(rows, columns: columns, mayBeMore: rows.count >= huntingRowsMax)
    }

    static func entity(_ entity: JSONValue, columns: [String]) -> Answer {
        let (json, kept) = bounded([entity])
        let words = columns.compactMap { column in
            text(entity.at(column)).map { "\(column.split(separator: ".").last ?? "") \($0)" }
        }
        return Answer(
            columns: columns,
            json: json,
            lines: [words.joined(separator: ", ") + "."],
            count: 1,
            isCut: kept < 1
        )
    }

    /// As many of the first rows as there is room for.
    private static func bounded(_ rows: [JSONValue]) -> (json: String, kept: Int) {
        var json = "["
        var kept = 0
        for row in rows {
            let text = row.encodedText
            guard json.utf8.count + text.utf8.count + 2 <= Answer.bytesMax else { break }
            json += (kept == 0 ? "" : ",") + text
            kept += 1
        }
        return (json + "]", kept)
    }

    /// One value in words; nil for none, for blanks and for objects.
    static func text(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text):
            let plain = text.unicodeScalars.map { scalar in
                scalar.properties.generalCategory == .control ? " " : String(scalar)
            }.joined().split(separator: " ").joined(separator: " ")
            guard !plain.isEmpty else { return nil }
            return plain.count > valueCharactersMax ? plain.prefix(valueCharactersMax - 1) + "…" : plain
        case .integer(let number): return String(number)
        case .number(let number): return String(number)
        case .bool(let truth): return truth ? "yes" : "no"
        case .array(let elements):
            let texts = elements.compactMap(text)
            guard !texts.isEmpty else { return nil }
            let left = texts.count - elementsMax
            return texts.prefix(elementsMax).joined(separator: " ") + (left > 0 ? " and \(left) more" : "")
        case .object, .null, nil: return nil
        }
    }
}
