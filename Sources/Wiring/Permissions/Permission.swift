/// The APIs whose permissions an application is given.
enum PermissionResource: String, Sendable, Hashable, CaseIterable {
    case defender
    case graph

    /// As the portal lists it under *APIs my organization uses*.
    var title: String {
        switch self {
        case .defender: "WindowsDefenderATP"
        case .graph: "Microsoft Graph"
        }
    }

    /// The same in every tenant.
    ///
    /// Source: `reference/entra-auth.md` §6; Microsoft Graph's is that of every Graph sample.
    var appID: String {
        switch self {
        case .defender: "fc780465-2017-40d4-a0c5-307022471b92"
        case .graph: "00000003-0000-0000-c000-000000000000"
        }
    }
}

/// Whose token it is: the application's own, or a person's through it.
enum TokenContext: String, Sendable, Hashable {
    case application
    case user
}

/// One permission of one API; names are compared without regard to case, as Defender does.
struct Permission: Sendable, Hashable, Comparable {
    let resource: PermissionResource
    let name: String

    private var folded: String { name.lowercased() }

    static func == (left: Permission, right: Permission) -> Bool {
        left.resource == right.resource && left.folded == right.folded
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(resource)
        hasher.combine(folded)
    }

    static func < (left: Permission, right: Permission) -> Bool {
        if left.resource != right.resource { return left.resource.rawValue < right.resource.rawValue }
        return left.folded < right.folded
    }

    /// How much harm it can do: of two that would do, the smaller is wanted.
    ///
    /// Only the order counts: reading, then scanning, up to writing everything of a kind.
    var weight: Int {
        if let known = Self.actions[folded] { return known }
        if folded.contains("readwrite") || folded.hasSuffix("write") || folded.hasSuffix("manage") {
            return folded.hasSuffix(".all") ? 8 : 7
        }
        return 1
    }

    /// Several of these let an action be cancelled; whoever may only cancel gets the mildest.
    private static let actions = [
        "machine.scan": 2, "machine.collectforensics": 3, "machine.stopandquarantine": 4,
        "machine.restrictexecution": 4, "machine.isolate": 5, "machine.offboard": 6,
        "machine.liveresponse": 9,
    ]

    /// The delegated name of an application permission.
    ///
    /// Most lose `.All`; those of files, addresses, URLs and users keep it (`reference/entra-auth.md` §6.4).
    static func delegated(_ application: String) -> String {
        let keeps = ["file.", "ip.", "url.", "user."].contains { application.lowercased().hasPrefix($0) }
        guard !keeps, application.hasSuffix(".All") else { return application }
        return String(application.dropLast(".All".count))
    }
}
