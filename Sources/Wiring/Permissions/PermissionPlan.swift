import Catalogue
import Deciding

/// The least permissions that the grants of a configuration need, and which grant needs which.
struct PermissionPlan: Sendable {
    /// One need with everything that has it.
    struct Reason: Sendable, Hashable {
        let need: PermissionNeed
        /// Words of actions, in the order of the grants.
        var words: [String]
        var grants: [GrantReference]
        /// The bridge needs it whatever is granted.
        var isForBridge: Bool
    }

    let context: TokenContext
    /// In the order of the grants.
    private(set) var reasons: [Reason] = []
    /// In order of API and name.
    let least: [Permission]

    /// - Parameters:
    ///   - grants: All of the policy's.
    ///   - context: The bridge itself acts as the application; nobody's login watches for foreign containments.
    ///   - backEnds: Which back end serves what can be had from more than one.
    ///   - needs: What a word needs, nil for words that only the ledger knows, such as `unfreeze`; by default as
    ///     the catalogue says.
    init(
        grants: [Grant],
        context: TokenContext,
        backEnds: BackEndChoice = BackEndChoice(),
        needs: ((String) -> ActionNeeds?)? = nil
    ) {
        let needed = needs ?? { word in Catalogue.entry(word).map { ActionNeeds(backEnds.served($0)) } }
        self.context = context
        var reasons: [Reason] = []
        func add(_ need: PermissionNeed, _ word: String?, _ grant: GrantReference?) {
            var index = reasons.firstIndex { $0.need.purpose == need.purpose && $0.need.anyOf == need.anyOf }
            if index == nil {
                reasons.append(Reason(need: need, words: [], grants: [], isForBridge: false))
                index = reasons.indices.last
            }
            guard let index else { return }
            if let word, !reasons[index].words.contains(word) { reasons[index].words.append(word) }
            if let grant, !reasons[index].grants.contains(grant) { reasons[index].grants.append(grant) }
            if word == nil { reasons[index].isForBridge = true }
        }
        for grant in grants {
            for word in grant.actions {
                for need in needed(word)?.needs(in: context) ?? [] { add(need, word, grant.reference) }
                // The end of a time box undoes the action without anybody asking for it.
                guard let entry = Catalogue.entry(word), entry.takesTimeBox, let undo = entry.undoneBy else {
                    continue
                }
                for need in needed(undo)?.needs(in: context) ?? [] { add(need, word, grant.reference) }
            }
        }
        if context == .application { add(ActionNeeds.reading, nil, nil) }
        self.reasons = reasons
        least = LeastPermissions.covering(reasons.map(\.need.anyOf))
    }

    /// What a permission of ``least`` is for.
    func reasons(for permission: Permission) -> [Reason] {
        reasons.filter { $0.need.anyOf.contains(permission) }
    }
}

extension PermissionPlan.Reason {
    /// `isolate, release: grants 1 and 2 (lines 30, 31)`, or what else needs it.
    var text: String {
        var parts: [String] = []
        if !words.isEmpty {
            let what = words.joined(separator: ", ")
            let which = need.purpose == .action ? what : "to find the machine and watch \(what)"
            parts.append(which + ": " + grants.map(\.description).joined(separator: ", "))
        }
        if isForBridge { parts.append("the bridge itself, to see what others contain") }
        return parts.joined(separator: "; ")
    }
}
