import JSONReader
import Vocabulary

/// Reads the fields that all ticket systems have, by the shape that each must have.
///
/// What goes into an address later is checked here and once more where it is used.
enum TicketField {
    /// Longer identities are none.
    private static let identityMax = 256

    /// An account as `people` spell it: text without blanks at its ends, or a whole number above 0.
    ///
    /// Nil for anything else: an account that cannot be read is nobody.
    static func identity(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text)?:
            let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
            guard (1...identityMax).contains(text.utf8.count), isPlain, text.first?.isWhitespace == false,
                text.last?.isWhitespace == false
            else { return nil }
            return text
        case .integer(let number)? where number > 0: return String(number)
        default: return nil
        }
    }

    /// A number of a ticket or a project: 1 to 19 digits, as text or as a number.
    static func number(_ value: JSONValue?) -> String? {
        guard let text = identity(value), text.wholeMatch(of: /[1-9][0-9]{0,18}/) != nil else { return nil }
        return text
    }

    /// Every text among these, in order.
    static func texts(_ values: JSONValue?...) -> [String] {
        values.compactMap { $0?.string }.filter { !$0.isEmpty }
    }

    /// The time of an event: ISO 8601 with its zone, or `2026-08-31 10:44:12`, with ` UTC` or nothing after it.
    ///
    /// - Parameters:
    ///   - value: The field; nil and null say no time.
    ///   - kind: For the code of the failure.
    /// - Returns: Nil if no time is said.
    /// - Throws: ``Unreadable`` for a field that says something else.
    static func time(_ value: JSONValue?, _ kind: SourceKind) throws(Unreadable) -> Timestamp? {
        guard let value, !value.isNull else { return nil }
        guard var text = value.string, text.utf8.count <= 40 else { throw malformedTime(kind) }
        if let match = text.wholeMatch(of: /([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2})( UTC)?/)
        {
            text = "\(match.1)T\(match.2)Z"
        }
        let iso =
            /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})/
        guard text.wholeMatch(of: iso) != nil, let moment = Timestamp(iso8601: text) else {
            throw malformedTime(kind)
        }
        return moment
    }

    private static func malformedTime(_ kind: SourceKind) -> Unreadable {
        Unreadable("\(kind).malformed-time", "The event's time is no date and time.")
    }
}
