import Foundation
import Vocabulary

/// The paths we call; only what was checked goes into one.
///
/// - Source: `reference/defender-api.md` §2.
enum DefenderPath {
    static let machines = "/api/machines"
    static let actions = "/api/machineactions"

    static func machine(_ id: MachineID) -> String { "\(machines)/\(id.text)" }

    /// Nil unless `address` is an IPv4 or IPv6 address without zone.
    ///
    /// Defender looks 15 minutes back and ahead of the moment.
    static func findByAddress(_ address: String, at moment: Timestamp) -> String? {
        let isAddress = address.utf8.allSatisfy { byte in
            (0x30...0x3A).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
                || byte == 0x2E
        }
        guard isAddress, (2...45).contains(address.utf8.count), address.contains(".") || address.contains(":")
        else { return nil }
        return "\(machines)/findbyip(ip='\(address)',timestamp=\(Timestamp(seconds: moment.seconds).iso8601))"
    }

    static func alertMachine(_ alert: String) -> String? {
        isIdentifier(alert) ? "/api/alerts/\(alert)/machine" : nil
    }

    static func action(_ id: String) -> String? {
        isIdentifier(id) ? "\(actions)/\(id)" : nil
    }

    /// Letters, digits, hyphens and underscores, at most 128: what action and alert ids are made of.
    static func isIdentifier(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == 0x2D || byte == 0x5F
            }
    }
}
