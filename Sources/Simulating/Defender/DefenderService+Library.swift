import Cryptography
import Foundation
import JSONReader
import Vocabulary

/// The library of live response, its uploads read by a reading of its own.
extension DefenderService {
    private static let managing = ["Library.Manage"]
    private static let fileBytesMax = 20_000_000

    mutating func answerLibrary(
        _ call: SimulatedCall,
        _ segments: [String],
        _ caller: BearerCheck.Caller
    ) throws(DefenderRefusal) -> SimulatedAnswer? {
        switch (call.method, segments.count) {
        case ("GET", 1):
            try admit("libraryfiles", Self.managing, caller, call)
            let rows = estate.library.sorted { $0.key < $1.key }.map { shownRecord($1.json(named: $0)) }
            return try page(call, rows, "LibraryFiles", ["fileName"])
        case ("POST", 1):
            try admit("libraryfiles", Self.managing, caller, call)
            return try uploadToLibrary(call, by: caller.client)
        case ("DELETE", 2):
            try admit("libraryfiles/{fileName}", Self.managing, caller, call)
            guard estate.library.removeValue(forKey: segments[1]) != nil else {
                throw DefenderRefusal(404, "ResourceNotFound", "File \(segments[1]) was not found")
            }
            return SimulatedAnswer(status: 204, executed: true)
        default: return nil
        }
    }

    private mutating func uploadToLibrary(
        _ call: SimulatedCall,
        by client: String
    ) throws(DefenderRefusal) -> SimulatedAnswer {
        guard let parts = FormParts(call) else {
            throw DefenderRefusal(400, "InvalidRequestBody", "Request body is incorrect.")
        }
        guard let file = parts.all["file"], let name = file.fileName, !name.isEmpty else {
            throw .missingField("file")
        }
        let isName = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x5F].contains(byte)
        }
        guard isName, !file.bytes.isEmpty, file.bytes.count <= Self.fileBytesMax else {
            throw DefenderRefusal(400, "InvalidInput", "The file's name or size is not valid.")
        }
        let overrides = try parts.flag("OverrideIfExists")
        guard estate.library[name] == nil || overrides else {
            throw DefenderRefusal(400, "BadRequest", "File \(name) already exists in the library.")
        }
        let stamp = SimulatedAction.stamp(call.at)
        var entry = LibraryEntry(file.bytes)
        entry.description = parts.text("Description") ?? ""
        entry.usage = parts.text("ParametersDescription")
        entry.hasParameters = try parts.flag("HasParameters")
        entry.createdAt = estate.library[name]?.createdAt ?? stamp
        entry.updatedAt = stamp
        entry.createdBy = client
        estate.library[name] = entry
        return entityAnswer(entry.json(named: name), "LibraryFiles/$entity", executed: true)
    }
}

/// A file of the library.
struct LibraryEntry: Sendable, Codable, Equatable {
    private let content: Data
    var description = ""
    var usage: String?
    var hasParameters = false
    var createdAt = "2026-10-01T08:00:00.0000000Z"
    var updatedAt = "2026-10-01T08:00:00.0000000Z"
    var createdBy = "ola@corp.example"

    init(_ bytes: [UInt8]) {
        content = Data(bytes)
    }

    func json(named name: String) -> [String: JSONValue] {
        [
            "fileName": .string(name),
            "sha256": .string(Hex.encode(Digest.of(Array(content)))),
            "description": .string(description),
            "creationTime": .string(createdAt),
            "lastUpdatedTime": .string(updatedAt),
            "createdBy": .string(createdBy),
            "hasParameters": .bool(hasParameters),
            "parametersDescription": usage.map { .string($0) } ?? .null,
        ]
    }
}

/// The parts of a `multipart/form-data` body.
///
/// Source: RFC 7578, RFC 2046 5.1.
struct FormParts: Sendable {
    struct Part: Sendable {
        let fileName: String?
        let bytes: [UInt8]
    }

    let all: [String: Part]

    /// Nil for a body that is none, or that names a part twice.
    init?(_ call: SimulatedCall) {
        let type = call.header("content-type") ?? ""
        guard type.lowercased().hasPrefix("multipart/form-data"),
            let boundary = Self.value("boundary", in: type)
        else { return nil }
        let mark = Array("--\(boundary)".utf8)
        var all: [String: Part] = [:]
        guard call.body.starts(with: mark) else { return nil }
        var rest = call.body[mark.count...]
        let next = Array("\r\n".utf8) + mark
        while !rest.starts(with: Array("--".utf8)) {
            guard rest.starts(with: Array("\r\n".utf8)) else { return nil }
            rest = rest.dropFirst(2)
            guard let end = Self.place(of: next, in: rest),
                let split = Self.place(of: Array("\r\n\r\n".utf8), in: rest),
                split < end
            else { return nil }
            let head = String(decoding: rest[rest.startIndex..<split], as: UTF8.self)
            guard let name = Self.value("name", in: head) else { return nil }
            let part = Part(fileName: Self.value("filename", in: head), bytes: Array(rest[(split + 4)..<end]))
            guard all.updateValue(part, forKey: name) == nil else { return nil }
            rest = rest[(end + next.count)...]
        }
        self.all = all
    }

    func text(_ name: String) -> String? { all[name].map { String(decoding: $0.bytes, as: UTF8.self) } }

    /// False where it is left out.
    func flag(_ name: String) throws(DefenderRefusal) -> Bool {
        switch text(name)?.lowercased() {
        case nil, "false": return false
        case "true": return true
        default: throw DefenderRefusal(400, "InvalidInput", "'\(name)' is neither true nor false.")
        }
    }

    /// The value behind `name=`, with or without quotes; not the end of a longer name.
    private static func value(_ name: String, in text: String) -> String? {
        for piece in text.split(whereSeparator: { $0 == ";" || $0.isNewline }) {
            let halves = piece.split(separator: "=", maxSplits: 1).map {
                $0.trimmingPrefix(while: \.isWhitespace)
            }
            guard halves.count == 2, halves[0].lowercased() == name else { continue }
            let value = String(halves[1])
            return value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"")
                ? String(value.dropFirst().dropLast()) : value
        }
        return nil
    }

    private static func place(of wanted: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = wanted.first, bytes.count >= wanted.count else { return nil }
        let last = bytes.endIndex - wanted.count
        var place = bytes.startIndex
        while place <= last {
            guard let found = bytes[place...last].firstIndex(of: first) else { return nil }
            if bytes[found...].starts(with: wanted) { return found }
            place = found + 1
        }
        return nil
    }
}
