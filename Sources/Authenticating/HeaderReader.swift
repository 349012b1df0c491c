import Vocabulary

/// Reads the headers a scheme needs by one set of rules (P2 to P4): once, trimmed, plain ASCII.
struct HeaderReader {
    private let raw: RawDelivery

    init(_ raw: RawDelivery) {
        self.raw = raw
    }

    /// The part of the hook's address after the source's name.
    var pathSecret: Secret? { raw.pathSecret }

    /// Presence first for all that are needed, then the characters of each, in the order of `names`.
    func required(_ names: [String]) throws(VerificationFailure) -> [String] {
        var values: [String] = []
        for name in names {
            guard let value = try single(name), !value.isEmpty else { throw .missingHeader(name) }
            values.append(value)
        }
        for (name, value) in zip(names, values) { try checkCharacters(value, of: name) }
        return values
    }

    /// Nil if absent or empty.
    func optional(_ name: String) throws(VerificationFailure) -> String? {
        guard let value = try single(name), !value.isEmpty else { return nil }
        try checkCharacters(value, of: name)
        return value
    }

    private func single(_ name: String) throws(VerificationFailure) -> String? {
        let values = raw.values(of: name)
        guard values.count <= 1 else { throw .duplicateHeader(name) }
        return values.first.map { Self.trimmed($0) }
    }

    /// True if any header's name begins so, whatever its value.
    func hasHeader(beginningWith prefix: String) -> Bool {
        raw.headers.contains { $0.name.lowercased().hasPrefix(prefix) }
    }

    /// Over bytes: a Swift character may hide a blank under a combining mark.
    static func trimmed(_ value: some StringProtocol) -> String {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        let bytes = Array(value.utf8).drop(while: isBlank)
        guard let last = bytes.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(decoding: bytes[...last], as: UTF8.self)
    }

    private func checkCharacters(_ value: String, of name: String) throws(VerificationFailure) {
        let isPlain = value.utf8.allSatisfy { $0 == 0x09 || (0x20...0x7E).contains($0) }
        guard isPlain else { throw .malformedHeader(name, expected: "printable ASCII") }
    }
}
