import Foundation

/// One Swift file below `Sources`, as lines of code without their comments.
struct SourceFile {
    /// Relative to `Sources`.
    let path: String
    let lines: [String]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard let comment = line.range(of: "//"), !line[..<comment.lowerBound].hasSuffix(":") else {
                return String(line)
            }
            return String(line[..<comment.lowerBound])
        }
    }

    /// The modules it imports, whatever the attributes, the access level and the kind of import.
    var imports: [String] {
        lines.compactMap { line in
            var words = line.split(separator: " ").map(String.init)
            while let first = words.first, first.hasPrefix("@") || SourceFile.accessLevels.contains(first) {
                words.removeFirst()
            }
            guard words.first == "import", words.count > 1 else { return nil }
            words.removeFirst()
            if SourceFile.kinds.contains(words[0]), words.count > 1 { words.removeFirst() }
            return words[0].split(separator: ".").first.map(String.init)
        }
    }

    /// Every file of the tree this test was built from.
    static func all() throws -> [SourceFile] {
        let root = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources").resolvingSymlinksInPath()
        guard let found = FileManager.default.enumerator(atPath: root.path()) else {
            throw CocoaError(.fileReadNoSuchFile)
        }
        return try found.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted().map { path in
            SourceFile(
                path: path,
                text: try String(contentsOf: root.appending(path: path), encoding: .utf8)
            )
        }
    }

    private static let accessLevels: Set<String> = [
        "public", "package", "internal", "fileprivate", "private",
    ]
    private static let kinds: Set<String> = [
        "struct", "class", "enum", "protocol", "typealias", "func", "var", "let",
    ]
}
