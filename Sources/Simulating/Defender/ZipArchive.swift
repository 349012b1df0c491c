/// Writes a zip archive whose files are stored as they are.
///
/// Source: PKWARE APPNOTE 6.3, 4.3.
enum ZipArchive {
    static func bytes(_ files: [(name: String, content: [UInt8])]) -> [UInt8] {
        var archive: [UInt8] = []
        var directory: [UInt8] = []
        for (name, content) in files {
            let offset = archive.count
            let shared = fields(name, content)
            archive += little(0x0403_4B50, 4) + shared + Array(name.utf8) + content
            directory += little(0x0201_4B50, 4) + little(20, 2) + shared
            // Comment, disk, attributes inside and outside, then where the file begins.
            directory += little(0, 2) + little(0, 2) + little(0, 2) + little(0, 4) + little(offset, 4)
            directory += Array(name.utf8)
        }
        let end = little(0x0605_4B50, 4) + little(0, 4) + little(files.count, 2) + little(files.count, 2)
        return archive + directory + end + little(directory.count, 4) + little(archive.count, 4)
            + little(0, 2)
    }

    /// What the local header and the directory say alike: version to length of the extra field.
    private static func fields(_ name: String, _ content: [UInt8]) -> [UInt8] {
        // Names are UTF-8 (bit 11), nothing is compressed, dated 1980-01-01.
        little(20, 2) + little(1 << 11, 2) + little(0, 2) + little(0, 2) + little(0x21, 2)
            + little(Int(checksum(content)), 4) + little(content.count, 4) + little(content.count, 4)
            + little(name.utf8.count, 2) + little(0, 2)
    }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    /// CRC-32 as zip uses it.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }
}
