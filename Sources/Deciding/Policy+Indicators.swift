import Catalogue
import Vocabulary

/// Indicators hold for every machine of the tenant, the bridge's own among them.
extension Policy {
    /// Where people and programs sign in to Defender and reach it, whatever the cloud.
    ///
    /// Source: `reference/defender-api.md` §1.1, `reference/entra-auth.md`.
    static let hostsOfDefender: Set<String> = [
        "login.microsoftonline.com", "login.microsoftonline.us", "graph.microsoft.com", "graph.microsoft.us",
        "security.microsoft.com", "api.security.microsoft.com", "api.securitycenter.microsoft.com",
        "security.microsoft.us", "api-gcc.securitycenter.microsoft.us", "api-gov.securitycenter.microsoft.us",
    ]
    private static let cuttingOff = ["block", "warn"]

    /// Refuses what would cut the bridge off, or every machine from itself, whoever asks; nil for the rest.
    ///
    /// Only those are told who may ask for it at all: others read that no grant allows it.
    func refusedIndicator(_ question: Question, _ principal: Principal, _ trials: [Trial]) -> Decision? {
        guard trials.contains(where: { $0.isAboutAsker }),
            let text = Policy.indicators(of: question).lazy.compactMap(objection).first
        else { return nil }
        return Decision(
            verdict: .refuse,
            principal: principal,
            reasons: [Reason(.indicator, text)],
            explanation: [text, "No grant goes beyond that."]
        )
    }

    /// What to say beside a yes; nil for nothing.
    func indicatorRemark(_ question: Question) -> String? {
        let inside = Policy.indicators(of: question).filter { Reach($0) == .inside }.map(\.text)
        guard let first = inside.first else { return nil }
        let subject =
            inside.count > 1
            ? "\(first) and \(inside.count - 1) more are addresses" : "\(first) is an address"
        return
            "\(subject) of networks inside: whatever has it, anywhere in the estate, is meant, and Defender may "
            + "not enforce it."
    }

    private func objection(to value: IndicatorValue) -> String? {
        if Reach(value) == .itself {
            return "\(value.text) is every machine itself, or no machine: it is never blocked."
        }
        let hosts = ownHosts.union(Policy.hostsOfDefender).sorted()
        let covered = hosts.first { host in
            switch value.kind {
            case .address: IPAddress(value.text).map { $0 == IPAddress(host) } ?? false
            // An indicator on a domain reaches what is below it.
            case .domain: value.host.map { Policy.isSame(host, $0) || host.hasSuffix(".\($0)") } ?? false
            case .url: value.host.map { Policy.isSame(host, $0) } ?? false
            default: false
            }
        }
        return covered.map { host in
            let what = host == value.text ? value.text : "\(value.text) reaches \(host), which"
            return "\(what) is needed by Bascule or Defender itself: it is never blocked."
        }
    }

    /// A host, or one below it such as that of a region.
    private static func isSame(_ host: String, _ other: String) -> Bool {
        host == other || other.hasSuffix(".\(host)")
    }

    /// The indicators that an action would make people stop at; none for any other action.
    private static func indicators(of question: Question) -> [IndicatorValue] {
        let word = question.action.lowercased()
        guard Catalogue.setsIndicators(word),
            cuttingOff.contains(question.parameters[Catalogue.actionParameter] ?? word)
        else { return [] }
        let isCertificate =
            question.parameters[Catalogue.indicatorTypeParameter] == Catalogue.certificateType
        let texts =
            question.selector == .nothing
            ? IndicatorValue.lines(of: question.parameters[Catalogue.listParameter] ?? "")
            : [question.selector.description]
        return texts.compactMap { IndicatorValue($0, isCertificate: isCertificate) }
    }

    /// Whom an address means.
    private enum Reach {
        /// Loopback, unspecified, broadcast and multicast.
        case itself
        /// Private and link-local networks.
        case inside
        case outside

        init(_ value: IndicatorValue) {
            guard let bytes = IPAddress(value.kind == .url ? value.host ?? "" : value.text)?.bytes else {
                self = value.host == "localhost" ? .itself : .outside
                return
            }
            let isFour = bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
            self = isFour ? Reach(four: bytes.suffix(4)) : Reach(six: bytes)
        }

        private init(four: ArraySlice<UInt8>) {
            let (first, second) = (four[four.startIndex], four[four.startIndex + 1])
            switch (first, second) {
            case (0, _), (127, _), (224...255, _): self = .itself
            case (10, _), (172, 16...31), (192, 168), (169, 254), (100, 64...127): self = .inside
            default: self = .outside
            }
        }

        private init(six: [UInt8]) {
            let isLow = six.prefix(15).allSatisfy { $0 == 0 } && six[15] <= 1
            switch (six[0], six[1]) {
            case _ where isLow: self = .itself
            case (0xFF, _): self = .itself
            case (0xFC...0xFD, _), (0xFE, 0x80...0xBF): self = .inside
            default: self = .outside
            }
        }
    }
}
