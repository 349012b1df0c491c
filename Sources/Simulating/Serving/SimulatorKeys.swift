package import Cryptography
package import Vocabulary

/// Every key and certificate of a simulated world: made afresh, worth nothing outside it.
package struct SimulatorKeys: Sendable {
    package let authority: Certificate
    package let serverKey: PrivateKey
    package let serverCertificate: Certificate
    /// The application's own pair, registered with the simulated Entra.
    package let clientKey: PrivateKey
    package let clientCertificate: Certificate
    let tokenKey: PrivateKey
    let tokenCertificate: Certificate

    /// Makes three RSA keys, which takes a good part of a second.
    package init(now: Timestamp) throws(CryptographyError) {
        let authorityKey = try PrivateKey.makeRSA()
        let root = try Certificate.makeAuthority(
            commonName: "Bascule simulator",
            key: authorityKey,
            now: now,
            days: 30
        )
        func issue(
            _ name: String,
            _ hosts: [String],
            _ key: PrivateKey
        ) throws(CryptographyError) -> Certificate {
            try Certificate.issue(
                commonName: name,
                hosts: hosts,
                key: key,
                authority: root,
                authorityKey: authorityKey,
                now: now,
                days: 30
            )
        }
        authority = root
        serverKey = try PrivateKey.makeRSA()
        serverCertificate = try issue("localhost", ["localhost", "127.0.0.1"], serverKey)
        clientKey = try PrivateKey.makeRSA()
        clientCertificate = try issue("bascule", [], clientKey)
        // Tokens are signed with the authority's key: one key less to make, and nobody checks its purpose.
        tokenKey = authorityKey
        tokenCertificate = root
    }

    /// Certificate and key of the application, as one PEM text.
    package var clientPEM: Secret {
        clientKey.pem().withBytes { Secret(clientCertificate.pem() + $0) }
    }
}
