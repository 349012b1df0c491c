import CZlib

/// Unpacks gzip that comes in pieces; several members one after the other are one file, as RFC 1952 says.
///
/// How much comes out is for the caller to bound: a few kilobytes may hold gigabytes.
@safe
package final class Gunzip {
    // Owned from `init` to `deinit`; lent to zlib for the length of a call.
    private let stream: UnsafeMutablePointer<z_stream>
    private var output = [UInt8](repeating: 0, count: 64 << 10)
    /// A member has ended, and nothing has come after it.
    package private(set) var isComplete = false

    package init() {
        unsafe stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let code = unsafe czlib_begin_gunzip(stream)
        precondition(code == Z_OK, "zlib cannot begin")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deinitialize(count: 1)
        unsafe stream.deallocate()
    }

    /// Unpacks a piece.
    ///
    /// - Parameters:
    ///   - bytes: The next of what is packed.
    ///   - take: Gets what comes out, at most 64 KiB at a time; false ends it.
    /// - Returns: False if `take` wanted no more.
    /// - Throws: ``GunzipError/notGzip``; nothing that came out before is to be believed.
    package func push(_ bytes: [UInt8], to take: ([UInt8]) -> Bool) throws(GunzipError) -> Bool {
        var input = bytes
        return try unsafe input.withUnsafeMutableBufferPointer { buffer throws(GunzipError) -> Bool in
            unsafe stream.pointee.next_in = buffer.baseAddress
            unsafe stream.pointee.avail_in = UInt32(buffer.count)
            defer { unsafe stream.pointee.next_in = nil }
            while unsafe stream.pointee.avail_in > 0 {
                guard try step(take) else { return false }
            }
            return true
        }
    }

    /// Unpacks until the input is used up or a member ends.
    private func step(_ take: ([UInt8]) -> Bool) throws(GunzipError) -> Bool {
        if isComplete {
            unsafe inflateReset(stream)
            isComplete = false
        }
        while true {
            var code = Z_OK
            let size = output.count
            let made = unsafe output.withUnsafeMutableBufferPointer { buffer in
                unsafe stream.pointee.next_out = buffer.baseAddress
                unsafe stream.pointee.avail_out = UInt32(size)
                code = unsafe inflate(stream, Z_NO_FLUSH)
                return size - Int(unsafe stream.pointee.avail_out)
            }
            if made > 0, !take(Array(output.prefix(made))) { return false }
            switch code {
            case Z_STREAM_END:
                isComplete = true
                return true
            case Z_OK where made == size: continue
            case Z_OK, Z_BUF_ERROR: return true
            default: throw .notGzip
            }
        }
    }

    /// True for the two bytes that gzip begins with.
    package static func isMark(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }
}

/// Why nothing is unpacked.
package enum GunzipError: Error, Equatable {
    case notGzip
}
