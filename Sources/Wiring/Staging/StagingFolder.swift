import Catalogue
import Cryptography
import Foundation
import Vocabulary

/// Where files lie that somebody at the terminal wants in the library, until their job is carried out.
///
/// A file is called by its SHA-256 and nothing else. It comes in pieces, because the control socket takes no more than a
/// megabyte at a time; it counts only once all of it is there and has the digest that was promised.
actor StagingFolder {
    /// All files together.
    static let totalBytesMax = 10 * Catalogue.libraryFileBytesMax
    /// How long a file waits for its job.
    static let patience = Duration.seconds(3_600)
    private static let partialEnding = ".partial"

    private let folder: String

    /// - Parameter folder: Made with mode 0700 once it is needed.
    init(folder: String) {
        self.folder = folder
    }

    /// Takes a piece.
    ///
    /// - Parameters:
    ///   - bytes: The next of the file; at most what the socket takes.
    ///   - digest: 64 lower-case hexadecimal digits: of the whole file.
    ///   - offset: Where the piece begins; 0 begins anew.
    ///   - total: The size of the whole file.
    /// - Returns: How much is there now.
    /// - Throws: ``StagingError``.
    func take(_ bytes: [UInt8], of digest: String, at offset: Int, total: Int) throws(StagingError) -> Int {
        guard Self.isDigest(digest) else { throw .noDigest }
        guard (1...Catalogue.libraryFileBytesMax).contains(total), !bytes.isEmpty,
            (0...total).contains(offset), bytes.count <= total - offset
        else { throw .size }
        if size("\(folder)/\(digest)") == total { return total }
        let partial = "\(folder)/\(digest)\(Self.partialEnding)"
        if offset == 0 { try begin(partial, total) }
        guard size(partial) == offset else { throw .gap }
        do {
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: partial))
            try handle.seekToEnd()
            try handle.write(contentsOf: bytes)
            try handle.synchronize()
            try handle.close()
        } catch {
            throw .folder
        }
        guard offset + bytes.count == total else { return offset + bytes.count }
        guard Self.digest(of: partial) == digest else {
            try? FileManager.default.removeItem(atPath: partial)
            throw .otherDigest
        }
        do {
            try FileManager.default.moveItem(atPath: partial, toPath: "\(folder)/\(digest)")
        } catch {
            throw .folder
        }
        return total
    }

    /// The file of a digest, checked against it; nil if there is none.
    func file(_ digest: String) -> [UInt8]? {
        guard Self.isDigest(digest), let data = FileManager.default.contents(atPath: "\(folder)/\(digest)")
        else { return nil }
        let bytes = Array(data)
        return Hex.encode(Digest.of(bytes)) == digest ? bytes : nil
    }

    /// Deletes what nobody waits for.
    ///
    /// - Parameters:
    ///   - open: Digests of uploads that have not ended.
    ///   - ended: When the last upload of a digest ended.
    ///   - now: The ledger's time.
    func tidy(open: Set<String>, ended: [String: Timestamp], now: Timestamp) {
        for (name, written) in files {
            let digest = name.replacing(Self.partialEnding, with: "")
            let isOver = ended[digest].map { $0 > written } ?? false
            guard !open.contains(digest), isOver || now.since(written) > Self.patience else { continue }
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }

    var isEmpty: Bool { files.isEmpty }

    /// Names that this folder gives, with the time of their last piece.
    private var files: [(name: String, written: Timestamp)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { Self.isDigest($0.replacing(Self.partialEnding, with: "")) }.map { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            let written = attributes?[.modificationDate] as? Date ?? Date(timeIntervalSince1970: 0)
            return (name, Timestamp(milliseconds: Int64(written.timeIntervalSince1970 * 1000)))
        }
    }

    private func begin(_ partial: String, _ total: Int) throws(StagingError) {
        let used = files.reduce(0) { $0 + (size("\(folder)/\($1.name)") ?? 0) }
        guard used + total <= Self.totalBytesMax else { throw .full }
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw .folder
        }
        let isMade = FileManager.default.createFile(
            atPath: partial,
            contents: nil,
            attributes: [.posixPermissions: 0o600]
        )
        guard isMade else { throw .folder }
    }

    private func size(_ path: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
    }

    private static func digest(of path: String) -> String? {
        FileManager.default.contents(atPath: path).map { Hex.encode(Digest.of(Array($0))) }
    }

    private static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}

/// Why a piece is not taken.
enum StagingError: Explained, Equatable {
    case noDigest
    case size
    /// The piece does not follow what is there.
    case gap
    case otherDigest
    case full
    case folder

    var code: String {
        switch self {
        case .noDigest: "staging.no-digest"
        case .size: "staging.size"
        case .gap: "staging.gap"
        case .otherDigest: "staging.other-digest"
        case .full: "staging.full"
        case .folder: "staging.folder"
        }
    }

    var message: String {
        switch self {
        case .noDigest: "What is handed over is called by no SHA-256."
        case .size: "A file for the library has 1 to \(Catalogue.libraryFileBytesMax) bytes."
        case .gap: "The pieces of the file do not follow each other."
        case .otherDigest: "The file has another SHA-256 than was promised."
        case .full: "Too many files wait for their uploads."
        case .folder: "The folder for files that wait cannot be written."
        }
    }

    var fix: String {
        switch self {
        case .noDigest, .gap, .otherDigest: "Run the command again; the file may have changed meanwhile."
        case .size: "Put larger ones into the library in the Defender portal."
        case .full: "Wait until the uploads have ended, or cancel some."
        case .folder: "Check the evidence folder of the bridge."
        }
    }
}
