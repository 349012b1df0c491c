/// A value that must never be shown: a key, a token, an address that carries a token.
///
/// Its description, debug description and mirror say `<redacted>`; the value is reached only inside
/// ``withBytes(_:)`` or ``withText(_:)``, so that every use is easy to find.
package struct Secret: Sendable, Hashable {
    private let bytes: [UInt8]

    /// - Parameter bytes: The secret as it is used, nothing trimmed.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// - Parameter text: The secret as text; its UTF-8 bytes are kept.
    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// True for no bytes, or nothing but blanks: such a secret protects nothing.
    package var isBlank: Bool {
        bytes.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
    }

    /// Lends the bytes to `use`.
    package func withBytes<Result, Failure: Error>(
        _ use: ([UInt8]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try use(bytes)
    }

    /// Lends the value as text; invalid UTF-8 is repaired.
    package func withText<Result, Failure: Error>(
        _ use: (String) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try use(String(decoding: bytes, as: UTF8.self))
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
