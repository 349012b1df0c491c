import Foundation
import Glibc
import Synchronization

/// One run of the built `bascule`, as a process of its own.
///
/// Standard output and error go to files, so that nothing can fill up and block. The process is a child that is
/// reaped by ``end()`` or ``kill()``: until then its number cannot be anybody else's. Begin it with
/// ``running(_:environment:in:named:_:)``, which ends it whatever happens.
package final class Program: Sendable {
    /// What became of a process.
    package enum End: Sendable, Equatable {
        case exited(Int32)
        case signalled(Int32)
    }

    /// Why a program did not do what the test needs.
    package enum Failure: Error, CustomStringConvertible {
        case notStarted(String, code: Int32)
        case ended(End, errors: String)

        package var description: String {
            switch self {
            case .notStarted(let path, let code):
                "\(path) was not started: \(String(cString: strerror(code)))"
            case .ended(let end, let errors): "the program ended (\(end)) and said: \(errors.suffix(2_000))"
            }
        }
    }

    /// The program built beside these tests.
    package static var path: String {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("bascule").path
    }

    package let processID: pid_t
    package let outputFile: String
    package let errorFile: String
    private let state = Mutex<End?>(nil)

    /// Starts the program with nothing but the given environment.
    ///
    /// - Parameters:
    ///   - arguments: Without the program's name.
    ///   - environment: The whole of it.
    ///   - folder: Takes the files `NAME.out` and `NAME.err`.
    ///   - name: The files' name.
    /// - Throws: ``Failure/notStarted(_:code:)``.
    package init(
        _ arguments: [String],
        environment: [String: String] = [:],
        in folder: TemporaryFolder,
        named name: String
    ) throws {
        outputFile = folder.path("\(name).out")
        errorFile = folder.path("\(name).err")
        processID = try Self.spawn(arguments, environment, output: outputFile, errors: errorFile)
    }

    /// Starts the program, does `work` with it, and sees it gone.
    package static func running<Result>(
        _ arguments: [String],
        environment: [String: String] = [:],
        in folder: TemporaryFolder,
        named name: String,
        _ work: (Program) async throws -> Result
    ) async throws -> Result {
        let program = try Program(arguments, environment: environment, in: folder, named: name)
        defer { program.kill() }
        return try await work(program)
    }

    /// What it wrote to standard output so far.
    package var output: String { Self.text(outputFile) }
    /// What it wrote to standard error so far.
    package var errors: String { Self.text(errorFile) }

    /// The first line of standard output, once it is whole.
    ///
    /// - Throws: ``Failure/ended(_:errors:)`` if the program ends without one; ``TookTooLong``.
    package func firstLine(within limit: Duration = .seconds(60)) async throws -> String {
        try await eventually("the program's first line", within: limit) {
            if let end = output.firstIndex(of: "\n") { return String(output[..<end]) }
            if let end = look() { throw Failure.ended(end, errors: errors) }
            return nil
        }
    }

    package func send(_ signal: Int32) {
        state.withLock { end in
            if end == nil { _ = Glibc.kill(processID, signal) }
        }
    }

    /// Waits for the end.
    package func end(within limit: Duration = .seconds(60)) async throws -> End {
        try await eventually("the program's end", within: limit) { look() }
    }

    /// `kill -9`, and the child reaped.
    package func kill() {
        state.withLock { end in
            guard end == nil else { return }
            _ = Glibc.kill(processID, SIGKILL)
            var status: Int32 = 0
            // A killed child ends at once: this does not wait for anything but the kernel.
            while waitpid(processID, &status, 0) == -1, errno == EINTR {}
            end = Self.end(of: status)
        }
    }

    /// How it ended, or nil while it runs.
    package func look() -> End? {
        state.withLock { end in
            if end == nil {
                var status: Int32 = 0
                if waitpid(processID, &status, WNOHANG) == processID { end = Self.end(of: status) }
            }
            return end
        }
    }

    /// A number of `/proc/PID/status` in KiB, such as `VmRSS`.
    package func kibibytes(_ field: String) -> Int? {
        let line = Self.text("/proc/\(processID)/status").split(separator: "\n")
            .first { $0.hasPrefix("\(field):") }
        return line?.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap { Int($0) }
    }

    private static func text(_ file: String) -> String {
        String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    }

    private static func end(of status: Int32) -> End {
        status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .signalled(status & 0x7F)
    }

    /// The child has default signals and no descriptor of ours, as if started from a shell.
    private static func spawn(
        _ arguments: [String],
        _ environment: [String: String],
        output: String,
        errors: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        // Some more than are open now: another thread may open one meanwhile. Closing what is not open is no error.
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
            Int32($0)
        }
        for descriptor in 3...max(3, (open.max() ?? 3) + 32) {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var all = sigset_t()
        var none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        let words = ([path] + arguments).map { strdup($0) }
        let variables = environment.map { strdup("\($0.key)=\($0.value)") }
        defer { for text in words + variables { free(text) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, path, &actions, &attributes, words + [nil], variables + [nil])
        guard code == 0 else { throw Failure.notStarted(path, code: code) }
        return process
    }
}
