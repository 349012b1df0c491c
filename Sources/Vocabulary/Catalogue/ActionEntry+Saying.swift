/// What a command must say besides parameters that have no default; the same in chat, at the terminal and in routes.
extension ActionEntry {
    /// What is missing or does not go together, in words; nil if all is said.
    ///
    /// - Parameters:
    ///   - parameters: Canonical; what is not there was not said.
    ///   - subject: What is named, in canonical spelling.
    ///   - hasDuration: True if a time box is said.
    /// - Returns: A sentence; nil if all is said.
    package func objection(_ parameters: [String: String], subject: String?, hasDuration: Bool) -> String? {
        let isForEver = parameters[Catalogue.expiryParameter] == Catalogue.never
        if needsEnd, !hasDuration, !isForEver {
            return "\"\(word)\" needs an end: \"for <duration>\", or \"for ever\"."
        }
        if needsEnd, hasDuration, isForEver {
            return "\"\(word)\" cannot end in time and last for ever."
        }
        let isSaid = { (name: String) in parameters[name].map { $0 != Catalogue.unchanged } ?? false }
        if !needsOneOf.isEmpty, !needsOneOf.contains(where: isSaid) {
            return "\"\(word)\" notes nothing: say at least one of \(needsOneOf.joined(separator: ", "))."
        }
        return certificateObjection(parameters, subject)
    }

    /// Only thumbprints are certificates.
    private func certificateObjection(_ parameters: [String: String], _ subject: String?) -> String? {
        guard Catalogue.setsIndicators(word),
            parameters[Catalogue.indicatorTypeParameter] == Catalogue.certificateType
        else { return nil }
        let values =
            subject.map { [$0] } ?? IndicatorValue.lines(of: parameters[Catalogue.listParameter] ?? "")
        guard let other = values.first(where: { IndicatorValue($0, isCertificate: true) == nil }) else {
            return nil
        }
        return "\"\(other.prefix(60))\" is no certificate: a thumbprint has 40 hexadecimal digits."
    }
}
