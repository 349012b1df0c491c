import Cryptography
import Entra
import JSONReader
import Testing
import Vocabulary

/// Two certificates live during a rotation, PKCS #12 and chains.
struct RotationTests {
    private static func certificates(_ files: Secret...) -> EntraCredential {
        .certificates(files.map { CertificateFile(content: $0) })
    }

    /// The thumbprints that the requests carried.
    private static func thumbprints(_ bench: TokenBench) throws -> [String] {
        try bench.entra.sent.map { sent in
            let head =
                (sent.form["client_assertion"] ?? "").split(separator: ".").first.map(String.init) ?? ""
            let header = try JSONReader.read(Base64.decodeURL(head) ?? [])
            return header["x5t#S256"]?.string ?? ""
        }
    }

    private static func thumbprint(_ pem: TestCertificate) -> String {
        Base64.encodeURL(pem.certificate.thumbprint)
    }

    @Test func `the newest is tried first, and what worked is remembered until the settings are read`()
        async throws
    {
        let old = try TestCertificate.make(startsAgo: 86_400)
        let new = try TestCertificate.make()
        let bench = try TokenBench(
            [
                .refusal(401, "invalid_client", 700_027), .token("T1"), .token("T2"),
                .refusal(401, "invalid_client", 700_027), .token("T3"), .token("T4"),
            ],
            credential: Self.certificates(old.whole, new.whole)
        )
        #expect(try await bench.bearer() == "T1")
        #expect(try Self.thumbprints(bench) == [new, old].map(Self.thumbprint))
        let report = await bench.source.status()
        #expect(report.thumbprint == old.shortThumbprint)
        #expect(report.certificates.map(\.thumbprint) == [new.shortThumbprint, old.shortThumbprint])
        #expect(report.soonestCertificate?.thumbprint == old.shortThumbprint)
        #expect(report.certificateExpiresAt == old.certificate.notAfter)
        #expect(report.credential == "certificate")
        #expect(report.credentialInUse?.contains(old.shortThumbprint) == true)
        let said = bench.log.text.filter { $0.contains("credential in use") }
        #expect(said.count == 1)
        #expect(said.first?.contains(old.shortThumbprint) == true)

        bench.clock.advance(3_590)
        #expect(try await bench.bearer() == "T2")
        #expect(try Self.thumbprints(bench).suffix(1) == [Self.thumbprint(old)])
        // The old one is removed from the application: the new one takes over without a restart.
        bench.clock.advance(3_590)
        #expect(try await bench.bearer() == "T3")
        #expect(try Self.thumbprints(bench).suffix(2) == [old, new].map(Self.thumbprint))
        #expect(await bench.source.status().thumbprint == new.shortThumbprint)
        // Whoever reads the settings again sees whether the newest works.
        bench.clock.advance(3_590)
        try await bench.source.prepare()
        #expect(try await bench.bearer() == "T4")
        #expect(try Self.thumbprints(bench).last == Self.thumbprint(new))
    }

