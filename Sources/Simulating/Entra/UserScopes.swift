/// What a user's client asks for: one resource, and what it wants to know of the user.
struct UserScopes: Sendable {
    let resource: String
    /// As asked, in order.
    let all: [String]

    private static let aboutUser: Set<String> = ["openid", "profile", "email", "offline_access"]

    init(resource: String, all: [String]) {
        self.resource = resource
        self.all = all
    }

    init(_ scope: String?, service: EntraService) throws(EntraRefusal) {
        let all = (scope ?? "").split(separator: " ").map(String.init)
        guard !all.isEmpty else { throw EntraRefusal.missing("scope") }
        let wanted = all.filter { !Self.aboutUser.contains($0) }
        let resources = Set(wanted.filter { $0.contains("/") }.map(Self.resource))
        guard resources.count <= 1 else {
            let text = "The provided value for the input parameter 'scope' names several resources."
            throw EntraRefusal(400, "invalid_scope", 28_000, text)
        }
        let resource = resources.first ?? "https://graph.microsoft.com"
        guard (service.script.audiences + EntraService.otherResources).contains(resource) else {
            let text =
                "The resource principal named \(resource) was not found in the tenant named \(service.script.tenant)."
            throw EntraRefusal(400, "invalid_resource", 500_011, text)
        }
        self.init(resource: resource, all: all)
        let names = wanted.map(Self.name).filter { $0 != ".default" }
        let consented = Set(service.script.user.scopes.map { $0.lowercased() })
        guard
            names.allSatisfy({ consented.contains($0.lowercased()) })
                || !service.script.audiences.contains(resource)
        else {
            var refusal = EntraRefusal(
                400,
                "invalid_grant",
                65_001,
                "The user or administrator has not consented to use the application."
            )
            refusal.suberror = "consent_required"
            throw refusal
        }
    }

    private static func resource(of scope: String) -> String {
        scope.lastIndex(of: "/").map { String(scope[..<$0]) } ?? ""
    }

    private static func name(of scope: String) -> String {
        scope.lastIndex(of: "/").map { String(scope[scope.index(after: $0)...]) } ?? scope
    }

    /// The permissions that a token for it carries: all that were consented to, however few were asked for.
    func permissions(_ user: UserScript) -> [String] { user.scopes }

    /// The answer's `scope`: the names with their resource, what was asked for as it was, and who the user is.
    func granted(_ user: UserScript) -> String {
        var names = all.filter { $0 != "offline_access" }
        names += permissions(user).map { "\(resource)/\($0)" }.filter { !names.contains($0) }
        return names.joined(separator: " ")
    }
}
