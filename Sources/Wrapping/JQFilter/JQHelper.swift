import CJQ
import Glibc

/// One running helper process and the line to it.
///
/// Every call blocks, for a bounded time; ``JQFilter`` keeps them on a queue of its own.
final class JQHelper {
    private let pipe: JQPipe
    private let process: pid_t
    private var isReaped = false

    /// Starts the helper: no environment, no descriptor but the line on 0 and 1, errors to nowhere.
    init(command: JQCommand) throws(JQError) {
        var ends: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw .unavailable(errno: errno) }
        defer { close(ends[1]) }
        do throws(JQError) {
            process = try Self.spawn(command, line: ends[1])
        } catch {
            close(ends[0])
            throw error
        }
        pipe = JQPipe(takingOver: ends[0])
    }

    deinit {
        kill()
    }

    /// Sends one frame and waits for the answer.
    ///
    /// After an error the helper is of no more use.
    func ask(_ frame: JQFrame, within milliseconds: Int64) throws(JQError) -> JQFrame {
        let deadline = ContinuousClock.now.advanced(by: .milliseconds(milliseconds))
        do throws(JQPipe.Failure) {
            try pipe.send(frame, by: deadline)
            return try pipe.receive(by: deadline)
        } catch .late {
            kill()
            throw .timedOut(milliseconds: milliseconds)
        } catch {
            throw causeOfDeath()
        }
    }

    /// Ends the helper and waits for its end; it holds nothing worth keeping.
    func kill() {
        guard !isReaped else { return }
        Glibc.kill(process, SIGKILL)
        _ = reap()
    }

    private func reap() -> CInt {
        isReaped = true
        var status: CInt = 0
        while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return status
    }

    /// What ended a helper whose line broke.
    ///
    /// One that lives on is killed, so this never waits long.
    private func causeOfDeath() -> JQError {
        guard !isReaped else { return .stopped }
        // The line breaks a moment before the end can be waited for; SIGKILL after it changes nothing,
        // but a helper that only closed its line must not hold us.
        var status: CInt = 0
        let patience = ContinuousClock.now.advanced(by: .milliseconds(500))
        var ended = unsafe waitpid(process, &status, WNOHANG)
        while ended == 0 && ContinuousClock.now < patience {
            usleep(500)
            ended = unsafe waitpid(process, &status, WNOHANG)
        }
        if ended == process {
            isReaped = true
        } else {
            Glibc.kill(process, SIGKILL)
            status = reap()
        }
        let signal = status & 0x7F
        if signal == SIGPROF { return .timedOut(milliseconds: JQLimits.deliveryMilliseconds) }
        if signal != 0 { return .died(cause: "signal \(signal)") }
        let code = (status >> 8) & 0xFF
        if code == JQChild.outOfMemoryStatus { return .outOfMemory(bytesMax: JQLimits.memoryBytesMax) }
        return .died(cause: "status \(code)")
    }

    private static func spawn(_ command: JQCommand, line: CInt) throws(JQError) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        guard unsafe posix_spawn_file_actions_init(&actions) == 0 else { throw .unavailable(errno: ENOMEM) }
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, line, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, line, 1)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        unsafe cjq_close_from(&actions, 3)
        var attributes = posix_spawnattr_t()
        guard unsafe posix_spawnattr_init(&attributes) == 0 else { throw .unavailable(errno: ENOMEM) }
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // Signals that the bridge blocks or ignores must work on the helper; a group of its own keeps the
        // terminal's interrupt from it.
        var none = sigset_t()
        var all = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        return try unsafe launch(command, &actions, &attributes)
    }

    private static func launch(
        _ command: JQCommand,
        _ actions: UnsafePointer<posix_spawn_file_actions_t>,
        _ attributes: UnsafePointer<posix_spawnattr_t>
    ) throws(JQError) -> pid_t {
        // The copies live until the spawn returned; the child has its own memory by then.
        var arguments = unsafe ([command.executable] + command.arguments).map { unsafe strdup($0) }
        unsafe arguments.append(nil)
        defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
        var environment: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
        var process: pid_t = 0
        let failure = unsafe posix_spawn(
            &process,
            command.executable,
            actions,
            attributes,
            &arguments,
            &environment
        )
        guard failure == 0 else { throw .unavailable(errno: failure) }
        return process
    }
}
