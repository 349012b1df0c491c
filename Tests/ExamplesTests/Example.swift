import Foundation
import Testing

/// One folder of `examples/`: settings, deliveries, machines, and what is expected of them.
struct Example: Sendable, CustomTestStringConvertible {
    /// One delivery and what `explain` must say of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let example: Example
        /// The folder's, unless the case names another.
        let source: String
        let delivery: String
        let exitStatus: Int32
        /// JSON text: one object, or a list where the delivery asks for several things.
        let explanation: Data

        var testDescription: String { "\(example.folder.lastPathComponent): \(delivery)" }
    }

    let folder: URL
    let source: String
    /// Unix time in seconds at which the deliveries came.
    let now: Int
    let environment: [String: String]
    let cases: [(source: String, delivery: String, exitStatus: Int32, explanation: Data)]

    var testDescription: String { folder.lastPathComponent }
    var settings: String { folder.appendingPathComponent("bascule.yaml").path }

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("examples").resolvingSymlinksInPath()

    /// Every folder there is, so that a new example cannot be forgotten.
    static func all() throws -> [Example] {
        try FileManager.default.contentsOfDirectory(at: root, includingPropertiesForKeys: [.isDirectoryKey])
            .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
            .sorted { $0.path < $1.path }
            .map(Example.init)
    }

    static func allCases() throws -> [Case] {
        try all().flatMap { example in
            example.cases.map {
                Case(
                    example: example,
                    source: $0.source,
                    delivery: $0.delivery,
                    exitStatus: $0.exitStatus,
                    explanation: $0.explanation
                )
            }
        }
    }

    private init(_ folder: URL) throws {
        let data = try Data(contentsOf: folder.appendingPathComponent("expected.json"))
        let expected = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        self.folder = folder
        let usual = try #require(expected["source"] as? String)
        source = usual
        now = try #require(expected["now"] as? Int)
        environment = try #require(expected["environment"] as? [String: String])
        let entries = try #require(expected["cases"] as? [[String: Any]])
        cases = try entries.map { entry in
            let explanation = try #require(entry["explain"])
            return (
                entry["source"] as? String ?? usual,
                try #require(entry["delivery"] as? String),
                Int32(try #require(entry["exit"] as? Int)),
                try JSONSerialization.data(withJSONObject: explanation)
            )
        }
    }
}

/// The program as people run it: the binary built beside the tests.
enum Program {
    struct Outcome {
        let status: Int32
        let output: Data
        let errors: String
    }

    static func run(_ arguments: [String], environment: [String: String]) async throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("bascule")
        process.arguments = arguments
        process.environment = environment
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("bascule-example-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Files, not pipes: nothing here can fill up and block.
        let output = folder.appendingPathComponent("output")
        let errors = folder.appendingPathComponent("errors")
        for file in [output, errors] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return Outcome(
            status: status,
            output: try Data(contentsOf: output),
            errors: try String(contentsOf: errors, encoding: .utf8)
        )
    }
}
