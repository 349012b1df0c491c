import Cryptography
import Testing

struct EncodingTests {
    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `base64 goes both ways`(plain: String, encoded: String) {
        let bytes = Array(plain.utf8)
        #expect(Base64.encode(bytes) == encoded)
        #expect(Base64.decodeCanonical(encoded) == bytes)
        #expect(Base64.decodePaddingOptional(encoded) == bytes)
        let bare = String(encoded.prefix { $0 != "=" })
        #expect(Base64.decodePaddingOptional(bare) == bytes)
        #expect(Base64.encodeURL(bytes) == bare)
        #expect(Base64.decodeURL(bare) == bytes)
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8", "Zg==Zg==", "Z g==", "Zg==\n", "Zm-_", "=", "====",
        "Zm9v=", "Z===",
    ])
    func `base64 that nobody writes is refused`(text: String) {
        #expect(Base64.decodeCanonical(text) == nil)
    }

    @Test(arguments: ["Zg=", "Z", "Zm9v=", "Zh", "Zm9vZ", "Zm8=="])
    func `optional padding is whole or absent`(text: String) {
        #expect(Base64.decodePaddingOptional(text) == nil)
    }

    @Test func `the two alphabets differ in two characters`() {
        let bytes: [UInt8] = [0xFB, 0xEF, 0xFF]
        #expect(Base64.encode(bytes) == "++//")
        #expect(Base64.encodeURL(bytes) == "--__")
        #expect(Base64.decodeURL("++//") == nil)
        #expect(Base64.decodeCanonical("--__") == nil)
        #expect(Base64.decodeURL("Zg==") == nil)
    }

    @Test func `every byte goes through both encodings`() {
        let bytes = Array(UInt8.min...UInt8.max)
        #expect(Base64.decodeCanonical(Base64.encode(bytes)) == bytes)
        #expect(Hex.decodeLowerCase(Hex.encode(bytes)) == bytes)
    }

    @Test(arguments: ["0", "0A", "0g", " 00", "0x00", "é"])
    func `hex that is not lower case is refused`(text: String) {
        #expect(Hex.decodeLowerCase(text) == nil)
    }
}
