import Cryptography
import Testing
import Vocabulary

struct MessageAuthenticatorTests {
    /// RFC 4231, test cases 1 to 4 and 6, of which the last has a key longer than a block.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            Array(1...25), [UInt8](repeating: 0xCD, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131),
            Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func `SHA-256 codes are those of RFC 4231`(key: [UInt8], message: [UInt8], expected: String) throws {
        let authenticator = try MessageAuthenticator(key: Secret(key))
        #expect(Hex.encode(authenticator.code(for: [message])) == expected)
        #expect(
            Hex.encode(authenticator.code(for: [Array(message.prefix(3)), [], Array(message.dropFirst(3))]))
                == expected
        )
    }

    @Test(arguments: [
        (DigestAlgorithm.sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (
            .sha512,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                + "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
        ),
    ])
    func `other hashes give the codes of RFC 2202 and RFC 4231`(
        algorithm: DigestAlgorithm,
        expected: String
    ) throws {
        let authenticator = try MessageAuthenticator(algorithm, key: Secret("Jefe"))
        #expect(Hex.encode(authenticator.code(for: [Array("what do ya want for nothing?".utf8)])) == expected)
    }

    @Test func `an empty key is refused`() {
        #expect(throws: CryptographyError.emptyKey) { try MessageAuthenticator(key: Secret("")) }
    }

    @Test func `many tasks may use one authenticator`() async throws {
        let authenticator = try MessageAuthenticator(key: Secret("Jefe"))
        let expected = authenticator.code(for: [[1, 2, 3]])
        let agreeing = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    (0..<50).allSatisfy { _ in authenticator.code(for: [[1], [2, 3]]) == expected }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(agreeing == 64)
    }

    @Test(arguments: [
        ("", "", true), ("abc", "abc", true), ("abc", "abd", false), ("abc", "abcd", false), ("", "a", false),
    ])
    func `constant-time comparison agrees with the ordinary one`(left: String, right: String, isEqual: Bool) {
        #expect(isEqualInConstantTime(Array(left.utf8), Array(right.utf8)) == isEqual)
    }

    @Test func `random bytes come in the number asked for and differ`() {
        #expect(randomBytes(0).isEmpty)
        #expect(randomBytes(32).count == 32)
        #expect(randomBytes(32) != randomBytes(32))
    }
}
