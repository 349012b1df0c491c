import Testing

struct LayeringTests {
    let files: [SourceFile]

    init() throws {
        files = try SourceFile.all()
    }

    @Test func `every file lies in a layer and every layer has files`() {
        #expect(files.filter { layer(of: $0.path) == nil }.map(\.path) == [])
        let found = Set(files.compactMap { layer(of: $0.path)?.folder })
        #expect(layers.map(\.folder).filter { !found.contains($0) } == [])
    }

    @Test func `a file imports what its layer may import`() {
        #expect(files.flatMap(forbiddenImports) == [])
    }

    @Test func `a verified delivery is made under Authenticating only`() {
        #expect(files.flatMap(forgedDeliveries) == [])
        #expect(files.contains { $0.path.hasPrefix("Authenticating/") && makesDelivery($0) })
    }

    @Test func `memory is handled by hand under Wrapping only`() {
        #expect(files.flatMap(unsafeLines) == [])
    }

    @Test(arguments: [
        "import GRDB", "package import GRDB", "@preconcurrency package import GRDB", "  import GRDB",
        "@testable import GRDB", "import struct GRDB.Row", "private import GRDB.Sub // why",
        "import Hummingbird", "import Classifying", "import Accepting",
    ])
    func `an import that the table does not allow is seen`(line: String) {
        let file = SourceFile(path: "Deciding/Some.swift", text: "import Vocabulary\n\(line)\n")
        #expect(forbiddenImports(file).count == 1)
    }

    @Test func `nested targets have rows of their own`() {
        let text = "import Catalogue\n"
        #expect(forbiddenImports(SourceFile(path: "Vocabulary/Some.swift", text: text)).count == 1)
        #expect(forbiddenImports(SourceFile(path: "Executing/Some.swift", text: text)) == [])
        #expect(
            forbiddenImports(SourceFile(path: "Vocabulary/Catalogue/Some.swift", text: "import Vocabulary\n"))
                == []
        )
        #expect(layer(of: "Enqueuing/EnqueuingSQLite/Store.swift")?.module == "EnqueuingSQLite")
        #expect(layer(of: "Enqueuing/Stray.swift") == nil)
        #expect(layer(of: "WiringMore/Stray.swift") == nil)
    }

    @Test(arguments: [
        "let delivery = VerifiedDelivery(of: raw)", "let delivery = VerifiedDelivery.init(of: raw)",
        "extension VerifiedDelivery {", "let delivery: VerifiedDelivery = .init(of: raw)",
    ])
    func `a verified delivery made elsewhere is seen`(line: String) {
        #expect(forgedDeliveries(SourceFile(path: "Wiring/Intake.swift", text: line)).count == 1)
        #expect(forgedDeliveries(SourceFile(path: "Authenticating/Slack.swift", text: line)) == [])
    }

    @Test(arguments: [
        ("let n = unsafe pointer.pointee", 1), ("nonisolated(unsafe) var n = 1", 1),
        ("// unsafe to repeat", 0),
        ("let bytes: UnsafeRawBufferPointer", 0), ("let url = \"https://a\" + unsafe f()", 1),
    ])
    func `the word is seen in code and not in comments`(line: String, count: Int) {
        #expect(unsafeLines(SourceFile(path: "Deciding/Some.swift", text: line)).count == count)
        #expect(unsafeLines(SourceFile(path: "Wrapping/CurlClient/Some.swift", text: line)) == [])
    }

    private func forbiddenImports(_ file: SourceFile) -> [String] {
        guard let layer = layer(of: file.path) else { return ["\(file.path) lies in no layer"] }
        return file.imports
            .filter { !layer.mayImport.contains($0) && !toolchainModules.contains($0) }
            .map { "\(file.path) imports \($0)" }
    }

    /// Looks for the ways to spell its making; the declaration itself is in Vocabulary.
    private func makesDelivery(_ file: SourceFile) -> Bool {
        file.lines.contains { isMaking($0) }
    }

    private func forgedDeliveries(_ file: SourceFile) -> [String] {
        guard !file.path.hasPrefix("Authenticating/") else { return [] }
        return file.lines.filter(isMaking).map { "\(file.path): \($0)" }
    }

    private func isMaking(_ line: String) -> Bool {
        ["VerifiedDelivery(", "VerifiedDelivery.init", "extension VerifiedDelivery", ".init(of:"]
            .contains { line.contains($0) }
    }

    private func unsafeLines(_ file: SourceFile) -> [String] {
        guard !file.path.hasPrefix("Wrapping/") else { return [] }
        return file.lines.filter { line in
            line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.contains("unsafe")
        }.map { "\(file.path): \($0)" }
    }
}
