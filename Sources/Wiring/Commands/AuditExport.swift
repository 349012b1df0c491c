import ArgumentParser
import Cryptography
import Enqueuing
import Foundation
import JSONReader
import Vocabulary

extension AuditCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Every row as a line of JSON; ends with 1, naming the row, if the chain is broken.",
            discussion: """
                With --to, makes the folder and writes audit.jsonl, audit.csv, evidence.jsonl and manifest.json \
                with the SHA-256 of each.
                """
        )

        @OptionGroup var common: OperatorOptions

        @Option(name: .long, help: "A folder to make; it must not be there yet.")
        var to: String?

        func run() async throws {
            let finding = try await CommandEnd.operating {
                try await OperatorAccess.open(common.config) { access in
                    guard let to else { return try await AuditCommand.export(access) { print($0) } }
                    return try await AuditExport.write(access, to: to, at: .now())
                }
            }
            guard finding.isIntact else {
                CommandEnd.complain(finding.text)
                throw CommandEnd.no
            }
        }
    }
}

/// An export as a folder of files that vouch for each other.
enum AuditExport {
    /// Writes the files; the manifest last, so that a folder without one is incomplete.
    static func write(
        _ access: OperatorAccess,
        to folder: String,
        at now: Timestamp
    ) async throws -> AuditVerifier.Finding {
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            CommandEnd.complain("error: \(folder) cannot be made: name a folder that is not there yet")
            throw CommandEnd.usage
        }
        let lines = try ExportedFile("audit.jsonl", in: folder)
        let table = try ExportedFile("audit.csv", in: folder)
        try table.write("sequence,at,kind,subject,actor,detail,previous_hash,hash\r\n")
        var last: AuditRow?
        let finding = try await AuditCommand.walk(access) { row, json in
            try lines.write(json.encodedText + "\n")
            guard let row else { return }
            try table.write(csv(row))
            last = row
        }
        let evidence = try ExportedFile("evidence.jsonl", in: folder)
        for item in try await access.read("/evidence")["evidence"]?.array ?? [] {
            try evidence.write(item.encodedText + "\n")
        }
        let manifest: JSONValue = [
            "format": "bascule-audit-export-1",
            "exported_at": .string(now.iso8601),
            "chain": finding.json,
            "last_row": .integer(last?.sequence ?? 0),
            "last_hash": last.map { .string($0.hash) } ?? .null,
            "files": .array(try [lines, table, evidence].map { try $0.close() }),
        ]
        _ = try ExportedFile("manifest.json", in: folder).closing(manifest.encodedText + "\n")
        return finding
    }

    /// One record of RFC 4180 in which a spreadsheet finds no formula; `audit.jsonl` has the texts as they are.
    static func csv(_ row: AuditRow) -> String {
        let detail = JSONValue.object(row.detail.mapValues { .string($0) }).encodedText
        let cells = [
            String(row.sequence), row.at.iso8601, row.kind, row.subject, row.actor, detail, row.previousHash,
            row.hash,
        ]
        return cells.map(cell).joined(separator: ",") + "\r\n"
    }

    private static func cell(_ text: String) -> String {
        let harmless = withoutFormulas(text)
        guard harmless.unicodeScalars.contains(where: { ",;\"\t\r\n".unicodeScalars.contains($0) }) else {
            return harmless
        }
        return "\"" + harmless.replacing("\"", with: "\"\"") + "\""
    }

    /// Puts an apostrophe where a spreadsheet would begin to read a formula: at the start, and after what some
    /// countries' spreadsheets take for the end of a cell even inside our quotes.
    private static func withoutFormulas(_ text: String) -> String {
        var harmless = String.UnicodeScalarView()
        var isStart = true
        for scalar in text.unicodeScalars {
            // The wide forms count as well, and a tab or line end that only hides what follows it.
            if isStart, "=+-@\t\r\n\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars.contains(scalar) {
                harmless.append("'")
            }
            harmless.append(scalar)
            isStart = ";\t\r\n".unicodeScalars.contains(scalar)
        }
        return String(harmless)
    }
}

/// A file of an export, with what the manifest says of it.
final class ExportedFile {
    private let name: String
    private let handle: FileHandle
    private let digest = RunningDigest()
    private var bytes: Int64 = 0

    init(_ name: String, in folder: String) throws {
        self.name = name
        let path = "\(folder)/\(name)"
        guard
            FileManager.default.createFile(
                atPath: path,
                contents: nil,
                attributes: [.posixPermissions: 0o600]
            ),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw CocoaError(.fileWriteUnknown) }
        self.handle = handle
    }

    func write(_ text: String) throws {
        let piece = Array(text.utf8)
        try handle.write(contentsOf: Data(piece))
        digest.update(piece)
        bytes += Int64(piece.count)
    }

    /// Makes it last; what the manifest says of it.
    func close() throws -> JSONValue {
        try handle.synchronize()
        try handle.close()
        return [
            "name": .string(name), "bytes": .integer(bytes), "sha256": .string(Hex.encode(digest.finish())),
        ]
    }

    /// Writes all there is, and makes it last.
    func closing(_ text: String) throws -> JSONValue {
        try write(text)
        return try close()
    }
}
