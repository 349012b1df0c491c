import Cryptography

/// Reads the digest in a header (P5, P6).
enum SignatureText {
    /// Lower-case hex of exactly `length` bytes.
    static func hex(
        _ text: some StringProtocol,
        length: Int,
        header: String
    ) throws(VerificationFailure) -> [UInt8] {
        let isHex = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard isHex else { throw .encoding(header: header, expected: "lower-case hex") }
        guard text.utf8.count == length * 2, let bytes = Hex.decodeLowerCase(text) else {
            throw .length(header: header, expected: length * 2, got: text.utf8.count)
        }
        return bytes
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
