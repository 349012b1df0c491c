import JQFilter
import Testing

struct JQProgramTests {
    @Test(arguments: [
        ("env", "env", 1, 1),
        (".a | env.PATH", "env", 1, 6),
        ("$ENV.PATH", "$ENV", 1, 2),
        ("$ ENV", "$ENV", 1, 3),
        ("$ # really\n ENV", "$ENV", 2, 2),
        ("$__loc__", "$__loc__", 1, 2),
        ("{$ENV}", "$ENV", 1, 3),
        ("import \"a\" as a; a::b", "import", 1, 1),
        ("include \"a\"; .", "include", 1, 1),
        ("[inputs]", "inputs", 1, 2),
        ("first(input)", "input", 1, 7),
        (".a\n| debug", "debug", 2, 3),
        ("halt", "halt", 1, 1),
        ("\"x\" | halt_error", "halt_error", 1, 7),
        ("input_filename", "input_filename", 1, 1),
        (#""text \(env) text""#, "env", 1, 9),
        (#""a \("b \(env.HOME)") c""#, "env", 1, 11),
        (#"@base64 "x\(env)""#, "env", 1, 13),
        (#"{"a": env}"#, "env", 1, 7),
        ("{a: 1 | env}", "env", 1, 9),
        ("{(env): 1}", "env", 1, 3),
        ("{a: [1, env]}", "env", 1, 9),
        ("a::env", "env", 1, 4),
        ("1e9|env", "env", 1, 5),
        ("..|env", "env", 1, 4),
        ("\"\\\"\" | env", "env", 1, 8),
        ("# env\nenv", "env", 2, 1),
    ])
    func `a word that reaches outside is refused where jq would read it`(
        program: String,
        word: String,
        line: Int,
        column: Int
    ) {
        #expect(throws: JQError.forbiddenWord(word, line: line, column: column)) {
            try JQProgram.check(program)
        }
    }

    @Test(arguments: [
        ".env", ".a.input", "\"env\"", "\"a \\\"env\\\" b\"", "# env", ".a # import\n | .b", "{env: 1}",
        "{input: .a, debug: .b}", "{env}", ".environment", "$environment", "inputs_of", "@text \"env\"",
        ".a[\"env\"]", "def f: .input; f", "1e5", ". as {env: $e} | $e",
    ])
    func `the same letters elsewhere are not`(program: String) throws {
        try JQProgram.check(program)
    }

    @Test func `a program may not hide behind a NUL nor be huge`() {
        #expect(throws: JQError.forbiddenWord("NUL", line: 1, column: 1)) { try JQProgram.check(".a\0env") }
        #expect(throws: JQError.programTooLarge(bytesMax: JQLimits.programBytesMax)) {
            try JQProgram.check(String(repeating: ".", count: JQLimits.programBytesMax + 1))
        }
    }
}
