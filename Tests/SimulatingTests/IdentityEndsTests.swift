import Cryptography
import Foundation
import JSONReader
import Testing
import Vocabulary

@testable import Simulating

/// The ends of managed identities and of federated tokens, as the wire shows them.
struct IdentityEndsTests {
    private static let metadata =
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://api.securitycenter.microsoft.com"
    private static let arc = metadata.replacing("2018-02-01", with: "2020-06-01")
    private static let appService =
        "/msi/token?api-version=2019-08-01&resource=https://api.securitycenter.microsoft.com"

    private func bench(_ change: (inout SimulatorScript) -> Void = { _ in }) -> Bench {
        var script = twoMachines()
        script.identities.arcKeyPath = "/tokens/arc.key"
        change(&script)
        return Bench(script)
    }

    private let isMetadata = ["metadata": ["true"]]
    private let header = ["x-identity-header": [sharedKeys.identityHeader]]

    @Test func `the metadata service answers in texts`() throws {
        let bench = bench()
        let body = try bench.json(bench.call("GET", Self.metadata, isMetadata))
        #expect(
            Set(body.object?.keys.map { $0 } ?? []) == [
                "access_token", "expires_in", "expires_on", "not_before", "refresh_token", "resource",
                "token_type",
            ]
        )
        #expect(body["expires_in"] == "3599")
        #expect(body["expires_on"] == .string(String(bench.clock.now.seconds + 3_599)))
        let token = try #require(WebToken(body["access_token"]?.string ?? ""))
        #expect(token.claims["appid"] == .string(bench.script.client))
        #expect(token.claims["xms_mirid"] == nil)
    }

    @Test func `App Service tells the end as a moment, and whose token it is`() throws {
        let bench = bench()
        let body = try bench.json(bench.call("GET", Self.appService, header))
        #expect(
            Set(body.object?.keys.map { $0 } ?? []) == [
                "access_token", "client_id", "expires_on", "resource", "token_type",
            ]
        )
        #expect(body["client_id"] == .string(bench.script.client))
    }

    @Test func `Arc asks for the content of a file`() throws {
        let bench = bench()
        let asked = bench.call("GET", Self.arc, isMetadata)
        #expect(asked.status == 401)
        #expect(asked.headers.first { $0.name == "WWW-Authenticate" }?.value == "Basic realm=/tokens/arc.key")
        let right = isMetadata.merging(["authorization": ["Basic \(sharedKeys.arcKey)"]]) { $1 }
        #expect(bench.call("GET", Self.arc, right).status == 200)
        let wrong = isMetadata.merging(["authorization": ["Basic x"]]) { $1 }
        #expect(bench.call("GET", Self.arc, wrong).status == 403)
        let without = self.bench { $0.identities.arcKeyPath = nil }
        #expect(without.call("GET", Self.arc, isMetadata).status == 500)
    }

    @Test func `what is missing or wrong is refused in each platform's form`() throws {
        let bench = bench()
        let unmarked = bench.call("GET", Self.metadata)
        #expect(unmarked.status == 400)
        #expect(try bench.json(unmarked)["error"] == "bad_request_102")
        let forwarded = isMetadata.merging(["x-forwarded-for": ["10.0.0.1"]]) { $1 }
        #expect(bench.call("GET", Self.metadata, forwarded).status == 400)
        #expect(bench.call("POST", Self.metadata, isMetadata).status == 405)
        #expect(bench.call("GET", Self.appService).status == 401)
        for tail in [
            "&resource=x", "&client_id=x", "&client_id=\(bench.script.identities.client)&object_id=x",
            "&mi_res_id=x",
        ] {
            let answer = bench.call("GET", Self.appService + tail, header)
            #expect(answer.status == 400)
            #expect(try bench.json(answer)["statusCode"] == 400)
        }
        for target in [
            Self.metadata + "/.default", Self.metadata.replacing("2018-02-01", with: "2017-01-01"),
            Self.metadata.replacing("securitycenter", with: "elsewhere"), Self.metadata + "&msi_res_id=x",
        ] {
            let answer = bench.call("GET", target, isMetadata)
            #expect(answer.status == 400)
            #expect(try bench.json(answer)["error_description"] != nil)
        }
    }

    @Test(arguments: [
        (IdentityScript.Expiry.both, true, true), (.after, true, false), (.at, false, true),
    ])
    func `the form of the expiry is the script's`(
        expiry: IdentityScript.Expiry,
        after: Bool,
        at: Bool
    ) throws {
        let bench = bench { $0.identities.expiry = expiry }
        let body = try bench.json(bench.call("GET", Self.metadata, isMetadata))
        #expect((body["expires_in"] != nil) == after)
        #expect((body["expires_on"] != nil) == at)
    }

    @Test func `an old agent gives the machine's own token and names nobody`() throws {
        let bench = bench { $0.identities.echoes = false }
        let target = Self.metadata + "&client_id=\(bench.script.identities.client)"
        let body = try bench.json(bench.call("GET", target, isMetadata))
        #expect(body["client_id"] == nil)
        let token = try #require(WebToken(body["access_token"]?.string ?? ""))
        #expect(token.claims["appid"] == .string(bench.script.client))
    }

    // MARK: Federated tokens

    private func ask(_ bench: Bench, _ assertion: String) throws -> JSONValue {
        try bench.json(
            bench.token([
                "client_secret": "", "client_assertion": assertion,
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ])
        )
    }

    @Test func `the external issuer's token proves the application`() throws {
        let bench = bench()
        let assertion = try sharedKeys.federatedToken(bench.script.federation, now: bench.clock.now)
        let answer = try ask(bench, assertion)
        let token = try #require(WebToken(answer["access_token"]?.string ?? ""))
        #expect(token.claims["appidacr"] == "2")
    }

    @Test func `a federated token that is wrong in one thing is refused with its number`() throws {
        let bench = bench()
        let now = bench.clock.now
        func token(
            _ change: (inout FederationScript) -> Void = { _ in },
            _ at: Timestamp? = nil
        ) throws -> String {
            var script = FederationScript()
            change(&script)
            return try sharedKeys.federatedToken(script, now: at ?? now)
        }
        let good = try token()
        let other = try token { $0.subject += "x" }
        let forged =
            good.split(separator: ".").dropLast().joined(separator: ".") + "."
            + (other.split(separator: ".").last ?? "")
        let cases: [(Int64, String)] = [
            (700_211, try token { $0.issuer = "https://issuer.corp.example" }),
            (700_213, other),
            (700_212, try token { $0.audience = "api://azureadtokenexchange" }),
            (700_024, try token({ _ in }, now - .seconds(3_901))),
            (700_024, try token({ _ in }, now + .seconds(301))),
            (700_027, forged),
        ]
        for (number, assertion) in cases {
            #expect(try ask(bench, assertion)["error_codes"] == [.integer(number)])
        }
        #expect(try ask(bench, try token({ _ in }, now - .seconds(3_899)))["access_token"] != nil)
    }

    @Test func `the second certificate is registered, and a chain begins with the certificate itself`() throws
    {
        let bench = bench()
        func assertion(_ chain: [JSONValue]?) throws -> String {
            let client = JSONValue.string(bench.script.client)
            var head: [String: JSONValue] = [
                "typ": "JWT", "alg": "PS256",
                "x5t#S256": .string(Base64.encodeURL(sharedKeys.nextCertificate.thumbprint)),
            ]
            head["x5c"] = chain.map { .array($0) }
            let body: JSONValue = [
                "aud": .string("http://127.0.0.1:1/\(bench.script.tenant)/oauth2/v2.0/token"),
                "iss": client, "sub": client, "jti": "a", "exp": .integer(bench.clock.now.seconds + 600),
            ]
            let signed = [JSONValue.object(head), body].map { Base64.encodeURL($0.encoded()) }
                .joined(separator: ".")
            return signed + "." + Base64.encodeURL(try sharedKeys.nextKey.sign(Array(signed.utf8), .ps256))
        }
        let own = JSONValue.string(Base64.encode(sharedKeys.nextCertificate.der))
        let root = JSONValue.string(Base64.encode(sharedKeys.authority.der))
        #expect(try ask(bench, assertion(nil))["access_token"] != nil)
        #expect(try ask(bench, assertion([own, root]))["access_token"] != nil)
        #expect(try ask(bench, assertion([root, own]))["error_codes"] == [700_027])
    }

    @Test func `the folder holds what each credential needs, for its owner alone`() throws {
        let folder = try SimulatorFolder(sharedKeys)
        defer { folder.remove() }
        for path in [
            folder.nextCertificatePath, folder.pkcs12Path, folder.pkcs12PasswordPath, folder.issuerKeyPath,
            folder.federatedTokenPath, folder.identityHeaderPath, folder.arcKeyPath,
        ] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        }
        func content(_ path: String) throws -> Secret {
            Secret(Array(try Data(contentsOf: URL(filePath: path))))
        }
        let read = try PKCS12(
            try content(folder.pkcs12Path),
            password: try content(folder.pkcs12PasswordPath)
        )
        #expect(read.certificate.der == sharedKeys.clientCertificate.der)
        #expect(read.others.map(\.der) == [sharedKeys.authority.der])
        let token = try content(folder.federatedTokenPath).withText { $0 }
        #expect(WebToken(token)?.claims["iss"] == "https://issuer.corp.example/")
    }
}
