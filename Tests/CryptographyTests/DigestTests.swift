import Cryptography
import Testing
import Vocabulary

struct DigestTests {
    /// FIPS 180-2, appendix B and C: the message `abc`.
    @Test(arguments: [
        (DigestAlgorithm.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            .sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
    ])
    func `digests are those of the standard`(algorithm: DigestAlgorithm, expected: String) {
        let digest = Digest.of(Array("abc".utf8), algorithm)
        #expect(Hex.encode(digest) == expected)
        #expect(digest.count == algorithm.length)
    }

    @Test func `nothing has a digest too`() {
        let expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(Hex.encode(Digest.of([])) == expected)
        #expect(Hex.encode(RunningDigest().finish()) == expected)
    }

    @Test func `pieces give the digest of the whole, once and again`() {
        let running = RunningDigest()
        running.update(Array("a".utf8))
        running.update([])
        running.update(Array("bc".utf8))
        let digest = running.finish()
        #expect(digest == Digest.of(Array("abc".utf8)))
        running.update([1])
        #expect(running.finish() == digest)
    }
}
