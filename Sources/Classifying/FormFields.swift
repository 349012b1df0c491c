/// The fields of an `application/x-www-form-urlencoded` body, decoded strictly.
///
/// A name that comes twice, a broken escape, bytes that are not UTF-8 and NUL are refused: two readers would
/// make different things of them.
struct FormFields: Equatable {
    /// A Slack command has about twenty.
    private static let fieldsMax = 200

    private let fields: [String: String]

    init(_ body: [UInt8]) throws(Unreadable) {
        var fields: [String: String] = [:]
        for pair in body.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(
                separator: UInt8(ascii: "="),
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            let name = try Self.decode(parts[0])
            let value = parts.count > 1 ? try Self.decode(parts[1]) : ""
            guard fields.updateValue(value, forKey: name) == nil else {
                throw Unreadable("form.duplicate-field", "The form has a field twice.")
            }
            guard fields.count <= Self.fieldsMax else {
                throw Unreadable("form.too-many-fields", "The form has more than \(Self.fieldsMax) fields.")
            }
        }
        self.fields = fields
    }

    subscript(_ name: String) -> String? { fields[name] }

    private static func decode(_ bytes: ArraySlice<UInt8>) throws(Unreadable) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "+"): decoded.append(0x20)
            case UInt8(ascii: "%"):
                guard index + 2 < bytes.endIndex, let high = hexDigit(bytes[index + 1]),
                    let low = hexDigit(bytes[index + 2])
                else { throw Unreadable("form.broken-escape", "The form has a broken percent escape.") }
                decoded.append(high << 4 | low)
                index += 2
            default: decoded.append(bytes[index])
            }
            index += 1
        }
        guard !decoded.contains(0), let text = String(validating: decoded, as: UTF8.self) else {
            throw Unreadable("form.not-utf8", "The form holds bytes that are not text in UTF-8.")
        }
        return text
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
