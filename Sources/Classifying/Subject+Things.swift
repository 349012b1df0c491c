package import Catalogue
import Foundation
package import Vocabulary

extension Subject {
    /// Alerts in one call, at most.
    package static let alertsMax = 100
    /// Longest address of the web that is taken as an indicator.
    private static let urlBytesMax = 2_000

    /// Reads what somebody wrote for the thing that an action is about, in canonical spelling.
    ///
    /// Nothing that is not of its kind goes into a path or a filter. Nil for anything else.
    package static func parse(_ text: String, as kind: SubjectKind) -> Subject? {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        let isPlain = trimmed.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7F }
        guard !trimmed.isEmpty, isPlain || kind == .tag else { return nil }
        let thing: String? =
            switch kind {
            case .machine: nil
            case .nothing: nil
            case .alert: alertID(trimmed)
            case .alerts: alertIDs(trimmed)
            case .file: hash(trimmed, lengths: [40, 64])
            case .address: AddressText.canonical(refanged(trimmed).lowercased())
            case .domain: domain(refanged(trimmed))
            case .user: matches(trimmed, /[A-Za-z0-9._$-]{1,104}/)
            case .software, .recommendation: matches(trimmed.lowercased(), /[a-z0-9._+-]{1,200}/)
            case .vulnerability: matches(trimmed.uppercased(), /(?:CVE|TVM)-[0-9]{4}-[0-9]{1,10}/)
            case .investigation: alertID(trimmed)
            case .indicator: indicator(refanged(trimmed))
            case .indicatorOrID: matches(trimmed, /[0-9]{1,19}/) ?? indicator(refanged(trimmed))
            case .libraryFile: trimmed.hasPrefix(".") ? nil : matches(trimmed, /[A-Za-z0-9._-]{1,255}/)
            case .tag:
                Catalogue.tag.parameter(Catalogue.tagParameter)?.canonical(trimmed)
            }
        return kind == .machine ? parse(text) : thing.map(Subject.thing)
    }

    private static func matches(_ text: String, _ pattern: Regex<Substring>) -> String? {
        text.wholeMatch(of: pattern) == nil ? nil : text
    }

    private static func alertID(_ text: String) -> String? { matches(text, /[A-Za-z0-9_-]{1,128}/) }

    private static func alertIDs(_ text: String) -> String? {
        let ids = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard (1...alertsMax).contains(ids.count), ids.allSatisfy({ alertID($0) != nil }) else { return nil }
        return Set(ids).sorted().joined(separator: ",")
    }

    private static func hash(_ text: String, lengths: Set<Int>) -> String? {
        guard lengths.contains(text.utf8.count) else { return nil }
        return matches(text.lowercased(), /[0-9a-f]+/)
    }

    private static func domain(_ text: String) -> String? {
        guard case .dnsName(let name)? = parse(text) else { return nil }
        return name
    }

    /// Undoes how analysts write what nobody is to open: `hxxp://evil[.]example`, `1.2.3[.]4`.
    ///
    /// A URL that is written plainly up to its path is left alone: there the marks may be its own.
    static func refanged(_ text: String) -> String {
        let folded = text.lowercased()
        let plain = ["http://", "https://"].first { folded.hasPrefix($0) }
        if let plain {
            let authority = text.dropFirst(plain.count).prefix { !"/?#".contains($0) }
            guard dotMarks.contains(where: { authority.lowercased().contains($0) }) else { return text }
        }
        var output = text
        for mark in dotMarks { output = output.replacing(mark, with: ".") }
        for (mark, meant) in [("[://]", "://"), ("[:]", ":"), ("[/]", "/")] {
            output = output.replacing(mark, with: meant)
        }
        for (mark, meant) in [("hxxps://", "https://"), ("hxxp://", "http://")]
        where output.lowercased().hasPrefix(mark) {
            output = meant + output.dropFirst(mark.count)
        }
        return output
    }

    private static let dotMarks = ["[.]", "(.)", "{.}", "[dot]", "(dot)", "[DOT]", "(DOT)"]

    /// Networks in CIDR form are none: Defender takes no such indicator.
    private static func indicator(_ text: String) -> String? {
        if let hash = hash(text, lengths: [32, 40, 64]) { return hash }
        if let address = AddressText.canonical(text.lowercased()) { return address }
        if text.lowercased().hasPrefix("http://") || text.lowercased().hasPrefix("https://") {
            guard text.utf8.count <= urlBytesMax, let parts = URLComponents(string: text),
                parts.host?.isEmpty == false, parts.user == nil, parts.password == nil
            else { return nil }
            return text
        }
        return domain(text)
    }
}
