import Cryptography
import CurlClient
import Foundation
import JSONReader
import Simulating
import TestKit
import Testing
import Vocabulary

@testable import Wiring

/// A settings file against a real simulator over TLS, and what `doctor` says of it.
struct DoctorRig: Sendable {
    /// Making keys takes a good part of a second; sharing them spoils nothing.
    private static let keys = Result { try SimulatorKeys(now: .now()) }

    static let tenant = "7f1c0f5e-3a52-4f0e-9b1d-5c2f6a8e1d40"
    /// The alternative to trusting the simulator's authority.
    var trusts = true
    var script: SimulatorScript = {
        var script = SimulatorScript(machines: [
            SimulatedMachine(fields: ["computerDnsName": "laptop-7.corp.example", "osPlatform": "Windows11"])
        ])
        script.roles = ["Machine.Read.All", "Machine.Isolate", "Machine.Scan"]
        return script
    }()
    var secret: String?
    var hasCertificate = false
    /// In place of secret and certificate: the end of a federated token.
    var federatedEndsAt: Timestamp?
    var tenant = DoctorRig.tenant
    var scope = "https://api.securitycenter.microsoft.com/.default"
    /// In place of the simulator's address.
    var login: String?
    var api: String?
    /// Further lines of the file.
    var more = ""
    var grants = "[isolate, release, scan]"
    /// How far our own clock is ahead of the machine's.
    var ourClock = Duration.zero

    func report() async throws -> DoctorReport {
        let keys = try Self.keys.get()
        return try await Simulator.serve(script, keys: keys, isTLS: true) { [self] _, addresses in
            try await TemporaryFolder.with { folder in
                try folder.write(secret ?? addresses.secret, to: "app.secret")
                try keys.clientPEM.withText { try folder.write($0, to: "app.pem") }
                try folder.write(String(decoding: keys.authority.pem(), as: UTF8.self), to: "ca.pem")
                if let federatedEndsAt {
                    let claims: JSONValue = [
                        "exp": .integer(federatedEndsAt.seconds), "iss": "https://oidc.corp.example/",
                        "sub": "s",
                        "aud": "api://AzureADTokenExchange",
                    ]
                    let token = "e30." + Base64.encodeURL(claims.encoded()) + ".c2ln"
                    try folder.write(token, to: "federated")
                }
                try folder.write(text(addresses), to: "bascule.yaml")
                let settings = try SettingsReader.read(
                    folder.path("bascule.yaml"),
                    environment: [:],
                    secrets: .application
                )
                let http = try CurlClient(settings.curl)
                let ourClock = self.ourClock
                let report = await Doctor(settings: settings, http: http, now: { .now() + ourClock }).report()
                await http.close()
                return report
            }
        }
    }

    private func text(_ addresses: SimulatorAddresses) -> String {
        let credential =
            federatedEndsAt != nil
            ? "federated: { file: federated }"
            : hasCertificate ? "certificate: { file: app.pem }" : "secret: { file: app.secret }"
        return """
            ledger: sqlite:ledger.db
            control: control.sock
            \(trusts ? "trust: { file: ca.pem }" : "")
            defender:
              cloud: { api: "\(api ?? addresses.defender)", login: "\(login ?? addresses.entra)", scope: "\(scope)" }
              tenant: \(tenant)
              application: { client: \(addresses.client), \(credential) }
            sources:
              soc-chat: { kind: slack, workspaces: [T024], secret: { env: NOT-OURS-TO-READ } }
            people: { mia: { soc-chat: T024/U1 } }
            grants: [ { allow: \(grants), to: [mia], machines: { os: client } } ]
            \(more)
            """
    }
}

extension DoctorReport {
    subscript(_ name: String) -> Finding? { findings.first { $0.name == name } }

    /// `NAME: CODE` of each fault.
    var faults: [String] { findings.filter { $0.verdict == .fault }.map { "\($0.name): \($0.code)" } }
    var warnings: [String] { findings.filter { $0.verdict == .warning }.map { "\($0.name): \($0.code)" } }
}
