import Glibc

/// One message between the bridge and its jq helper: a kind, a length, that many bytes.
struct JQFrame: Equatable {
    enum Kind: UInt8 {
        case program = 0x70
        case input = 0x69
        case compiled = 0x63
        case notCompiled = 0x78
        case output = 0x6F
        case failed = 0x65
        case outputTooLarge = 0x6C
    }

    /// Longer frames are a broken peer.
    static let bytesMax = 16 << 20
    static let headBytes = 5

    let kind: Kind
    let bytes: [UInt8]

    /// Kind, length in four bytes with the highest first, bytes.
    var encoded: [UInt8] {
        let count = UInt32(bytes.count)
        let length = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> UInt32($0)) }
        return [kind.rawValue] + length + bytes
    }

    /// Kind and length of a head; nil for what is none.
    static func readHead(_ head: [UInt8]) -> (kind: Kind, count: Int)? {
        guard head.count == headBytes, let kind = Kind(rawValue: head[0]) else { return nil }
        let count = head.dropFirst().reduce(0) { $0 << 8 | Int($1) }
        return count <= bytesMax ? (kind, count) : nil
    }
}
