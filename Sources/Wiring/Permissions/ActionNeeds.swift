import Catalogue

/// Permissions of which any one suffices, and what for.
struct PermissionNeed: Sendable, Hashable {
    /// What is needed it for.
    enum Purpose: Sendable, Hashable {
        /// The action itself.
        case action
        /// Finding its machine and watching what became of it.
        case watching
    }

    let purpose: Purpose
    /// Of one API; never empty.
    let anyOf: [Permission]

    func isMet(by held: Set<Permission>) -> Bool { anyOf.contains(where: held.contains) }

    /// `Machine.Read.All or Machine.ReadWrite.All`.
    var text: String { anyOf.map(\.name).joined(separator: " or ") }
}

/// What one action of the catalogue needs, in each context.
struct ActionNeeds: Sendable, Hashable {
    let word: String
    private let application: [PermissionNeed]
    private let delegated: [PermissionNeed]

    /// What is needed at Defender to find machines and to watch.
    static let reading = PermissionNeed(purpose: .watching, anyOf: make(Catalogue.readingMachines, .defender))

    init(_ entry: ActionEntry) {
        self.init(
            word: entry.word,
            backEnd: entry.backEnd,
            application: entry.applicationPermissions,
            delegated: entry.delegatedPermissions,
            watching: entry.watchingPermissions
        )
    }

    /// Lists of names may be empty: then nothing is needed for that.
    ///
    /// Machines are found and watched at Defender, whichever API carries the action out.
    init(
        word: String,
        backEnd: BackEnd,
        application: [String],
        delegated: [String],
        watching: [String]
    ) {
        self.word = word
        let resource: PermissionResource = backEnd == .graph ? .graph : .defender
        let isMachines = watching.contains(where: Catalogue.readingMachines.contains)
        let watched: PermissionResource = isMachines ? .defender : resource
        self.application =
            Self.needs(.action, application, resource) + Self.needs(.watching, watching, watched)
        self.delegated =
            Self.needs(.action, delegated, resource)
            + Self.needs(.watching, watching.map(Permission.delegated), watched)
    }

    func needs(in context: TokenContext) -> [PermissionNeed] {
        context == .application ? application : delegated
    }

    private static func needs(
        _ purpose: PermissionNeed.Purpose,
        _ names: [String],
        _ resource: PermissionResource
    ) -> [PermissionNeed] {
        names.isEmpty ? [] : [PermissionNeed(purpose: purpose, anyOf: make(names, resource))]
    }

    private static func make(_ names: [String], _ resource: PermissionResource) -> [Permission] {
        names.map { Permission(resource: resource, name: $0) }
    }
}
