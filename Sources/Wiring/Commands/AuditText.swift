import JSONReader

/// Audit rows as people read them in a terminal.
enum AuditText {
    static func line(_ row: JSONValue) -> String {
        let detail = (row["detail"]?.object ?? [:]).sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value.string ?? "")" }.joined(separator: " ")
        let head = [
            row["sequence"]?.integer.map(String.init), row["at"]?.string, row["kind"]?.string,
            row["subject"]?.string, row["actor"]?.string.map { "by \($0)" },
        ].compactMap(\.self).joined(separator: " ")
        return TerminalText.line(detail.isEmpty ? head : "\(head)  \(detail)")
    }
}
