import Cryptography
import Entra
import Foundation
import Simulating
import Testing
import Vocabulary

@testable import Wiring

/// How the application proves itself, and each combination that cannot be, at its place.
struct SettingsCredentialTests {
    private static let client = "0c5a0000-0000-4000-8000-000000000002"
    private static let keys = Result { try SimulatorKeys(now: .now()) }

    private let folder: SettingsFolder

    init() throws {
        var folder = try SettingsFolder()
        let keys = try Self.keys.get()
        try folder.write("app.pem", keys.clientPEM.withText { $0 })
        try folder.write("next.pem", keys.nextPEM.withText { $0 })
        try folder.write("bare.pem", String(decoding: keys.clientCertificate.pem(), as: UTF8.self))
        let pfx = try keys.clientPKCS12(password: Secret("pfx-PLANTED"))
        try pfx.withBytes { try Data($0).write(to: folder.url.appending(path: "app.pfx")) }
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600],
            ofItemAtPath: folder.path("app.pfx")
        )
        try folder.write("right", "pfx-PLANTED\n")
        try folder.write("wrong", "other\n")
        try folder.write("token", try keys.federatedToken(FederationScript(), now: .now()) + "\n")
        folder.environment["PFX"] = "pfx-PLANTED"
        self.folder = folder
    }

    /// The base with these lines as the application, which then begins in line 5, column 3.
    private func file(_ credential: String) -> String {
        SettingsFolder.base.replacing(
            "application: { client: \(Self.client), secret: { env: APP } }",
            with: "application: { client: \(Self.client), \(credential) }"
        )
    }

    private func credential(_ credential: String) throws -> EntraCredential {
        try folder.readWhole(file(credential)).defender.credential
    }

    private func errors(_ credential: String) throws -> [String] {
        try folder.errorsOfWhole(file(credential)).map {
            $0.replacing(folder.url.path(percentEncoded: false), with: "FOLDER/").replacing("//", with: "/")
        }
    }

    private func warnings(_ credential: String) throws -> [String] {
        try folder.readWhole(file(credential)).warnings.filter { $0.line == 5 }.map {
            "\($0.line):\($0.column): \($0.what)"
        }
    }

    @Test func `one secret or a list of them`() throws {
        #expect(try credential("secret: { env: APP }") == .secrets([Secret("app-PLANTED")]))
        #expect(
            try credential("secret: [{ env: APP }, { env: PFX }]")
                == .secrets([Secret("app-PLANTED"), Secret("pfx-PLANTED")])
        )
    }

    @Test func `a certificate as PEM, as PKCS 12, with its chain, and two during a rotation`() throws {
        let keys = try Self.keys.get()
        let pem = keys.clientPEM.withText { Secret($0.hasSuffix("\n") ? String($0.dropLast()) : $0) }
        let next = keys.nextPEM.withText { Secret(String($0.dropLast())) }
        #expect(
            try credential("certificate: { file: app.pem }") == .certificates([CertificateFile(content: pem)])
        )
        let pfx = Secret(Array(try Data(contentsOf: folder.url.appending(path: "app.pfx"))))
        for place in ["{ file: right }", "{ env: PFX }"] {
            #expect(
                try credential("certificate: { file: app.pfx, password: \(place), chain: yes }")
                    == .certificates([
                        CertificateFile(content: pfx, password: Secret("pfx-PLANTED"), sendsChain: true)
                    ])
            )
        }
        #expect(
            try credential("certificate: [{ file: next.pem, chain: true }, { file: app.pem }]")
                == .certificates([
                    CertificateFile(content: next, sendsChain: true), CertificateFile(content: pem),
                ])
        )
    }

    @Test func `a federated token's file and each managed identity`() throws {
        #expect(try credential("federated: { file: token }") == .federated(path: folder.path("token")))
        func identity(
            _ selector: ManagedIdentity.Selector,
            _ kind: ManagedIdentity.Kind? = nil,
            _ environment: [String: String] = [:]
        ) throws -> EntraCredential {
            .managedIdentity(try ManagedIdentity(selector, kind: kind, environment: environment))
        }
        #expect(try credential("managed-identity: system") == identity(.system))
        #expect(try credential("managed-identity: { kind: arc }") == identity(.system, .arc))
        #expect(
            try credential("managed-identity: { client: \(Self.client) }") == identity(.client(Self.client))
        )
        let object = "a41c90de-0000-4000-8000-000000000007"
        #expect(try credential("managed-identity: { object: \(object) }") == identity(.object(object)))
        #expect(
            try credential("managed-identity: { resource: /subscriptions/s }")
                == identity(.resource("/subscriptions/s"))
        )
    }

    @Test func `what App Service gives is read from the environment and taken out of it`() throws {
        var folder = folder
        let given = [
            "IDENTITY_ENDPOINT": "http://localhost:1/msi/token", "IDENTITY_HEADER": "header-PLANTED",
        ]
        folder.environment.merge(given) { $1 }
        let settings = try folder.readWhole(file("managed-identity: system"))
        #expect(
            settings.defender.credential
                == .managedIdentity(try ManagedIdentity(.system, environment: given))
        )
        #expect(settings.takenVariables.contains("IDENTITY_HEADER"))
        #expect(settings.secrets.contains(Secret("header-PLANTED")))
    }

    @Test(arguments: [
        (
            "secret: { env: APP }, certificate: { file: app.pem }",
            #""application" has two credentials: certificate, secret; keep "certificate""#
        ),
        (
            "secret: { env: APP }, federated: { file: token }, managed-identity: system",
            #""application" has 3 credentials: managed-identity, federated, secret; keep "managed-identity""#
        ),
        (
            "certificate: { file: app.pem, ^password: { file: right } }",
            #""password" is given for a certificate that is not PKCS #12; "#
                + "remove it: only a .pfx or .p12 file has one, a key in a PEM file is unencrypted"
        ),
        (
            "certificate: { file: app.pfx, password: ^{ file: wrong } }",
            "the application's certificate: The password does not open the PKCS #12 file; "
                + "Give the password that the file was exported with"
        ),
        (
            "certificate: ^{ file: app.pfx }",
            "the application's certificate: The PKCS #12 file has a password, and none is given; "
                + "Give it as `password: { file: PATH }` beside the certificate's file"
        ),
        (
            "certificate: { file: app.pfx, password: ^geheim }",
            "the certificate's password stands in the file itself; "
                + "write { env: NAME }, { file: PATH } or { credential: NAME }"
        ),
        (
            "certificate: { file: app.pem, chain: ^maybe }",
            #""chain" of the application's certificate is "maybe"; write yes or no"#
        ),
        (
            "certificate: ^[]",
            "the application's certificate is an empty list; name at least one file"
        ),
        (
            "certificate: { file: app.pem, ^passwort: { file: right } }",
            #"the application's certificate has no key "passwort"; did you mean "password"?"#
        ),
        (
            "secret: { env: APP }, ^chain: yes",
            #""chain" belongs to a certificate; write certificate: { file: PATH, chain: yes }"#
        ),
        (
            "secret: { env: APP }, ^password: { env: PFX }",
            #""password" belongs to a certificate; write certificate: { file: PATH, password: { file: PATH } }"#
        ),
        (
            "federated: { file: ^right }",
            "The federated token file FOLDER/right holds no JSON web token; "
                + "Name the file that the platform writes, such as $AZURE_FEDERATED_TOKEN_FILE"
        ),
        (
            "federated: ^token",
            #""federated" is not a mapping; write `key: value` pairs: file"#
        ),
        (
            "managed-identity: { kind: ^imd }",
            #""kind" of "managed-identity" is "imd"; did you mean "imds"?"#
        ),
        (
            "managed-identity: ^{ client: \(client), object: \(client) }",
            #""managed-identity" names client and object; keep one of them"#
        ),
        (
            "managed-identity: { client: ^bascule }",
            #""client" of "managed-identity" is "bascule"; write the id, eight digits first"#
        ),
        (
            "managed-identity: { resource: ^bascule }",
            #""resource" of "managed-identity" is "bascule"; write the resource id, /subscriptions/…"#
        ),
        (
            "managed-identity: { client: ^a41c90de-0000-4000-8000-000000000007 }",
            #"the identity's client id is not the "client" of "application"; "#
                + "write the same id in both: Defender names it as the one who asked"
        ),
        (
            "managed-identity: { ^kind: app-service }",
            #""managed-identity" is App Service's, and there is no IDENTITY_ENDPOINT; "#
                + #"say the "kind", or start the bridge where the platform sets these variables"#
        ),
    ])
    func `a combination that cannot be is an error at its place`(credential: String, error: String) throws {
        #expect(try errors(credential.replacing("^", with: "")) == ["5:\(column(credential)): \(error)"])
    }

    /// Where the marked place is in line 5; without a mark the application itself.
    private func column(_ marked: String) -> Int {
        let line = file(marked).split(separator: "\n")[4]
        let found = line.firstIndex(of: "^").map { line.distance(from: line.startIndex, to: $0) + 1 }
        return found ?? 16
    }

    @Test func `a certificate that cannot be used is said when it is read, not when it is needed`() throws {
        let found = try errors("certificate: [{ file: app.pem }, { file: bare.pem }]")
        let place = column("certificate: [{ file: app.pem }, ^{ file: bare.pem }]")
        #expect(found.count == 1)
        #expect(
            found.first?.hasPrefix(
                "5:\(place): the application's certificate: No private key could be read from the PEM text"
            ) == true,
            "\(found)"
        )
    }

    @Test func `a chain of one and a certificate that has ended are warned of`() throws {
        #expect(
            try warnings("certificate: { file: app.pem, chain: yes }") == [
                "5:\(column("certificate: { file: app.pem, chain: ^yes }")): the certificate's file holds no authority above it, so that the chain is the certificate alone"
            ]
        )
        let key = try PrivateKey.makeRSA()
        let start = Timestamp.now() - .seconds(3 * 86_400)
        let old = try Certificate.makeAuthority(commonName: "old", key: key, now: start, days: 1)
        try folder.write("old.pem", key.pem().withText { $0 } + String(decoding: old.pem(), as: UTF8.self))
        let ended = "the application's certificate ended on \(old.notAfter.iso8601)"
        #expect(
            try warnings("certificate: [{ file: app.pem }, { file: old.pem }]") == [
                "5:\(column("certificate: [{ file: app.pem }, ^{ file: old.pem }]")): \(ended)"
            ]
        )
        #expect(
            try errors("certificate: { file: old.pem }")
                == [
                    "5:\(column("certificate: ^{ file: old.pem }")): \(ended); make a new one, upload it to the application, then put it here"
                ]
        )
    }

    @Test func `who may read and write a federated token is looked at`() throws {
        let text = try Self.keys.get().federatedToken(FederationScript(), now: .now())
        try folder.write("token", text, mode: 0o644)
        let path = folder.path("token")
        let place = column("federated: { file: ^token }")
        #expect(
            try warnings("federated: { file: token }")
                == ["5:\(place): everybody on this host may read \(path) (mode 0644)"]
        )
        try folder.write("token", text, mode: 0o640)
        #expect(try warnings("federated: { file: token }").isEmpty)
        try folder.write("token", text, mode: 0o660)
        #expect(
            try folder.errorsOfWhole(file("federated: { file: token }"))
                == ["5:\(place): others may write \(path) (mode 0660); let only the platform write it"]
        )
    }

    @Test func `a certificate or password that others may read is refused`() throws {
        try folder.write("right", "pfx-PLANTED\n", mode: 0o644)
        let found = try errors("certificate: { file: app.pfx, password: { file: right } }")
        #expect(
            found == [
                "5:\(column("certificate: { file: app.pfx, password: ^{ file")): the certificate's password: others may read FOLDER/right (mode 0644); chmod 600 FOLDER/right"
            ]
        )
    }

    @Test(arguments: [
        "certificate: { file: gone.pfx, password: { file: gone }, chain: yes }", "federated: { file: gone }",
        "managed-identity: { kind: app-service }", "managed-identity: system",
    ])
    func `an operator's commands read none of it`(credential: String) throws {
        try folder.write("bascule.yaml", file(credential))
        let settings = try SettingsReader.read(
            folder.path("bascule.yaml"),
            environment: ["MSI_ENDPOINT": "x"],
            secrets: .unread
        )
        #expect(settings.takenVariables.isEmpty)
    }

    @Test func `no credential shows in what settings print`() throws {
        for credential in [
            "certificate: { file: app.pfx, password: { file: right } }", "certificate: { file: app.pem }",
            "secret: { env: APP }",
        ] {
            var shown = ""
            dump(try folder.readWhole(file(credential)).defender, to: &shown)
            #expect(!shown.contains("PLANTED") && !shown.contains("PRIVATE KEY"))
        }
    }
}
