import Gzip
import Testing

struct GunzipTests {
    /// `printf hello | gzip -n`.
    private static let hello: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00,
        0x86,
        0xA6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00,
    ]

    private func unpacked(_ bytes: [UInt8], piece: Int) throws -> (text: String, isComplete: Bool) {
        let gunzip = Gunzip()
        var out: [UInt8] = []
        var place = 0
        while place < bytes.count {
            let next = min(place + piece, bytes.count)
            let goesOn = try gunzip.push(Array(bytes[place..<next])) {
                out += $0
                return true
            }
            #expect(goesOn)
            place = next
        }
        return (String(decoding: out, as: UTF8.self), gunzip.isComplete)
    }

    @Test(arguments: [1, 2, 7, 100])
    func `gzip is unpacked however it is cut`(piece: Int) throws {
        let found = try unpacked(Self.hello, piece: piece)
        #expect(found.text == "hello" && found.isComplete)
        let twice = try unpacked(Self.hello + Self.hello, piece: piece)
        #expect(twice.text == "hellohello" && twice.isComplete)
        let half = try unpacked(Array(Self.hello.dropLast(3)), piece: piece)
        #expect(half.text == "hello" && !half.isComplete)
    }

    @Test func `what is no gzip, or has another checksum, is refused`() {
        #expect(throws: GunzipError.notGzip) { try unpacked(Array("MZ plain".utf8), piece: 100) }
        var wrong = Self.hello
        wrong[18] ^= 1
        #expect(throws: GunzipError.notGzip) { try unpacked(wrong, piece: 100) }
        #expect(throws: GunzipError.notGzip) { try unpacked(Self.hello + [0, 0], piece: 100) }
    }

    @Test func `whoever takes it may stop it`() throws {
        let gunzip = Gunzip()
        #expect(try gunzip.push(Self.hello) { _ in false } == false)
    }

    @Test func `its mark is known`() {
        #expect(Gunzip.isMark(Self.hello))
        #expect(!Gunzip.isMark([0x1F]))
        #expect(!Gunzip.isMark([]))
    }
}
