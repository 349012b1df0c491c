import COpenSSL

/// OpenSSL's error queue, which belongs to the thread.
enum OpenSSLQueue {
    /// The words of the last error; the queue is empty afterwards.
    static func takeWords() -> String {
        let last = ERR_peek_last_error()
        ERR_clear_error()
        return words(of: last)
    }

    /// The words of one error.
    static func words(of error: UInt) -> String {
        guard error != 0 else { return "no reason given" }
        var text = [CChar](repeating: 0, count: 256)
        unsafe text.withUnsafeMutableBufferPointer { buffer in
            unsafe ERR_error_string_n(error, buffer.baseAddress, buffer.count)
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
