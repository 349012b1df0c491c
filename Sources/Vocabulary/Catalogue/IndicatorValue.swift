/// What an indicator is about, in canonical spelling, with the type that Defender gives it.
///
/// Source: `reference/defender-api.md` §4.4.
package struct IndicatorValue: Sendable, Hashable {
    /// Defender's words.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case fileMD5 = "FileMd5"
        case fileSHA1 = "FileSha1"
        case fileSHA256 = "FileSha256"
        case certificate = "CertificateThumbprint"
        case address = "IpAddress"
        case domain = "DomainName"
        case url = "Url"
    }

    /// Digits of a certificate's thumbprint; a SHA-1 has as many.
    private static let thumbprintDigits = 40

    package let text: String
    package let kind: Kind

    /// - Parameters:
    ///   - text: As ``Subject/thing(_:)`` keeps it.
    ///   - isCertificate: True where 40 digits are a thumbprint; nothing else is one.
    package init?(_ text: String, isCertificate: Bool = false) {
        self.text = text
        let isHex =
            !text.isEmpty
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        if isCertificate {
            guard isHex, text.utf8.count == Self.thumbprintDigits else { return nil }
            kind = .certificate
            return
        }
        switch (isHex, text.utf8.count) {
        case (true, 32): kind = .fileMD5
        case (true, 40): kind = .fileSHA1
        case (true, 64): kind = .fileSHA256
        default:
            let isNumeric = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
            if Self.rest(of: text) != nil {
                kind = .url
            } else if text.contains(":") || isNumeric {
                kind = .address
            } else {
                kind = .domain
            }
        }
    }

    /// The host that it reaches: of a domain itself, of a URL its host; nil for the rest.
    package var host: String? {
        switch kind {
        case .domain: return text.lowercased()
        case .url:
            guard let rest = Self.rest(of: text) else { return nil }
            let authority = rest.prefix { !"/?#".contains($0) }
            if authority.hasPrefix("[") {
                return authority.dropFirst().prefix { $0 != "]" }.lowercased()
            }
            let host = authority.prefix { $0 != ":" }.lowercased()
            return host.hasSuffix(".") ? String(host.dropLast()) : host
        default: return nil
        }
    }

    /// The values of a list, one a line.
    package static func lines(of list: String) -> [String] {
        list.split(separator: "\n").map(String.init)
    }

    /// What stands behind the scheme; nil for what is no address of the web.
    private static func rest(of text: String) -> Substring? {
        for scheme in ["http://", "https://"]
        where text.prefix(scheme.count).lowercased() == scheme {
            return text.dropFirst(scheme.count)
        }
        return nil
    }
}

extension Catalogue {
    /// True for what is an indicator, by itself or in a list.
    package static func setsIndicators(_ word: String) -> Bool {
        settingIndicators.contains(word.lowercased())
    }
}
