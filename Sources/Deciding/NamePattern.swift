/// A machine name as settings write it: exact, or with `*` (any characters) and `?` (one character).
///
/// Without a dot it is held against the first label as well as against the whole name, so that `dc?` and
/// `dc-1` mean `dc-1.corp.example` too. ASCII case and one trailing dot make no difference.
package struct NamePattern: Sendable, Hashable, CustomStringConvertible {
    /// As it was written.
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }

    /// True if the name, or its first label where the pattern has no dot, is of this form.
    package func matches(_ name: String) -> Bool {
        let pattern = foldedName(text)
        let whole = foldedName(name)
        if fits(whole[...], pattern) { return true }
        return !pattern.contains(dot) && fits(firstLabel(whole), pattern)
    }

    /// Two pointers and one step back to the latest `*`: time grows with the product of the lengths at worst.
    private func fits(_ name: ArraySlice<UInt8>, _ pattern: [UInt8]) -> Bool {
        var at = name.startIndex
        var patternAt = 0
        var star: (patternAt: Int, at: Int)?
        while at < name.endIndex {
            if patternAt < pattern.count, pattern[patternAt] == UInt8(ascii: "*") {
                star = (patternAt, at)
                patternAt += 1
            } else if patternAt < pattern.count,
                pattern[patternAt] == name[at] || pattern[patternAt] == UInt8(ascii: "?")
            {
                at += 1
                patternAt += 1
            } else if let latest = star {
                star = (latest.patternAt, latest.at + 1)
                patternAt = latest.patternAt + 1
                at = latest.at + 1
            } else {
                return false
            }
        }
        return pattern[patternAt...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

private let dot = UInt8(ascii: ".")

/// A name as it is compared: ASCII letters lower-case, one trailing dot dropped, every other byte as it is.
///
/// Bytes and not `String`, because Unicode folds strangers together: `lowercased()` of the Kelvin sign is `k`.
func foldedName(_ name: String) -> [UInt8] {
    var bytes = name.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    if bytes.last == dot { bytes.removeLast() }
    return bytes
}

/// What stands before the first dot.
func firstLabel(_ name: [UInt8]) -> ArraySlice<UInt8> {
    name.prefix { $0 != dot }
}
