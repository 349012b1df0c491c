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

    /// In a user's context: the action alone, because machines are looked up and actions watched by the
    /// application.
    ///
    /// - Parameters:
    ///   - entry: The action.
    ///   - scopes: The token's `scp`, or nil where the token cannot be read: then nothing is called missing.
    ///   - reads: True where everything goes through the user, so that machines must be readable as well.
    package init(entry: ActionEntry, scopes: Set<String>?, reads: Bool = false) {
        var groups = [("to \(entry.word)", entry.delegatedPermissions)]
        if reads {
            groups.append(("to find the machine and watch the action", Catalogue.delegatedReadingMachines))
        }
        missing = Self.missing(groups, scopes)
    }

    /// What the application needs where a user does the action: to find the machine and to watch.
    ///
    /// - Parameters:
    ///   - entry: The action.
    ///   - held: The application token's `roles`, or nil where it cannot be read.
    package init(watching entry: ActionEntry, held: Set<String>?) {
        missing = Self.missing(
            [("to find the machine and watch the action", entry.watchingPermissions)],
            held
        )
    }

    private static func missing(
        _ groups: [(purpose: String, anyOf: [String])],
        _ held: Set<String>?
    ) -> [Missing] {
        guard let held else { return [] }
        let folded = Set(held.map { $0.lowercased() })
        return groups.filter { group in
            !group.anyOf.isEmpty && !group.anyOf.contains { folded.contains($0.lowercased()) }
        }
        .map { Missing(purpose: $0.purpose, anyOf: $0.anyOf) }
    }

    package var isSatisfied: Bool { missing.isEmpty }
}
