import CJQ
import Glibc

/// One compiled jq program inside the helper process.
///
/// Safe to use: the state is made, used and freed here, by one thread, and never handed out.
@safe
final class JQMachine {
    enum Outcome {
        /// All outputs as one JSON array.
        case output([UInt8])
        case failed(what: String)
        case tooLarge
    }

    /// What the compiler said, collected by the callback.
    private final class Complaints {
        var text = ""
    }

    /// Ours from `init` to `deinit`.
    private let state: OpaquePointer?

    init() {
        unsafe state = jq_init()
    }

    deinit {
        var old = unsafe state
        unsafe jq_teardown(&old)
    }

    /// Ends the process with `status` when the library gets no memory, instead of its abort.
    static func exitWhenOutOfMemory(status: CInt) {
        // The status is handed over by value in the pointer's bits; nothing is behind it.
        unsafe jv_nomem_handler(
            { _exit(CInt(truncatingIfNeeded: Int(bitPattern: $0))) },
            .init(bitPattern: Int(status))
        )
    }

    /// - Returns: What is wrong with the program, or nil.
    func compile(_ program: String) -> String? {
        guard let state = unsafe state else { return "jq could not be started" }
        let complaints = Complaints()
        // Borrowed by the callback for the time of the compilation, which `withExtendedLifetime` covers.
        let context = unsafe Unmanaged.passUnretained(complaints).toOpaque()
        unsafe jq_set_error_cb(
            state,
            { context, message in
                guard let context = unsafe context else { return unsafe jv_free(message) }
                let complaints = unsafe Unmanaged<Complaints>.fromOpaque(context).takeUnretainedValue()
                let formatted = unsafe jq_format_error(message)
                unsafe complaints.text += String(cString: jv_string_value(formatted)) + "\n"
                unsafe jv_free(formatted)
            },
            context
        )
        defer { unsafe jq_set_error_cb(state, nil, nil) }
        // No folder is searched for modules.
        unsafe jq_set_attr(state, jv_string("JQ_LIBRARY_PATH"), jv_array())
        let isCompiled = withExtendedLifetime(complaints) { unsafe jq_compile(state, program) != 0 }
        if isCompiled { return nil }
        return Self.plain(complaints.text)
    }

    /// The compiler's own text without its program name, its count of errors and its hint about shells.
    private static func plain(_ text: String) -> String {
        let lines = text.split(separator: "\n").filter {
            $0.wholeMatch(of: /jq: [0-9]+ compile errors?/) == nil
        }
        let words = lines.prefix(3).joined(separator: " ")
            .replacing("jq: error: ", with: "")
            .replacing(" (Unix shell quoting issues?)", with: "")
        return String(words.prefix(500)).split(separator: " ").joined(separator: " ")
    }

    /// Runs the program on one JSON text.
    func run(_ input: [UInt8], outputBytesMax: Int) -> Outcome {
        guard let state = unsafe state else { return .failed(what: "jq could not be started") }
        let value = unsafe input.withUnsafeBytes { bytes in
            unsafe jv_parse_sized(bytes.bindMemory(to: CChar.self).baseAddress, CInt(bytes.count))
        }
        guard unsafe jv_get_kind(value) != JV_KIND_INVALID else {
            unsafe jv_free(value)
            return .failed(what: "the input is not JSON for jq")
        }
        unsafe jq_start(state, value, 0)
        var output: [UInt8] = [UInt8(ascii: "[")]
        while true {
            let next = unsafe jq_next(state)
            guard unsafe jv_get_kind(next) != JV_KIND_INVALID else {
                if let what = unsafe Self.complaint(of: next) { return .failed(what: what) }
                break
            }
            if output.count > 1 { output.append(UInt8(ascii: ",")) }
            let text = unsafe jv_dump_string(next, 0)
            let count = unsafe Int(jv_string_length_bytes(jv_copy(text)))
            defer { unsafe jv_free(text) }
            guard output.count + count < outputBytesMax else { return .tooLarge }
            unsafe output.append(
                contentsOf: UnsafeRawBufferPointer(start: jv_string_value(text), count: count)
            )
        }
        output.append(UInt8(ascii: "]"))
        return .output(output)
    }

    /// Consumes the last, invalid value: nil if the program simply ended.
    private static func complaint(of last: jv) -> String? {
        guard unsafe jv_invalid_has_msg(jv_copy(last)) != 0 else {
            unsafe jv_free(last)
            return nil
        }
        let message = unsafe jv_invalid_get_msg(last)
        defer { unsafe jv_free(message) }
        guard unsafe jv_get_kind(message) == JV_KIND_STRING else { return "it raised an error" }
        return JQComplaint.withoutValues(unsafe String(cString: jv_string_value(message)))
    }
}
