import Authenticating
import Foundation
import JSONReader

/// The answers to all vectors of some files and folders, in order.
struct VectorReport {
    /// One JSON object a vector: `{"id","reason","verdict"}`.
    let lines: [String]
    /// Vectors that got another verdict than they ask for.
    let mismatches: [String]
    private let count: Int

    /// - Parameter paths: Files, and folders whose `.json` files are taken in order of their names.
    /// - Throws: ``VerifyError`` for what is not there or holds no vectors.
    init(paths: [String]) throws(VerifyError) {
        var answers: [VectorCheck.Answer] = []
        for file in try Self.files(paths) {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw .unreadableFile(file)
            }
            do throws(VectorFileError) {
                answers += try VectorCheck.run(Array(data))
            } catch {
                throw .badVectors(file)
            }
        }
        lines = answers.map { answer in
            let line: JSONValue = [
                "id": .string(answer.id),
                "verdict": .string(answer.verdict),
                "reason": answer.isAccepted ? .null : .string(answer.reason),
            ]
            return line.encodedText
        }
        mismatches = answers.filter { !$0.isVerdictExpected }.map { answer in
            "\(answer.id): \(answer.verdict)\(answer.isAccepted ? "" : ":\(answer.reason)"), expected "
                + (answer.expected ?? "nothing")
        }
        count = answers.count
    }

    var hasPassed: Bool { mismatches.isEmpty }

    /// For people, on standard error.
    var complaints: [String] {
        mismatches + ["\(count) vectors, \(mismatches.count) with another verdict than expected"]
    }

    private static func files(_ paths: [String]) throws(VerifyError) -> [String] {
        var files: [String] = []
        for path in paths {
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
                files.append(path)
                continue
            }
            let inside = names.filter { $0.hasSuffix(".json") && $0 != "INDEX.json" }.sorted()
            guard !inside.isEmpty else { throw .noVectors(path) }
            files += inside.map { "\(path)/\($0)" }
        }
        return files
    }
}
