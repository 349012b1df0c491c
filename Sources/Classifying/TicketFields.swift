import JSONReader
import Vocabulary

/// The fields of one delivery, read strictly: what is there has its type and its size, or nothing is read.
struct TicketFields {
    /// Longer than any id, name or state that these systems let people write.
    static let charactersMax = 256

    /// The kind's word, for the codes of what cannot be read.
    let kind: SourceKind
    let body: JSONValue

    /// A short text; nil where there is none.
    func text(_ path: String) throws(Unreadable) -> String? {
        guard let value = present(path) else { return nil }
        guard let text = value.string, text.count <= Self.charactersMax else {
            throw malformed(path, "is no short text")
        }
        return text.isEmpty ? nil : text
    }

    /// A whole number; nil where there is none.
    func number(_ path: String) throws(Unreadable) -> Int64? {
        guard let value = present(path) else { return nil }
        guard let number = value.integer else { throw malformed(path, "is no whole number") }
        return number
    }

    /// A text or a whole number, as text.
    func name(_ path: String) throws(Unreadable) -> String? {
        if let number = present(path)?.integer { return String(number) }
        return try text(path)
    }

    /// Short texts; empty where there are none.
    func texts(_ path: String) throws(Unreadable) -> [String] {
        guard let value = present(path) else { return [] }
        guard let items = value.array else { throw malformed(path, "is no list") }
        var texts: [String] = []
        for item in items {
            guard let text = item.string, text.count <= Self.charactersMax else {
                throw malformed(path, "is no list of short texts")
            }
            texts.append(text)
        }
        return texts
    }

    /// A time as ISO 8601 with its zone.
    func time(_ path: String) throws(Unreadable) -> Timestamp? {
        guard let text = try text(path) else { return nil }
        guard let time = Timestamp(iso8601: text) else { throw malformed(path, "is no time") }
        return time
    }

    /// An object; nil where there is none.
    func object(_ path: String) throws(Unreadable) -> TicketFields? {
        guard let value = present(path) else { return nil }
        guard value.object != nil else { throw malformed(path, "is no object") }
        return TicketFields(kind: kind, body: value)
    }

    func malformed(_ path: String, _ what: String) -> Unreadable {
        Unreadable("\(kind).malformed-field", "The field \(path) of the body \(what).")
    }

    private func present(_ path: String) -> JSONValue? {
        guard let value = body.at(path), !value.isNull else { return nil }
        return value
    }
}
