/// Finds one field in an `application/x-www-form-urlencoded` body.
enum FormToken {
    /// Nil if the field is not there.
    ///
    /// Every name is decoded before it is compared, so that `%74oken` is no second token.
    static func read(_ body: [UInt8], field: String) throws(VerificationFailure) -> String? {
        guard String(validating: body, as: UTF8.self) != nil else {
            throw .malformedBody(expected: "text in UTF-8")
        }
        var found: String?
        for pair in body.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            // By bytes: text compares by canonical equivalence.
            guard try decode(pair[..<equals]) == Array(field.utf8) else { continue }
            guard found == nil else { throw .duplicateField }
            guard let text = String(validating: try decode(pair[equals...].dropFirst()), as: UTF8.self) else {
                throw .malformedBody(expected: "text in UTF-8")
            }
            found = text
        }
        return found
    }

    private static func decode(_ text: ArraySlice<UInt8>) throws(VerificationFailure) -> [UInt8] {
        var decoded: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"):
                decoded.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit)
                else {
                    throw .malformedBody(expected: "a form without broken percent escapes")
                }
                decoded.append(high << 4 | low)
            default:
                decoded.append(byte)
            }
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
