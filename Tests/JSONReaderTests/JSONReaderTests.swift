import JSONReader
import Testing
import Vocabulary

struct JSONReaderTests {
    @Test func `every kind of value is read`() throws {
        let text = #"{"n":null,"t":true,"i":-9223372036854775808,"d":1.5,"s":"a\u00e9\n","a":[1,[]],"o":{}}"#
        let value = try JSONReader.read(text)
        #expect(
            value == [
                "n": .null, "t": true, "i": .integer(.min), "d": 1.5, "s": "a\u{e9}\n", "a": [1, []],
                "o": .object([:]),
            ]
        )
        #expect(value.at("a.0")?.integer == 1)
        #expect(value.at("a.7") == nil)
        #expect(value["o"]?.object?.isEmpty == true)
    }

    @Test(arguments: [
        (#"{"a":1,"a":2}"#, "json.duplicate-key"),
        ("{\"\u{e9}\":1,\"e\u{301}\":2}", "json.duplicate-key"),
        (#"{"a\u0000":1}"#, "json.nul-character"),
        (#"{"a":"\u0000"}"#, "json.nul-character"),
        (#"{"a":9223372036854775808}"#, "json.number-out-of-range"),
        (#"{"a":1e999}"#, "json.number-out-of-range"),
        (#"{"a":1} x"#, "json.malformed"),
        (#"{"a":NaN}"#, "json.malformed"),
        (#"{'a':1}"#, "json.malformed"),
        (#"{"a":1,}"#, "json.malformed"),
        (#"{"a":01}"#, "json.malformed"),
        (#"{"a":"\ud800"}"#, "json.malformed"),
        (#"{"a":"#, "json.malformed"),
        ("", "json.malformed"),
        ("\u{FEFF}{}", "json.malformed"),
        ("7", "json.wrong-root"),
        (#""text""#, "json.wrong-root"),
    ])
    func `what two readers could read differently is refused`(text: String, code: String) {
        let error = #expect(throws: JSONError.self) { try JSONReader.read(text) }
        #expect(error?.code == code)
    }

    @Test func `an error has line and column and no text of the document`() {
        let error = #expect(throws: JSONError.self) { try JSONReader.read("{\"a\":1,\n \"a\":planted}") }
        #expect(error?.message.contains("Line 2") == true)
        #expect(error.map { "\($0) \($0.message) \($0.fix)".contains("planted") } == false)
    }

    @Test(
        arguments: [[0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], [0x5B, 0x22, 0xC0, 0x80, 0x22, 0x5D]]
            as [[UInt8]]
    )
    func `what is not UTF-8 is refused`(bytes: [UInt8]) {
        let error = #expect(throws: JSONError.self) { try JSONReader.read(bytes) }
        #expect(error?.code == "json.not-utf8")
    }

    @Test func `sixty-four levels are read and one more is not`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSONReader.read(nested(64))
        #expect(throws: JSONError.tooDeep(line: 1, column: 65, depthMax: 64)) {
            try JSONReader.read(nested(65))
        }
        #expect(throws: JSONError.tooDeep(line: 1, column: 65, depthMax: 64)) {
            try JSONReader.read(nested(1_000_000))
        }
        #expect(throws: JSONError.tooDeep(line: 1, column: 321, depthMax: 64)) {
            try JSONReader.read(String(repeating: #"{"a":"#, count: 10_000))
        }
        _ = try JSONReader.read(#"{"brackets in text":""# + String(repeating: "[", count: 100) + #"\"["}"#)
    }

    @Test func `size and number of values are bounded`() {
        #expect(throws: JSONError.tooLarge(bytesMax: 10)) {
            try JSONReader.read("[1,2,3,4,5,6]", bytesMax: 10)
        }
        let many = "[" + String(repeating: "0,", count: JSONReader.valuesMax) + "0]"
        #expect(throws: JSONError.tooManyValues(valuesMax: JSONReader.valuesMax)) {
            try JSONReader.read(many)
        }
    }

    @Test func `the root is what was asked for`() throws {
        #expect(throws: JSONError.wrongRoot(expected: "an object")) {
            try JSONReader.read("[]", root: .object)
        }
        #expect(throws: JSONError.wrongRoot(expected: "an array")) { try JSONReader.read("{}", root: .array) }
        #expect(try JSONReader.read("[]", root: .array) == [])
    }
}

struct JSONEncodingTests {
    @Test func `keys are in byte order and the text is escaped`() {
        let value: JSONValue = [
            "b": 1, "a": ["\"\\\n\u{1}\u{1f}/\u{e9}", .null, true, 1.5], "B": .number(.nan),
        ]
        #expect(value.encodedText == #"{"B":null,"a":["\"\\\n\u0001\u001f/é",null,true,1.5],"b":1}"#)
    }

    @Test func `what was written is read back the same`() throws {
        let value: JSONValue = [
            "text": "\u{1F600} \u{2028} \t \u{7f}",
            "numbers": [.number(1e300), .number(-0.25), .integer(.max)],
            "nested": [["x": []]],
        ]
        #expect(try JSONReader.read(value.encoded()) == value)
    }
}
