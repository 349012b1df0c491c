import Cryptography
import Foundation
import Testing
import Vocabulary

struct KeyTests {
    private let now = Timestamp(seconds: 1_780_000_000)

    @Test(arguments: [SignatureScheme.rs256, .ps256])
    func `a signature holds for its bytes, its key and its scheme only`(scheme: SignatureScheme) throws {
        let key = try PrivateKey.makeRSA()
        let certificate = try Certificate.makeAuthority(commonName: "one", key: key, now: now, days: 1)
        let message = Array("signed".utf8)
        let signature = try key.sign(message, scheme)
        #expect(signature.count == 256)
        #expect(certificate.verify(signature, of: message, scheme))
        #expect(!certificate.verify(signature, of: message + [0], scheme))
        #expect(!certificate.verify(signature, of: message, scheme == .rs256 ? .ps256 : .rs256))
        #expect(!certificate.verify([], of: message, scheme))
        let other = try Certificate.makeAuthority(commonName: "two", key: try .makeRSA(), now: now, days: 1)
        #expect(!other.verify(signature, of: message, scheme))
    }

    @Test func `a key made of its two numbers verifies, and no other does`() throws {
        let key = try PrivateKey.makeRSA()
        let numbers = try #require(key.publicNumbers)
        let publicKey = try #require(RSAPublicKey(modulus: numbers.modulus, exponent: numbers.exponent))
        let message = Array("signed".utf8)
        let signature = try key.sign(message, .rs256)
        #expect(publicKey.verify(signature, of: message))
        #expect(!publicKey.verify(signature, of: message + [0]))
        #expect(!publicKey.verify(signature, of: message, .ps256))
        #expect(!publicKey.verify([0] + signature, of: message))
        #expect(!publicKey.verify(Array(signature.dropLast()), of: message))
        #expect(!publicKey.verify([], of: message))
        let other = try #require(try PrivateKey.makeRSA().publicNumbers)
        let otherKey = try #require(RSAPublicKey(modulus: other.modulus, exponent: other.exponent))
        #expect(!otherKey.verify(signature, of: message))
        let padded = try #require(
            RSAPublicKey(modulus: [0] + numbers.modulus, exponent: [0] + numbers.exponent)
        )
        #expect(padded.verify(signature, of: message))
    }

    @Test func `numbers that make no safe key are refused`() throws {
        let good = [0xC1] + [UInt8](repeating: 0x55, count: 255)
        #expect(RSAPublicKey(modulus: good, exponent: [1, 0, 1]) != nil)
        #expect(RSAPublicKey(modulus: good, exponent: [3]) != nil)
        for exponent in [[], [0], [1], [0, 1], [2], [1, 0], [UInt8](repeating: 0xFF, count: 9)] {
            #expect(RSAPublicKey(modulus: good, exponent: exponent) == nil)
        }
        let even = Array(good.dropLast()) + [0x54]
        let short = Array(good.dropLast())
        let small = [0x7F] + Array(good.dropFirst())
        let large = [0xC1] + [UInt8](repeating: 0x55, count: 1024)
        for modulus in [[], [0], even, short, small, large] {
            #expect(RSAPublicKey(modulus: modulus, exponent: [1, 0, 1]) == nil)
        }
    }

    @Test func `a key and its certificate survive being one PEM file`() throws {
        let key = try PrivateKey.makeRSA()
        let certificate = try Certificate.makeAuthority(commonName: "app", key: key, now: now, days: 30)
        let file = key.pem().withBytes { $0 } + certificate.pem()
        let readKey = try PrivateKey(pem: Secret(file))
        let readCertificate = try Certificate(pem: file)
        #expect(readCertificate.der == certificate.der)
        #expect(readKey.matches(readCertificate))
        #expect(readKey.publicNumbers == certificate.publicNumbers)
        #expect(readKey.publicNumbers?.exponent == [1, 0, 1])
        #expect(readKey.publicNumbers?.modulus.count == 256)
        #expect(readCertificate.subject == "CN=app")
        #expect(readCertificate.notBefore == Timestamp(seconds: 1_780_000_000 - 3_600))
        #expect(readCertificate.notAfter == Timestamp(seconds: 1_780_000_000 + 30 * 86_400))
        #expect(!(try PrivateKey.makeRSA().matches(readCertificate)))
    }

    @Test func `what is no key or certificate is refused without showing it`() throws {
        let planted = "-----BEGIN PRIVATE KEY-----\nU0VDUkVULVBMQU5URUQ=\n-----END PRIVATE KEY-----\n"
        let failure = #expect(throws: CryptographyError.self) { try PrivateKey(pem: Secret(planted)) }
        let shown = "\(String(describing: failure)) \(failure?.message ?? "") \(failure?.fix ?? "")"
        #expect(!shown.contains("U0VDUkVU"))
        #expect(failure?.code == "cryptography.no-private-key")
        #expect(throws: CryptographyError.self) { try Certificate(pem: Array(planted.utf8)) }
        #expect(throws: CryptographyError.self) { try Certificate(pem: []) }
    }

    @Test func `an issued certificate satisfies the openssl command`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bascule-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let authorityKey = try PrivateKey.makeRSA()
        let present = Timestamp.now()
        let authority = try Certificate.makeAuthority(
            commonName: "Test CA",
            key: authorityKey,
            now: present,
            days: 2
        )
        let leaf = try Certificate.issue(
            commonName: "localhost",
            hosts: ["localhost", "127.0.0.1", "::1"],
            key: try .makeRSA(),
            authority: authority,
            authorityKey: authorityKey,
            now: present,
            days: 1
        )
        try Data(authority.pem()).write(to: folder.appending(path: "ca.pem"))
        try Data(leaf.pem()).write(to: folder.appending(path: "leaf.pem"))
        for check in [
            ["-verify_ip", "127.0.0.1"], ["-verify_ip", "::1"], ["-verify_hostname", "localhost"],
        ] {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/openssl")
            process.currentDirectoryURL = folder
            process.arguments =
                ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "ca.pem"] + check + [
                    "leaf.pem"
                ]
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "\(check)")
        }
    }

    @Test(arguments: ["a,DNS:evil.example", "", "with space", "a\nb", "é.example"])
    func `a host name cannot smuggle in another`(host: String) throws {
        let key = try PrivateKey.makeRSA()
        let authority = try Certificate.makeAuthority(commonName: "CA", key: key, now: now, days: 1)
        #expect(throws: CryptographyError.unusableHost(host)) {
            try Certificate.issue(
                commonName: "x",
                hosts: [host],
                key: key,
                authority: authority,
                authorityKey: key,
                now: now,
                days: 1
            )
        }
    }

    /// RFC 8032, section 7.1, tests 1 and 2.
    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ])
    func `Ed25519 is that of RFC 8032`(seed: String, key: String, message: String, signature: String) throws {
        let bytes = try #require(Hex.decodeLowerCase(message))
        let expected = try #require(Hex.decodeLowerCase(signature))
        let keyBytes = try #require(Hex.decodeLowerCase(key))
        let seedBytes = try #require(Hex.decodeLowerCase(seed))
        let publicKey = try #require(Ed25519PublicKey(keyBytes))
        let privateKey = try Ed25519PrivateKey(seed: Secret(seedBytes))
        #expect(try privateKey.sign(bytes) == expected)
        #expect(publicKey.verify(expected, of: bytes))
        #expect(!publicKey.verify(expected, of: bytes + [0]))
        #expect(!publicKey.verify(Array(expected.dropLast()), of: bytes))
    }
}
