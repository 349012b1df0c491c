import JSONReader

/// What a look-up found, as people read it in a terminal.
enum AnswerText {
    /// Widest column of a table.
    private static let cellCharactersMax = 60

    /// A table of several rows, a line a member for one; nil for a job without an answer.
    static func of(_ job: JSONValue) -> String? {
        guard let answer = job.at("outcome.answer"), !answer.isNull,
            let rows = answer["rows"]?.array, let columns = answer["columns"]?.array?.compactMap(\.string),
            !columns.isEmpty || rows.isEmpty
        else { return nil }
        guard !rows.isEmpty else {
            return TerminalText.lines(job.at("outcome.message")?.string ?? "Nothing was found.")
        }
        let isList = rows.count > 1 || answer["count"]?.integer != 1
        let body = isList ? table(rows, columns) : entity(rows[0], columns)
        return ([body] + remarks(answer, shown: rows.count)).joined(separator: "\n")
    }

    private static func table(_ rows: [JSONValue], _ columns: [String]) -> String {
        // A column that no row fills says nothing.
        let filled = columns.filter { column in rows.contains { !cell($0.at(column)).isEmpty } }
        guard !filled.isEmpty else {
            return rows.map { TerminalText.line($0.encodedText) }.joined(separator: "\n")
        }
        var table = TextTable(filled.map(title))
        for row in rows { table.add(filled.map { cell(row.at($0)) }) }
        return table.text
    }

    private static func entity(_ entity: JSONValue, _ columns: [String]) -> String {
        let members = columns.compactMap { column -> (String, String)? in
            let text = cell(entity.at(column), charactersMax: .max)
            return text.isEmpty ? nil : (title(column), text)
        }
        let width = members.map(\.0.count).max() ?? 0
        return members.map { name, text in
            "\(name)\(String(repeating: " ", count: width - name.count))  \(TerminalText.line(text))"
        }.joined(separator: "\n")
    }

    private static func remarks(_ answer: JSONValue, shown: Int) -> [String] {
        let count = Int(answer["count"]?.integer ?? 0)
        var remarks: [String] = []
        if count > shown { remarks.append("\(shown) of \(count) rows are shown; the rest had no room.") }
        if answer["may_be_more"]?.bool == true {
            remarks.append("There may be more: ask for more rows with `with top=…`, or narrow it.")
        }
        return remarks
    }

    private static func title(_ column: String) -> String {
        (column.split(separator: ".").last.map(String.init) ?? column).uppercased()
    }

    private static func cell(_ value: JSONValue?, charactersMax: Int = cellCharactersMax) -> String {
        let text: String
        switch value {
        case .string(let string): text = string.split(whereSeparator: \.isNewline).joined(separator: " ")
        case .array(let elements):
            text = elements.map { cell($0, charactersMax: charactersMax) }.joined(separator: " ")
        case .null, nil: text = ""
        case .some(let other): text = other.encodedText
        }
        // What has no blanks is a digest or an id, and is copied whole.
        guard text.count > charactersMax, text.contains(" ") else { return text }
        return text.prefix(charactersMax - 1) + "…"
    }
}
