import Catalogue
import CurlClient
import Deciding
import Entra
import Foundation
import Vocabulary

/// What the settings say, as far as `doctor` looks at it.
struct Patient: Sendable {
    let file: String
    let api: String
    let login: String
    let tenant: String
    let client: String
    let scope: String
    /// True if the application proves itself with a secret.
    let hasSecret: Bool
    let trustFile: String?
    /// Host and port of the proxy without its password; nil for none.
    let proxy: String?
    /// Whether the call to each goes through the proxy.
    let isLoginProxied: Bool
    let isAPIProxied: Bool
    let grants: [Grant]
    let plan: PermissionPlan
    /// Which back end serves what can be had from more than one.
    let backEnds: BackEndChoice
    /// What a token for Graph is asked for, where the grants need one.
    let graphScope: String?

    init(_ settings: Settings) {
        file = settings.file
        api = settings.defender.api
        login = settings.defender.login
        tenant = settings.defender.tenant
        client = settings.defender.client
        scope = settings.defender.scope
        if case .secrets = settings.defender.credential { hasSecret = true } else { hasSecret = false }
        trustFile = settings.trustFile
        proxy = settings.proxy.map { proxy in
            proxy.url.withText { text in
                let parts = URLComponents(string: text)
                let port = parts?.port.map { ":\($0)" } ?? ""
                return "\(parts?.scheme ?? "http")://\(parts?.host ?? "?")\(port)"
            }
        }
        isLoginProxied = settings.curl.usesProxy(for: Secret(settings.defender.login))
        isAPIProxied = settings.curl.usesProxy(for: Secret(settings.defender.api))
        grants = settings.policy.grants
        backEnds = settings.defender.backEnds
        plan = PermissionPlan(
            grants: settings.policy.grants,
            context: .application,
            backEnds: settings.defender.backEnds
        )
        let needsGraph = plan.least.contains { $0.resource == .graph }
        graphScope = needsGraph ? settings.defender.graphScope : nil
    }

    /// The resource that the scope asks for.
    var resource: String { scope.hasSuffix("/.default") ? String(scope.dropLast("/.default".count)) : scope }
}
