import Foundation
import Vocabulary

/// Where packages are kept: a folder with a quota of its own, so that evidence never fills the ledger's disk.
package actor EvidenceFolder {
    private let folder: String
    private let totalBytesMax: Int64
    private let keepFor: Duration
    /// Packages being written; one at a time, so that two cannot exceed the quota together.
    private var open: Set<String> = []

    /// - Parameters:
    ///   - folder: Made with mode 0700 if it is missing.
    ///   - totalBytesMax: All files together.
    ///   - keepFor: Older files are deleted before a new one is begun.
    package init(folder: String, totalBytesMax: Int64, keepFor: Duration) {
        self.folder = folder
        self.totalBytesMax = totalBytesMax
        self.keepFor = keepFor
    }

    /// Finds room for one file of a job.
    func makePlace(
        for job: JobID,
        ending: EvidenceEnding = .zip,
        now: Timestamp
    ) throws(EvidenceError) -> EvidencePlace {
        guard open.isEmpty else { throw .busy }
        let used: Int64
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            used = try tidy(now: now)
        } catch {
            throw .folder(folder)
        }
        let left = totalBytesMax - used
        guard left > 0 else { throw .full(totalBytesMax: totalBytesMax) }
        let name = "\(job.text).\(ending.rawValue)"
        let place = EvidencePlace(
            name: name,
            path: "\(folder)/\(name)",
            partialPath: "\(folder)/\(name).partial",
            unpackedPath: "\(folder)/\(name).unpacked",
            bytesMax: left
        )
        for path in [place.partialPath, place.unpackedPath] {
            try? FileManager.default.removeItem(atPath: path)
        }
        open.insert(place.name)
        return place
    }

    /// Makes the finished file durable under its name.
    ///
    /// The folder is synchronised as well: after a power cut the name is there, as the ledger says.
    func keep(_ place: EvidencePlace) throws {
        defer { open.remove(place.name) }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: place.partialPath))
        try handle.synchronize()
        try handle.close()
        if FileManager.default.fileExists(atPath: place.path) {
            try FileManager.default.removeItem(atPath: place.path)
        }
        try FileManager.default.moveItem(atPath: place.partialPath, toPath: place.path)
        try? FileManager.default.removeItem(atPath: place.unpackedPath)
        let opened = try FileHandle(forReadingFrom: URL(fileURLWithPath: folder))
        try opened.synchronize()
        try opened.close()
    }

    /// Forgets an unfinished file.
    func discard(_ place: EvidencePlace) {
        open.remove(place.name)
        for path in [place.partialPath, place.unpackedPath] {
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    /// Deletes packages that are too old; returns the bytes of all files that remain.
    ///
    /// Only what this folder wrote itself is ever deleted: a mounted disk has its `lost+found`, an operator notes.
    private func tidy(now: Timestamp) throws -> Int64 {
        var total: Int64 = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let path = "\(folder)/\(name)"
            // A download that failed takes its file away at any moment.
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
                attributes[.type] as? FileAttributeType == .typeRegular
            else { continue }
            let changed = attributes[.modificationDate] as? Date ?? Date(timeIntervalSince1970: 0)
            let age = Double(now.milliseconds) / 1000 - changed.timeIntervalSince1970
            if isPackage(name), age > Double(keepFor.wholeSeconds) {
                try FileManager.default.removeItem(atPath: path)
            } else {
                total += attributes[.size] as? Int64 ?? Int64(attributes[.size] as? Int ?? 0)
            }
        }
        return total
    }

    /// Whether a file bears a name that ``makePlace(for:now:)`` gives.
    private func isPackage(_ name: String) -> Bool {
        guard name.hasPrefix("j-") else { return false }
        return EvidenceEnding.allCases.contains { ending in
            ["", ".partial", ".unpacked"].contains { name.hasSuffix(".\(ending.rawValue)\($0)") }
        }
    }
}

/// What is kept, as the ends of the names say.
///
/// A file from a machine keeps no name of its own: it may be malware, and its name was chosen by whoever put it there.
enum EvidenceEnding: String, Sendable, CaseIterable {
    case zip
    /// Transcripts, and answers that are too long for the ledger.
    case json
    case file
}

/// A file about to be written.
struct EvidencePlace: Sendable {
    let name: String
    let path: String
    let partialPath: String
    /// What was inside, where it came packed.
    let unpackedPath: String
    let bytesMax: Int64
}

/// Why a package cannot be kept.
package enum EvidenceError: Explained, Equatable {
    case folder(String)
    case full(totalBytesMax: Int64)
    case busy

    package var code: String {
        switch self {
        case .folder: "evidence.folder"
        case .full: "evidence.full"
        case .busy: "evidence.busy"
        }
    }

    package var message: String {
        switch self {
        case .folder(let path): "The evidence folder \(path) cannot be used."
        case .full(let bytes): "The evidence folder holds its \(bytes) bytes."
        case .busy: "Another package is being written."
        }
    }

    package var fix: String {
        switch self {
        case .folder: "Check that it exists and that the bridge may write there."
        case .full: "Move evidence away, or raise `evidence: { max-total }`, then ask for the package again."
        case .busy: "Nothing to do: it is fetched next."
        }
    }
}
