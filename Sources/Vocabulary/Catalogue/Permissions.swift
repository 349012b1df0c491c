/// Compares the permissions a token carries with what an action needs, before anything is called.
package struct PermissionCheck: Sendable, Hashable {
    /// One group of permissions of which any one would do, and none is held.
    package struct Missing: Sendable, Hashable {
        package let purpose: String
        package let anyOf: [String]
    }

    package let missing: [Missing]

    /// - Parameters:
    ///   - entry: The action.
    ///   - held: The token's `roles`, or nil where the token cannot be read: then nothing is called missing.
    package init(entry: ActionEntry, held: Set<String>?) {
        guard let held else {
            missing = []
            return
        }
        let folded = Set(held.map { $0.lowercased() })
        var missing: [Missing] = []
        for (purpose, anyOf) in [
            ("to \(entry.word)", entry.applicationPermissions),
            ("to find the machine and watch the action", entry.watchingPermissions),
        ] where !anyOf.isEmpty && !anyOf.contains(where: { folded.contains($0.lowercased()) }) {
            missing.append(Missing(purpose: purpose, anyOf: anyOf))
        }
        self.missing = missing
    }

    package var isSatisfied: Bool { missing.isEmpty }
}