    @Test func `one that has ended is passed over and said`() async throws {
        let ended = try TestCertificate.make(days: 1)
        let good = try TestCertificate.make(startsAgo: 86_400)
        let bench = try TokenBench([.token("T1")], credential: Self.certificates(ended.whole, good.whole))
        bench.clock.advance(2 * 86_400)
        try await bench.source.prepare()
        #expect(try await bench.bearer() == "T1")
        #expect(try Self.thumbprints(bench) == [Self.thumbprint(good)])
        #expect(
            bench.log.text.contains {
                $0.hasPrefix("warning a credential of the rotation is not used") && $0.contains("ended on")
            }
        )
    }

    @Test func `another failure than a doubted credential ends the rotation`() async throws {
        let files = Self.certificates(try TestCertificate.make().whole, try TestCertificate.make().whole)
        let bench = try TokenBench([.refusal(400, "unauthorized_client", 700_016)], credential: files)
        #expect(try await bench.error().code == "entra.aadsts700016")
        #expect(bench.entra.sent.count == 1)
    }

    @Test func `the secret that worked is tried first the next time`() async throws {
        let bench = try TokenBench(
            [.refusal(401, "invalid_client", 7_000_215), .token("T1"), .token("T2")],
            credential: .secrets([Secret("new"), Secret("old")])
        )
        _ = try await bench.bearer()
        bench.clock.advance(3_590)
        _ = try await bench.bearer()
        #expect(bench.entra.sent.map { $0.form["client_secret"] } == ["new", "old", "old"])
        let report = await bench.source.status()
        #expect(report.credential == "secret")
        #expect(report.credentialInUse == "secret 2 of 2")
        #expect(report.certificates.isEmpty)
    }

    @Test func `a PKCS 12 file signs as a PEM file does`() async throws {
        let pem = try TestCertificate.make()
        let password = Secret("geheim")
        let file = try PKCS12.make(key: pem.key, certificate: pem.certificate, password: password)
        let credential = EntraCredential.certificates([CertificateFile(content: file, password: password)])
        let bench = try TokenBench([.token("T1")], credential: credential)
        #expect(try await bench.bearer() == "T1")
        #expect(try Self.thumbprints(bench) == [Self.thumbprint(pem)])
    }

    @Test func `a password that is wrong or has no place is said so and nothing is sent`() async throws {
        let pem = try TestCertificate.make()
        let file = try PKCS12.make(key: pem.key, certificate: pem.certificate, password: Secret("geheim"))
        let cases = [
            (
                CertificateFile(content: file, password: Secret("other")),
                "The password does not open the PKCS #12 file."
            ),
            (CertificateFile(content: file), "The PKCS #12 file has a password, and none is given."),
            (
                CertificateFile(content: pem.whole, password: Secret("geheim")),
                "A password is given for a certificate that is not PKCS #12."
            ),
        ]
        for (credential, message) in cases {
            let bench = try TokenBench([], credential: .certificates([credential]))
            #expect(try await bench.error().message == message)
            #expect(bench.entra.sent.isEmpty)
        }
    }

    @Test func `a chain that is wanted goes along, our own certificate first`() async throws {
        let rootKey = try PrivateKey.makeRSA()
        let start = ManualClock().now
        let root = try Certificate.makeAuthority(commonName: "root", key: rootKey, now: start, days: 9)
        let key = try PrivateKey.makeRSA()
        let leaf = try Certificate.issue(
            commonName: "leaf",
            hosts: [],
            key: key,
            authority: root,
            authorityKey: rootKey,
            now: start,
            days: 9
        )
        let pem = Secret(leaf.pem() + root.pem() + key.pem().withBytes { $0 })
        for (isWanted, count) in [(true, 2), (false, 0)] {
            let file = CertificateFile(content: pem, sendsChain: isWanted)
            #expect(try file.examine().chainCount == count)
            let bench = try TokenBench([.token("T1")], credential: .certificates([file]))
            _ = try await bench.bearer()
            let head = bench.entra.sent[0].form["client_assertion"]?.split(separator: ".").first ?? ""
            let header = try JSONReader.read(Base64.decodeURL(String(head)) ?? [])
            let expected: JSONValue? =
                isWanted ? [.string(Base64.encode(leaf.der)), .string(Base64.encode(root.der))] : nil
            #expect(header["x5c"] == expected)
            #expect(header["x5t#S256"] == .string(Base64.encodeURL(leaf.thumbprint)))
        }
    }

    @Test func `the report forgets a credential of another kind`() async throws {
        let pem = try TestCertificate.make()
        let bench = try TokenBench([.token("T1"), .token("T2")], credential: .certificate(pem: pem.whole))
        _ = try await bench.bearer()
        #expect(await bench.source.status().thumbprint == pem.shortThumbprint)
        bench.credential.replace(.secrets([Secret("s")]))
        try await bench.source.prepare()
        bench.clock.advance(3_590)
        _ = try await bench.bearer()
        let report = await bench.source.status()
        #expect(report.credential == "secret")
        #expect(report.credentialInUse == "secret 1 of 1")
        #expect(report.thumbprint == nil)
        #expect(report.certificateExpiresAt == nil)
    }
}
