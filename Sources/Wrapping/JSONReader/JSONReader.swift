import CJansson

/// The one reader for every JSON text that comes from outside: deliveries, Entra's and Defender's answers.
///
/// Readers differ in what they make of `{"a":1,"a":2}`; so everything that two readers could read
/// differently is refused: duplicate keys (also keys that differ only in Unicode composition), anything but
/// UTF-8, NUL, numbers that do not fit, text after the end.
package enum JSONReader {
    /// What the outermost value must be.
    package enum Root: Sendable, Hashable {
        case object
        case array
        case objectOrArray
    }

    /// Deeper texts are refused before they are parsed.
    package static let depthMaxDefault = 64
    /// Larger texts are refused unread: 8 MiB.
    package static let bytesMaxDefault = 8 << 20
    /// More values than this are refused before they are parsed; a value costs about 100 bytes.
    package static let valuesMax = 1_000_000

    /// Reads one JSON text.
    ///
    /// - Throws: ``JSONError``, with line and column but never with text of the document.
    package static func read(
        _ bytes: [UInt8],
        root: Root = .objectOrArray,
        depthMax: Int = depthMaxDefault,
        bytesMax: Int = bytesMaxDefault
    ) throws(JSONError) -> JSONValue {
        guard bytes.count <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
        try JSONOutline.check(bytes, depthMax: depthMax, valuesMax: valuesMax)
        let value = try parse(bytes)
        switch (root, value) {
        case (.object, .object), (.array, .array), (.objectOrArray, .object), (.objectOrArray, .array):
            return value
        case (.object, _): throw .wrongRoot(expected: "an object")
        case (.array, _): throw .wrongRoot(expected: "an array")
        case (.objectOrArray, _): throw .wrongRoot(expected: "an object or an array")
        }
    }

    /// Reads one JSON text given as text.
    package static func read(
        _ text: String,
        root: Root = .objectOrArray,
        depthMax: Int = depthMaxDefault,
        bytesMax: Int = bytesMaxDefault
    ) throws(JSONError) -> JSONValue {
        try read(Array(text.utf8), root: root, depthMax: depthMax, bytesMax: bytesMax)
    }

    private static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        var failure = json_error_t()
        let flags = Int(JSON_REJECT_DUPLICATES | JSON_DECODE_ANY)
        // The tree is ours from here and freed at the end of this function; nothing of it is kept.
        let tree = unsafe bytes.withUnsafeBytes { buffer in
            unsafe json_loadb(buffer.bindMemory(to: CChar.self).baseAddress, buffer.count, flags, &failure)
        }
        guard let tree = unsafe tree else { throw refusal(failure) }
        defer { unsafe json_decref(tree) }
        return try unsafe convert(tree)
    }

    /// Recursion is bounded: the outline was checked.
    private static func convert(_ node: UnsafeMutablePointer<json_t>) throws(JSONError) -> JSONValue {
        switch unsafe node.pointee.type {
        case JSON_OBJECT: return try unsafe convertObject(node)
        case JSON_ARRAY: return try unsafe convertArray(node)
        case JSON_STRING: return .string(try unsafe text(json_string_value(node), json_string_length(node)))
        case JSON_INTEGER: return .integer(unsafe json_integer_value(node))
        case JSON_REAL: return .number(unsafe json_real_value(node))
        case JSON_TRUE: return .bool(true)
        case JSON_FALSE: return .bool(false)
        default: return .null
        }
    }

    private static func convertArray(_ node: UnsafeMutablePointer<json_t>) throws(JSONError) -> JSONValue {
        var elements: [JSONValue] = []
        let count = unsafe json_array_size(node)
        elements.reserveCapacity(count)
        for index in 0..<count {
            guard let element = unsafe json_array_get(node, index) else { break }
            elements.append(try unsafe convert(element))
        }
        return .array(elements)
    }

    private static func convertObject(_ node: UnsafeMutablePointer<json_t>) throws(JSONError) -> JSONValue {
        var members: [String: JSONValue] = [:]
        members.reserveCapacity(unsafe json_object_size(node))
        var cursor = unsafe json_object_iter(node)
        while let current = unsafe cursor {
            if let name = unsafe json_object_iter_key(current),
                let value = unsafe json_object_iter_value(current)
            {
                // Swift compares text by canonical equivalence, the C library by bytes: a key that only
                // Swift finds equal is a duplicate as well, or one of the two would vanish.
                let key = unsafe String(cString: name)
                let old = members.updateValue(try unsafe convert(value), forKey: key)
                if old != nil { throw .duplicateKey(line: 1, column: 1) }
            }
            unsafe cursor = unsafe json_object_iter_next(node, current)
        }
        return .object(members)
    }

    private static func text(_ start: UnsafePointer<CChar>?, _ count: Int) throws(JSONError) -> String {
        guard let start = unsafe start else { return "" }
        let buffer = unsafe UnsafeRawBufferPointer(start: start, count: count)
        return unsafe String(decoding: buffer, as: UTF8.self)
    }

    private static func refusal(_ failure: json_error_t) -> JSONError {
        var copy = failure
        let line = max(Int(failure.line), 1)
        let column = max(Int(failure.column), 1)
        switch unsafe json_error_code(&copy) {
        case json_error_invalid_utf8: return .notUTF8(line: line, column: column)
        case json_error_duplicate_key: return .duplicateKey(line: line, column: column)
        case json_error_null_character, json_error_null_byte_in_key:
            return .nulCharacter(line: line, column: column)
        case json_error_numeric_overflow: return .numberOutOfRange(line: line, column: column)
        case json_error_stack_overflow:
            return .tooDeep(line: line, column: column, depthMax: depthMaxDefault)
        case json_error_premature_end_of_input:
            return .malformed(line: line, column: column, what: "it ends too early")
        case json_error_end_of_input_expected:
            return .malformed(line: line, column: column, what: "something follows its end")
        default: return .malformed(line: line, column: column, what: "a value, comma or bracket is wrong")
        }
    }
}
