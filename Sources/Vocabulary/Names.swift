/// The name of a source in the settings, such as `soc-chat`.
package struct SourceName: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    package var description: String { text }

    package static func < (left: SourceName, right: SourceName) -> Bool {
        left.text < right.text
    }
}

/// The identifier of one delivery: `d-` and 26 characters, sortable by time of acceptance.
package struct DeliveryID: Hashable, Sendable, Codable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    package var description: String { text }
}

/// The identifier of one job: `j-` and 26 characters; also the marker in Defender's `Comment`.
package struct JobID: Hashable, Sendable, Codable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// An identifier as ``IdentifierMaker`` makes them; nil for any other text.
    package init?(spelled text: String) {
        guard text.wholeMatch(of: /j-[0-9a-hjkmnp-tv-z]{26}/) != nil else { return nil }
        self.text = text
    }

    package init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    package var description: String { text }
}

/// Makes identifiers: 48 bits of time and 80 random bits, in Crockford's base 32, lower case.
///
/// The generator is a parameter so that a failing seed replays.
package struct IdentifierMaker: Sendable {
    private let random: @Sendable () -> UInt64

    package init(random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }) {
        self.random = random
    }

    package func makeDeliveryID(at now: Timestamp) -> DeliveryID {
        DeliveryID("d-" + makeText(at: now))
    }

    package func makeJobID(at now: Timestamp) -> JobID {
        JobID("j-" + makeText(at: now))
    }

    /// 26 characters for anything else that needs a sortable, unguessable name.
    package func makeText(at now: Timestamp) -> String {
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        var characters: [Character] = []
        let time = UInt64(clamping: now.milliseconds)
        for shift in stride(from: 45, through: 0, by: -5) {
            characters.append(alphabet[Int(truncatingIfNeeded: time >> UInt64(shift)) & 31])
        }
        for _ in 0..<2 {
            let word = random()
            for shift in stride(from: 35, through: 0, by: -5) {
                characters.append(alphabet[Int(truncatingIfNeeded: word >> UInt64(shift)) & 31])
            }
        }
        return String(characters)
    }
}
