import Foundation
package import Vocabulary

/// An identity of the machine or container itself: the platform gives tokens, nothing is kept here.
///
/// - Source: `reference/entra-auth.md` §1.4.
package struct ManagedIdentity: Sendable, Hashable {
    /// Who gives the tokens.
    package enum Kind: String, Sendable, CaseIterable {
        /// The metadata service of virtual machines, scale sets and Kubernetes nodes.
        case imds
        /// App Service, Functions, Container Apps and Automation.
        case appService = "app-service"
        /// The agent on machines outside of Azure.
        case arc

        package var shown: String {
            switch self {
            case .imds: "IMDS"
            case .appService: "App Service"
            case .arc: "Arc"
            }
        }
    }

    /// Which of the machine's identities.
    package enum Selector: Sendable, Hashable {
        case system
        /// A user-assigned identity by its client id.
        case client(String)
        /// By its object (principal) id.
        case object(String)
        /// By its resource id, `/subscriptions/…`.
        case resource(String)
    }

    package let kind: Kind
    package let selector: Selector
    /// The whole address, without a query.
    let endpoint: String
    /// What App Service wants to see in `X-IDENTITY-HEADER`.
    package let header: Secret?
    /// Where Arc's agent puts the file that proves that we may read it.
    let keyFolder: String

    package static let arcKeyFolder = "/var/opt/azcmagent/tokens"

    /// Variables of the environment whose value is a secret.
    package static let secretVariables = ["IDENTITY_HEADER"]

    /// Finds out from the environment who gives the tokens, unless `kind` says it.
    ///
    /// - Parameters:
    ///   - selector: Which identity.
    ///   - kind: Who gives the tokens; nil takes the order of Microsoft's own libraries.
    ///   - environment: The process's variables.
    ///   - keyFolder: Where Arc's keys are; another one than the default is for trying things out.
    /// - Throws: ``TokenError/setting(name:problem:)`` if the environment names a platform that is not built, lacks
    ///   what `kind` needs, or names an address beyond this machine.
    package init(
        _ selector: Selector,
        kind: Kind? = nil,
        environment: [String: String],
        keyFolder: String = ManagedIdentity.arcKeyFolder
    ) throws(TokenError) {
        let found = if let kind { kind } else { try Self.detect(environment) }
        self.kind = found
        self.selector = selector
        self.keyFolder = keyFolder
        endpoint = try Self.checked(Self.endpoint(of: found, environment))
        header = found == .appService ? environment["IDENTITY_HEADER"].map { Secret($0) } : nil
        guard found != .appService || header?.isBlank == false else {
            throw .setting(
                name: "managed-identity",
                problem: "is App Service's, and there is no IDENTITY_HEADER"
            )
        }
    }

    /// Which identity, in words.
    package var shown: String {
        let name =
            switch selector {
            case .system: "the system-assigned identity"
            case .client(let id): "the identity with client id \(id)"
            case .object(let id): "the identity with object id \(id)"
            case .resource(let id): "the identity \(id)"
            }
        return "\(name) of \(kind.shown)"
    }

    /// The address of one request for a token.
    func address(for resource: String) -> String {
        var fields = [("api-version", version), ("resource", resource)]
        switch (selector, kind) {
        case (.system, _): break
        case (.client(let id), _): fields.append(("client_id", id))
        case (.object(let id), _): fields.append(("object_id", id))
        case (.resource(let id), .appService): fields.append(("mi_res_id", id))
        case (.resource(let id), _): fields.append(("msi_res_id", id))
        }
        return endpoint + "?" + fields.map { TokenRequest.field($0, $1) }.joined(separator: "&")
    }

    private var version: String {
        switch kind {
        case .imds: "2018-02-01"
        case .appService: "2019-08-01"
        case .arc: "2020-06-01"
        }
    }

    private static func detect(_ environment: [String: String]) throws(TokenError) -> Kind {
        func has(_ name: String) -> Bool { environment[name]?.isEmpty == false }
        if has("IDENTITY_ENDPOINT") {
            if has("IDENTITY_HEADER") {
                guard !has("IDENTITY_SERVER_THUMBPRINT") else { throw unbuilt("Service Fabric") }
                return .appService
            }
            if has("IMDS_ENDPOINT") { return .arc }
        }
        if has("MSI_ENDPOINT") {
            throw unbuilt(has("MSI_SECRET") ? "Azure Machine Learning" : "the Cloud Shell")
        }
        return .imds
    }

    private static func unbuilt(_ platform: String) -> TokenError {
        .setting(
            name: "managed-identity",
            problem: "would be \(platform)'s here, which is not built in this version"
        )
    }

    private static func endpoint(of kind: Kind, _ environment: [String: String]) throws(TokenError) -> String
    {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        switch kind {
        case .imds:
            var host = value("AZURE_POD_IDENTITY_AUTHORITY_HOST") ?? "http://169.254.169.254"
            while host.hasSuffix("/") { host.removeLast() }
            return host + "/metadata/identity/oauth2/token"
        case .appService:
            guard let endpoint = value("IDENTITY_ENDPOINT") else {
                throw .setting(
                    name: "managed-identity",
                    problem: "is App Service's, and there is no IDENTITY_ENDPOINT"
                )
            }
            return endpoint
        case .arc:
            return value("IDENTITY_ENDPOINT") ?? "http://localhost:40342/metadata/identity/oauth2/token"
        }
    }

    /// Only an address of this machine or its link: anything else would hand tokens to whoever set a variable.
    ///
    /// The HTTP client holds the same rule for the address that is really connected to.
    private static func checked(_ endpoint: String) throws(TokenError) -> String {
        let parts = URLComponents(string: endpoint)
        let host = parts?.host?.lowercased() ?? ""
        let isLocal =
            host == "localhost" || host == "[::1]" || host == "::1"
            || host.wholeMatch(of: /(?:127\.[0-9]{1,3}|169\.254)\.[0-9]{1,3}\.[0-9]{1,3}/) != nil
        guard isLocal, ["http", "https"].contains(parts?.scheme?.lowercased()), parts?.query == nil,
            parts?.fragment == nil, parts?.user == nil
        else {
            throw .setting(
                name: "managed-identity",
                problem: "would be asked at an address that is not of this machine or its link"
            )
        }
        return endpoint
    }
}
