package import JSONReader

/// Where a simulator listens, and what opens it.
package struct SimulatorAddresses: Sendable, Equatable {
    /// Base addresses without a path; today all three are one listener.
    package let entra: String
    package let defender: String
    package let chat: String
    package let tenant: String
    package let client: String
    /// The application's secret, good for this simulator only.
    package let secret: String
    /// The public client with which the user signs in.
    package let userClient: String
    /// The user's principal name.
    package let user: String

    init(scheme: String, port: Int, script: SimulatorScript) {
        let base = "\(scheme)://127.0.0.1:\(port)"
        entra = base
        defender = base
        chat = base
        tenant = script.tenant
        client = script.client
        secret = script.secret
        userClient = script.user.client
        user = script.user.principalName
    }

    /// The one line that `bascule simulate` prints.
    ///
    /// - Parameters:
    ///   - authority: Path of the authority's PEM file.
    ///   - certificate: Path of the PEM file with the application's certificate and key.
    /// - Returns: An object with the keys of design §10.
    package func json(authority: String, certificate: String) -> JSONValue {
        [
            "entra": .string(entra), "defender": .string(defender), "chat": .string(chat),
            "ca": .string(authority), "tenant": .string(tenant), "client": .string(client),
            "secret": .string(secret), "certificate": .string(certificate),
            "user_client": .string(userClient), "user": .string(user),
        ]
    }
}
