/// Looks at a jq program before it is trusted with a delivery.
package enum JQProgram {
    /// Words that read something else than the delivery, write, or end the helper.
    package static let forbiddenWords: Set<String> = [
        "env", "input", "inputs", "debug", "stderr", "halt", "halt_error", "import", "include", "module",
        "modulemeta", "input_filename", "input_line_number", "get_search_list", "get_prog_origin",
        "get_jq_origin",
    ]

    /// Variables that read something else than the delivery.
    package static let forbiddenVariables: Set<String> = ["ENV", "__loc__", "__prog_args"]

    /// Refuses programs that reach outside the delivery.
    ///
    /// Looks at words where jq would read them as words: not in text, comments, fields (`.env`) and keys
    /// (`{env: 1}`), but inside the interpolations of a text. Whether the program compiles is not looked at;
    /// the helper says that.
    package static func check(_ program: String) throws(JQError) {
        guard program.utf8.count <= JQLimits.programBytesMax else {
            throw .programTooLarge(bytesMax: JQLimits.programBytesMax)
        }
        // A NUL would end the program early for the compiler and not for us.
        if let nul = program.utf8.firstIndex(of: 0) {
            let before = program.utf8[..<nul].filter { $0 == 0x0A }.count
            throw .forbiddenWord("NUL", line: before + 1, column: 1)
        }
        var lexer = JQLexer(program)
        while let word = lexer.nextWord() {
            let isForbidden =
                word.isVariable
                ? forbiddenVariables.contains(word.text)
                : !word.isKey && forbiddenWords.contains(word.text)
            if isForbidden {
                throw .forbiddenWord(
                    (word.isVariable ? "$" : "") + word.text,
                    line: word.line,
                    column: word.column
                )
            }
        }
    }
}
