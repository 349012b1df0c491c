import Cryptography

/// Reads the digest in a header (P5, P6).
enum SignatureText {
    /// Lower-case hex of exactly `length` bytes.
    static func hex(
        _ text: some StringProtocol,
        length: Int,
        header: String,
        expected: String = "lower-case hex"
    ) throws(VerificationFailure) -> [UInt8] {
        let isHex = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard isHex else { throw .encoding(header: header, expected: expected) }
        guard text.utf8.count == length * 2, let bytes = Hex.decodeLowerCase(text) else {
            throw .length(header: header, expected: length * 2, got: text.utf8.count)
        }
        return bytes
    }

    /// For hex that is decoded and may be of either case; only ASCII letters change.
    static func lowerCased(_ text: String) -> String {
        let bytes = text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A method, "=" and lower-case hex, as WebSub writes it.
    static func webSub(
        _ value: String,
        _ algorithm: DigestAlgorithm,
        header: String
    ) throws(VerificationFailure) -> [UInt8] {
        guard let equals = value.firstIndex(of: "="), equals != value.startIndex else {
            throw .malformedHeader(header, expected: "a method, \"=\" and a signature")
        }
        guard value[..<equals] == algorithm.rawValue else {
            throw .unsupportedAlgorithm(header: header, expected: algorithm.rawValue)
        }
        return try hex(value[value.index(after: equals)...], length: algorithm.length, header: header)
    }

    /// Canonical base64 of exactly `length` bytes.
    static func base64(_ text: String, length: Int, header: String) throws(VerificationFailure) -> [UInt8] {
        guard let bytes = Base64.decodeCanonical(text) else {
            throw .encoding(header: header, expected: "padded standard base64")
        }
        guard bytes.count == length else {
            throw .length(header: header, expected: length, got: bytes.count)
        }
        return bytes
    }
}
