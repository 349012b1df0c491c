import Foundation
import Vocabulary

/// A condition of OData's `$filter`, made of typed values so that no name can break out of it.
indirect enum ODataFilter: Sendable, Hashable {
    case equals(String, Value)
    case startsWith(String, String)
    case notBefore(String, Timestamp)
    case any([ODataFilter])
    case all([ODataFilter])

    enum Value: Sendable, Hashable {
        case text(String)
        /// Written without quotes, as OData wants GUIDs.
        case guid(UUID)
    }

    /// As it stands in a query, before percent-encoding.
    var text: String {
        switch self {
        case .equals(let property, .text(let value)): "\(property) eq \(Self.quoted(value))"
        case .equals(let property, .guid(let value)): "\(property) eq \(value.uuidString.lowercased())"
        case .startsWith(let property, let start): "startswith(\(property),\(Self.quoted(start)))"
        case .notBefore(let property, let moment): "\(property) ge \(moment.iso8601)"
        case .any(let conditions): Self.joined(conditions, by: " or ")
        case .all(let conditions): Self.joined(conditions, by: " and ")
        }
    }

    private static func joined(_ conditions: [ODataFilter], by word: String) -> String {
        guard conditions.count != 1 else { return conditions[0].text }
        return conditions.map { condition in
            switch condition {
            case .any, .all: "(\(condition.text))"
            default: condition.text
            }
        }.joined(separator: word)
    }

    private static func quoted(_ value: String) -> String {
        "'" + value.replacingOccurrences(of: "'", with: "''") + "'"
    }
}

/// The query part of an address.
struct Query: Sendable, Hashable {
    private var fields: [String] = []

    init() {}

    /// Adds a field; the value is percent-encoded but for the unreserved characters.
    mutating func append(_ name: String, _ value: String) {
        fields.append("\(name)=\(Self.encoded(value))")
    }

    /// With its `?`, or empty.
    var text: String { fields.isEmpty ? "" : "?" + fields.joined(separator: "&") }

    static func encoded(_ value: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var encoded = ""
        for byte in value.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded.append("%")
                encoded.append(digits[Int(byte >> 4)])
                encoded.append(digits[Int(byte & 15)])
            }
        }
        return encoded
    }
}
