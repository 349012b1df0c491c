package import Cryptography
import Foundation

/// An HMAC scheme as the settings of a `kind: hmac` source describe it.
package struct DescribedScheme: Sendable, Hashable {
    /// How the digest is written.
    package enum Encoding: String, Sendable, Hashable, CaseIterable {
        case hex
        case base64
    }

    /// What the signature header looks like.
    package enum Style: String, Sendable, Hashable, CaseIterable {
        /// A prefix, if any, and the digest.
        case plain
        /// `t=<seconds>,v1=<hex>`, with one or more `v1`; `<t>.<body>` is signed.
        case timeAndVersion = "t-v1"
    }

    /// The header that holds the signature.
    package var header: String
    package var algorithm: DigestAlgorithm
    package var encoding: Encoding
    /// Exact text before the digest, such as `sha256=`.
    package var prefix: String
    package var style: Style
    package var timestampHeader: String?
    package var timestampUnit: TimestampUnit
    /// How far the sender's time may be off, both ways, in seconds; 1 to 86 400.
    package var toleranceSeconds: Int64
    /// What is signed: text with `{timestamp}` in it and `{body}` at its end.
    package var template: String
    /// A header with the sender's own delivery id, which need not be signed.
    package var idHeader: String?

    /// Only the header is asked for; without a template, the timestamp is signed where there is one.
    package init(
        header: String,
        algorithm: DigestAlgorithm = .sha256,
        encoding: Encoding = .hex,
        prefix: String = "",
        style: Style = .plain,
        timestampHeader: String? = nil,
        timestampUnit: TimestampUnit = .seconds,
        toleranceSeconds: Int64 = 300,
        template: String? = nil,
        idHeader: String? = nil
    ) {
        self.header = header
        self.algorithm = algorithm
        self.encoding = encoding
        self.prefix = prefix
        self.style = style
        self.timestampHeader = timestampHeader
        self.timestampUnit = timestampUnit
        self.toleranceSeconds = toleranceSeconds
        let signsTime = timestampHeader != nil || style == .timeAndVersion
        self.template = template ?? (signsTime ? "{timestamp}.{body}" : "{body}")
        self.idHeader = idHeader
    }

    /// True if the sender's time is part of what is signed, so that an old delivery is known as old.
    package var signsTime: Bool {
        style == .timeAndVersion || (timestampHeader != nil && template.contains("{timestamp}"))
    }

    /// What cannot be, or nil.
    package var mistake: VerifierSetupError? {
        for (name, value) in [
            ("header", header), ("timestamp-header", timestampHeader), ("id-header", idHeader),
        ] {
            if let value, !Self.isHeaderName(value) {
                return .unusableSetting(name: name, expected: "the name of an HTTP header")
            }
        }
        if !prefix.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            return .unusableSetting(name: "prefix", expected: "printable ASCII without spaces")
        }
        if !(1...86_400).contains(toleranceSeconds) {
            return .unusableSetting(name: "tolerance", expected: "1s to 24h")
        }
        let pieces = template.components(separatedBy: "{body}")
        if pieces.count != 2 || pieces[1] != "" {
            return .unusableSetting(name: "template", expected: "a text that ends with {body}, named once")
        }
        let rest = pieces[0].components(separatedBy: "{timestamp}").joined()
        if rest.contains("{") || rest.contains("}") {
            return .unusableSetting(name: "template", expected: "made of {timestamp}, {body} and plain text")
        }
        return styleMistake(templateHasTime: pieces[0].contains("{timestamp}"))
    }

    private func styleMistake(templateHasTime: Bool) -> VerifierSetupError? {
        switch style {
        case .plain:
            if templateHasTime, timestampHeader == nil {
                return .unusableSetting(name: "template", expected: "possible without a timestamp-header")
            }
        case .timeAndVersion:
            if encoding != .hex { return .unusableSetting(name: "encoding", expected: "hex, as t-v1 has it") }
            if !prefix.isEmpty {
                return .unusableSetting(name: "prefix", expected: "left out, as t-v1 has it")
            }
            if timestampHeader != nil {
                return .unusableSetting(
                    name: "timestamp-header",
                    expected: "left out: t-v1 carries the time itself"
                )
            }
            if timestampUnit != .seconds {
                return .unusableSetting(name: "timestamp-unit", expected: "s, as t-v1 has it")
            }
            if template != "{timestamp}.{body}" {
                return .unusableSetting(name: "template", expected: "{timestamp}.{body}, as t-v1 has it")
            }
        }
        return nil
    }

    static func isHeaderName(_ name: String) -> Bool {
        let others = Array("!#$%&'*+-.^_`|~".utf8)
        return !name.isEmpty && name.utf8.count <= 128
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || others.contains(byte)
            }
    }
}
