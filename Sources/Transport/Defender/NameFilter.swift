import Vocabulary

/// Preselects machines by name.
///
/// Whether Defender compares with regard to case is not documented, so a name is
/// asked for as typed, in lower and in upper case; which of the found ones is meant, `Deciding` says.
enum NameFilter {
    /// A name with a dot: compared whole.
    static func wholeName(_ name: String) -> ODataFilter {
        .any(spellings(name).map { .equals("computerDnsName", .text($0)) })
    }

    /// A bare name: the whole name, or the first label of a longer one.
    static func firstLabel(_ name: String) -> ODataFilter {
        let spellings = spellings(name)
        return .any(
            spellings.map { .equals("computerDnsName", .text($0)) }
                + spellings.map { .startsWith("computerDnsName", $0 + ".") }
        )
    }

    private static func spellings(_ name: String) -> [String] {
        var bare = name
        while bare.hasSuffix(".") { bare.removeLast() }
        var seen: Set<String> = []
        return [bare, bare.lowercased(), bare.uppercased()].filter { seen.insert($0).inserted }
    }
}
