/// The permissions of a token against those that the grants need.
struct PermissionComparison: Sendable, Equatable {
    /// One that is held and need not be.
    struct Excess: Sendable, Equatable {
        let permission: Permission
        /// Narrower ones that would do in its place; empty if nothing needs it at all.
        let wouldDo: [Permission]
    }

    /// Needs of which no permission is held.
    let missing: [PermissionPlan.Reason]
    let excess: [Excess]

    /// Only needs of `resource` are compared: a token is for one API.
    init(_ plan: PermissionPlan, held names: Set<String>, of resource: PermissionResource) {
        let held = Set(names.map { Permission(resource: resource, name: $0) })
        let reasons = plan.reasons.filter { $0.need.anyOf.contains { $0.resource == resource } }
        missing = reasons.filter { !$0.need.isMet(by: held) }
        excess = held.subtracting(plan.least).sorted().map { permission in
            // Only what nothing else of the token meets would be lost with it.
            let others = held.subtracting([permission])
            let needs = reasons.map(\.need).filter { $0.anyOf.contains(permission) && !$0.isMet(by: others) }
            let narrower = Set(needs.flatMap(\.anyOf)).intersection(plan.least)
            return Excess(permission: permission, wouldDo: narrower.sorted())
        }
    }

    var isExact: Bool { missing.isEmpty && excess.isEmpty }
}
