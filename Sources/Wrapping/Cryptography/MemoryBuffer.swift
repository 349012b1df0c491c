import COpenSSL

/// Owns a memory `BIO`, what OpenSSL reads PEM text from or writes it to.
///
/// Lives in one function.
@safe
struct MemoryBuffer: ~Copyable {
    let pointer: OpaquePointer

    init(_ bytes: [UInt8] = []) throws(CryptographyError) {
        guard let made = unsafe BIO_new(BIO_s_mem()) else { throw .failed("make a buffer") }
        unsafe pointer = made
        let written = unsafe bytes.withUnsafeBytes {
            unsafe BIO_write(pointer, $0.baseAddress, Int32(clamping: $0.count))
        }
        // A short write can only be a text of 2 GB; it then fails where it is read.
        if !bytes.isEmpty, Int(written) != bytes.count { ERR_clear_error() }
    }

    deinit {
        unsafe BIO_free(pointer)
    }

    /// A copy of what was written.
    borrowing func bytes() -> [UInt8] {
        var start: UnsafeMutablePointer<CChar>?
        let count = unsafe copenssl_bio_bytes(pointer, &start)
        guard let start = unsafe start, count > 0 else { return [] }
        return unsafe UnsafeRawBufferPointer(start: start, count: count).map { $0 }
    }
}
