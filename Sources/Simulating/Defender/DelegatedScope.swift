/// How permissions are spelled where a user calls: the simulator's own reading of the documented tables.
///
/// - Source: `reference/defender-api.md` §2, column Del.
enum DelegatedScope {
    /// These are the same in both contexts.
    private static let same: Set<String> = ["user.read.all", "file.read.all", "ip.read.all", "url.read.all"]

    /// The delegated spelling of a route's permissions.
    ///
    /// - Parameters:
    ///   - roles: Application permissions of which any one suffices.
    ///   - route: As the quota counts it.
    /// - Returns: Delegated permissions of which any one suffices.
    static func scopes(for roles: [String], at route: String) -> [String] {
        // The one route whose delegated permission is another altogether.
        if route.lowercased().hasSuffix("/getpackageuri") { return ["Machine.CollectForensics"] }
        return roles.map { role in
            guard role.hasSuffix(".All"), !same.contains(role.lowercased()) else { return role }
            return String(role.dropLast(".All".count))
        }
    }

    static func demand(_ wanted: [String], of held: [String]) throws(DefenderRefusal) {
        let folded = Set(held.map { $0.lowercased() })
        guard !wanted.contains(where: { folded.contains($0.lowercased()) }) else { return }
        let text =
            "Missing scopes. API required scopes: \(wanted.joined(separator: ",")), "
            + "user scopes: \(held.joined(separator: ","))."
        throw DefenderRefusal(403, "Forbidden", text)
    }
}
