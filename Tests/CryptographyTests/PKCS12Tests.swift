import Cryptography
import Testing
import Vocabulary

struct PKCS12Tests {
    private let now = Timestamp(seconds: 1_780_000_000)

    @Test func `a file gives back its key, its certificate and the authorities above`() throws {
        let rootKey = try PrivateKey.makeRSA()
        let root = try Certificate.makeAuthority(commonName: "root", key: rootKey, now: now, days: 9)
        let key = try PrivateKey.makeRSA()
        let leaf = try Certificate.issue(
            commonName: "leaf",
            hosts: [],
            key: key,
            authority: root,
            authorityKey: rootKey,
            now: now,
            days: 9
        )
        let password = Secret("p\u{E4}ss w\u{F6}rd")
        let file = try PKCS12.make(key: key, certificate: leaf, others: [root], password: password)
        #expect(file.withBytes { PKCS12.looksLike($0) })
        let read = try PKCS12(file, password: password)
        #expect(read.certificate.der == leaf.der)
        #expect(read.others.map(\.der) == [root.der])
        #expect(read.key.matches(leaf))
        #expect(read.key.publicNumbers == key.publicNumbers)
        #expect(throws: CryptographyError.lockedPKCS12(hasPassword: true)) {
            try PKCS12(file, password: Secret("password"))
        }
        #expect(throws: CryptographyError.lockedPKCS12(hasPassword: false)) {
            try PKCS12(file, password: nil)
        }
    }

    @Test(arguments: [
        (PKCS12Fixture.umlaut, Secret("gr\u{F6}\u{DF}e \u{DF}") as Secret?),
        (PKCS12Fixture.empty, Secret("")),
        (PKCS12Fixture.empty, nil),
    ])
    func `files of another program open`(file: Secret, password: Secret?) throws {
        let read = try PKCS12(file, password: password)
        #expect(Hex.encode(read.certificate.thumbprint) == PKCS12Fixture.thumbprint)
        #expect(read.key.matches(read.certificate))
        #expect(read.others.isEmpty)
    }

    @Test(arguments: [
        (PKCS12Fixture.legacy, CryptographyError.legacyPKCS12), (PKCS12Fixture.keyless, .keylessPKCS12),
        (PKCS12Fixture.bareKey, .bareKeyPKCS12),
        (PKCS12Fixture.checkless, .noPKCS12(detail: "it carries no check of its integrity")),
        (PKCS12Fixture.umlaut, .lockedPKCS12(hasPassword: true)),
        (Secret([UInt8](repeating: 0x30, count: PKCS12.bytesMax + 1)), .largePKCS12(bytesMax: 262_144)),
    ])
    func `a file that cannot be used is named`(file: Secret, error: CryptographyError) {
        #expect(throws: error) { try PKCS12(file, password: Secret("geheim")) }
    }

    @Test func `an old file is told how to be converted`() {
        let error = CryptographyError.legacyPKCS12
        #expect(error.message.contains("RC2"))
        #expect(error.fix.contains("openssl pkcs12 -legacy -in old.pfx -nodes -out app.pem"))
    }

    @Test func `damage is named and shows nothing of the file`() throws {
        let whole = PKCS12Fixture.empty.withBytes { $0 }
        var flipped = whole
        flipped[whole.count / 2] ^= 1
        for bytes in [[], [0x30], Array(whole.dropLast(9)), flipped] {
            let error = #expect(throws: CryptographyError.self) { try PKCS12(Secret(bytes), password: nil) }
            #expect(["cryptography.no-pkcs12", "cryptography.locked-pkcs12"].contains(error?.code))
        }
    }

    @Test(arguments: [
        (PKCS12Fixture.legacy.withBytes { $0 }, true), ([], false), (Array("0\u{E9}-secret".utf8), false),
        (Array("-----BEGIN CERTIFICATE-----".utf8), false), (Array("0123456789".utf8), false),
    ])
    func `what is a file and what is text can be told apart`(bytes: [UInt8], isFile: Bool) {
        #expect(PKCS12.looksLike(bytes) == isFile)
    }

    @Test func `a chain runs from the leaf upwards whatever the order`() throws {
        let rootKey = try PrivateKey.makeRSA()
        let root = try Certificate.makeAuthority(commonName: "root", key: rootKey, now: now, days: 9)
        let other = try Certificate.makeAuthority(commonName: "other", key: rootKey, now: now, days: 9)
        let key = try PrivateKey.makeRSA()
        let leaf = try Certificate.issue(
            commonName: "leaf",
            hosts: [],
            key: key,
            authority: root,
            authorityKey: rootKey,
            now: now,
            days: 9
        )
        let chain = Certificate.chain(from: leaf, among: [other, leaf, root, root])
        #expect(chain.map(\.subject) == ["CN=leaf", "CN=root"])
        #expect(root.hasIssued(leaf))
        #expect(!other.hasIssued(leaf))
        #expect(!leaf.hasIssued(root))
    }

    @Test func `every certificate of a PEM text is read, and one that is damaged is not passed over`() throws
    {
        let key = try PrivateKey.makeRSA()
        let one = try Certificate.makeAuthority(commonName: "one", key: key, now: now, days: 1)
        let two = try Certificate.makeAuthority(commonName: "two", key: key, now: now, days: 1)
        let text = one.pem() + key.pem().withBytes { $0 } + two.pem()
        #expect(try Certificate.all(pem: text).map(\.subject) == ["CN=one", "CN=two"])
        let broken = Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8)
        for bytes in [text + broken, broken, []] {
            let error = #expect(throws: CryptographyError.self) { try Certificate.all(pem: bytes) }
            #expect(error?.code == "cryptography.no-certificate")
        }
        #expect(throws: CryptographyError.failed(operation: "read the certificates", detail: "more than 1")) {
            try Certificate.all(pem: text, countMax: 1)
        }
    }
}
