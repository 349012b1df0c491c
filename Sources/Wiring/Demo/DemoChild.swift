import Foundation
import JSONReader
import Vocabulary

/// This very program, run again as a process of its own with another command.
final class DemoChild: Sendable {
    /// How long a process may take to say where it listens.
    private static let startMax = Duration.seconds(15)
    /// How long it may take to end by itself.
    private static let endMax = Duration.seconds(5)
    private static let glance = Duration.milliseconds(20)

    private let process: Process
    private let command: String
    private let folder: DemoFolder

    /// Starts it; what it writes lies in the folder as `COMMAND.out` and `COMMAND.log`.
    ///
    /// - Parameters:
    ///   - arguments: The command and its options.
    ///   - folder: Also its working directory and its place for temporary files.
    /// - Throws: ``DemoFailure/notStarted(program:why:)``.
    init(_ arguments: [String], in folder: DemoFolder) throws(DemoFailure) {
        command = arguments.first ?? ""
        self.folder = folder
        process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder.path)
        var environment = ProcessInfo.processInfo.environment
        // What a killed child leaves behind goes with the folder.
        environment["TMPDIR"] = folder.path
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        do {
            try folder.write("\(command).out", "")
            try folder.write("\(command).log", "")
            process.standardOutput = try FileHandle(
                forWritingTo: URL(filePath: folder.file("\(command).out"))
            )
            process.standardError = try FileHandle(forWritingTo: URL(filePath: folder.file("\(command).log")))
            try process.run()
        } catch {
            throw .notStarted(program: "bascule \(command)", why: error.localizedDescription)
        }
    }

    var identifier: Int32 { process.processIdentifier }

    /// Waits for the one line of JSON that says where it listens.
    func announcement() async throws -> JSONValue {
        let end = ContinuousClock.now + Self.startMax
        while process.isRunning, ContinuousClock.now < end {
            let output = folder.read("\(command).out")
            if let line = output.split(separator: "\n").first, output.contains("\n") {
                guard let json = try? JSONReader.read(Array(line.utf8), root: .object) else {
                    throw DemoFailure.notUnderstood(what: "`bascule \(command)`")
                }
                return json
            }
            try await Task.sleep(for: Self.glance)
        }
        throw DemoFailure.notListening(program: "bascule \(command)")
    }

    /// Asks it to end, and after a while makes it; returns once it is gone.
    func stop() async {
        // Awaited here; a task of its own because whoever stops may be cancelled, and this must be done.
        await Task.detached { [process] in
            guard process.isRunning else { return }
            process.terminate()
            let end = ContinuousClock.now + Self.endMax
            while process.isRunning {
                if ContinuousClock.now > end { kill(process.processIdentifier, SIGKILL) }
                do { try await Task.sleep(for: Self.glance) } catch { return }
            }
        }.value
    }
}
