import EnqueuingSQLite
import Foundation
import Testing

/// A folder with a ledger on a disk that loses, at a power cut, whatever was not synced.
///
/// A child process writes under the preloaded `lossy.c`; ``cutPower()`` puts what was synced in the place of
/// what is there.
struct LossyDisk {
    let ledger: String
    /// While this file is there the disk takes no writes; holding an `e`, it fails to sync.
    let fault: String
    private let images: String
    private let library: String

    init(in folder: String) throws {
        ledger = folder + "/ledger.db"
        fault = folder + "/fault"
        images = folder + "/images"
        library = folder + "/lossy.so"
        try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: false)
        let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "lossy.c")
        let compiler = Process()
        compiler.executableURL = URL(filePath: "/usr/bin/env")
        compiler.arguments = [
            "cc", "-O1", "-shared", "-fPIC", "-o", library, source.path(percentEncoded: false), "-ldl",
        ]
        try compiler.run()
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0, "cc could not compile lossy.c")
    }

    /// Starts a writer; its lines are read with ``Writer/nextLine()``.
    func startWriter(
        _ writers: Int,
        prefix: String,
        count: Int? = nil,
        lossy: [String: String] = [:]
    ) throws -> Writer {
        var environment = ProcessInfo.processInfo.environment
        environment["LD_PRELOAD"] = library
        environment["LOSSY_FILE"] = ledger
        environment["LOSSY_IMAGES"] = images
        environment["LOSSY_FAULT"] = fault
        environment.merge(lossy) { $1 }
        let arguments = [ledger, String(writers), prefix] + (count.map { [String($0)] } ?? [])
        return try Writer(arguments: arguments, environment: environment)
    }

    /// What the next start finds after the power went: the images, and no shared memory.
    func cutPower() throws {
        let files = FileManager.default
        for suffix in ["", "-wal", "-journal", "-shm"] {
            let image = images + "/ledger.db" + suffix
            if files.fileExists(atPath: ledger + suffix) { try files.removeItem(atPath: ledger + suffix) }
            if files.fileExists(atPath: image) { try files.copyItem(atPath: image, toPath: ledger + suffix) }
        }
    }

    /// Makes the files as they are, after somebody wrote them without the shim, what is on the disk.
    func syncAll() throws {
        let files = FileManager.default
        for suffix in ["", "-wal", "-journal"] {
            let image = images + "/ledger.db" + suffix
            if files.fileExists(atPath: image) { try files.removeItem(atPath: image) }
            if files.fileExists(atPath: ledger + suffix) {
                try files.copyItem(atPath: ledger + suffix, toPath: image)
            }
        }
    }
}

/// A running `LedgerWriter`.
final class Writer {
    private let process = Process()
    private let output = Pipe()
    private var rest = Data()

    init(arguments: [String], environment: [String: String]) throws {
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "LedgerWriter")
        process.arguments = arguments
        process.environment = environment
        process.standardOutput = output
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Blocks until the writer says something; nil once it has ended.
    func nextLine() -> String? {
        while true {
            if let end = rest.firstIndex(of: 0x0A) {
                defer { rest = Data(rest[rest.index(after: end)...]) }
                return String(decoding: rest[..<end], as: UTF8.self)
            }
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { return nil }
            rest += more
        }
    }

    /// Kills it as a power cut would, and returns what it had still said.
    func kill9() -> [String] {
        kill(process.processIdentifier, SIGKILL)
        var lines: [String] = []
        while let line = nextLine() { lines.append(line) }
        process.waitUntilExit()
        return lines
    }

    func waitUntilExit() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }
}
