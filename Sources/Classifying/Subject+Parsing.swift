import Foundation
package import Vocabulary

extension Subject {
    /// Longest text that is looked at: a DNS name has at most 253 characters.
    private static let textMax = 260

    /// Reads what somebody wrote for a machine (design §8).
    ///
    /// A 40-hex id, a DNS name, a bare host name, an IPv4 or IPv6 address, `aad:<guid>` or `alert:<id>`;
    /// blanks around it, case and one trailing dot do not matter. Nil for anything else, such as wildcards.
    package static func parse(_ text: String) -> Subject? {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !trimmed.isEmpty, trimmed.utf8.count <= textMax,
            trimmed.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        let folded = trimmed.lowercased()
        if let id = MachineID(folded) { return .id(id) }
        if folded.hasPrefix("aad:") {
            return deviceID(String(folded.dropFirst(4))).map(Subject.entraDevice)
        }
        if folded.hasPrefix("alert:") {
            return alertID(String(trimmed.dropFirst(6))).map(Subject.alert)
        }
        if let address = AddressText.canonical(folded) { return .address(address) }
        return name(folded.hasSuffix(".") ? String(folded.dropLast()) : folded)
    }

    private static func deviceID(_ text: String) -> String? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isGUID =
            parts.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && parts.joined().utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        return isGUID ? text : nil
    }

    private static func alertID(_ text: String) -> String? {
        let isID = (1...128).contains(text.utf8.count) && text.lowercased().utf8.allSatisfy(isNameByte)
        return isID ? text : nil
    }

    private static func name(_ text: String) -> Subject? {
        guard (1...253).contains(text.utf8.count) else { return nil }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        let areLabels = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.utf8.allSatisfy(isNameByte)
                && label.first != "-" && label.last != "-"
        }
        // Digits and dots alone are a mistyped address, never a name.
        let isNumeric = labels.allSatisfy { label in label.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        guard areLabels, !isNumeric else { return nil }
        return labels.count == 1 ? .hostName(text) : .dnsName(text)
    }

    /// Lower-case letters, digits, hyphen, underscore: what Windows and DNS names are made of.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
    }
}
