import Dispatch
import Synchronization

/// How the helper is started: the program that calls ``JQChild/run()`` and the words that make it do so.
package struct JQCommand: Sendable, Hashable {
    package let executable: String
    package let arguments: [String]

    /// By default the running program itself, also after its file was replaced.
    package init(executable: String = "/proc/self/exe", arguments: [String] = ["jq-child"]) {
        self.executable = executable
        self.arguments = arguments
    }
}

/// A jq program in a helper process that cannot hurt the bridge: not by time, not by memory, not by dying.
///
/// One delivery at a time goes through a helper, in order of call. A helper that overran its limits is gone;
/// the next one is started at once, so that the next delivery finds it compiled and waiting.
package final class JQFilter: Sendable {
    private struct State {
        var helper: JQHelper?
        var isStopped = false
    }

    private let program: String
    private let command: JQCommand
    /// Blocking work happens here, never on the cooperative pool.
    private let queue = DispatchQueue(label: "bascule.jq")
    private let state = Mutex(State())
    private let waiting = Atomic<Int>(0)

    /// The program is refused by ``start()`` if it reaches outside the delivery or does not compile.
    package init(program: String, command: JQCommand = JQCommand()) {
        self.program = program
        self.command = command
    }

    /// Starts the helper and compiles the program, so that a mistake shows before the first delivery.
    package func start() async throws(JQError) {
        try JQProgram.check(program)
        try await onQueue { (self) throws(JQError) in try self.makeReady() }
    }

    /// Runs the program on one JSON text.
    ///
    /// - Returns: All outputs as one JSON array, at most ``JQLimits/outputBytesMax`` bytes.
    package func run(_ input: [UInt8]) async throws(JQError) -> [UInt8] {
        guard input.count <= JQLimits.inputBytesMax else {
            throw .inputTooLarge(bytesMax: JQLimits.inputBytesMax)
        }
        try JQProgram.check(program)
        return try await onQueue { (self) throws(JQError) in try self.runNow(input) }
    }

    /// Ends the helper.
    ///
    /// Calls after this fail with ``JQError/stopped``.
    package func stop() async {
        await withCheckedContinuation { continuation in
            queue.async {
                self.state.withLock { state in
                    state.helper?.kill()
                    state.helper = nil
                    state.isStopped = true
                }
                continuation.resume()
            }
        }
    }

    /// Compiles programs, each by itself, in one helper that is gone afterwards.
    ///
    /// - Returns: For each program what is wrong with it, or nil.
    package static func check(
        _ programs: [String],
        command: JQCommand = JQCommand()
    ) async -> [JQError?] {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "bascule.jq.check").async {
                var helper: JQHelper?
                let findings = programs.map { finding(of: $0, helper: &helper, command: command) }
                helper?.kill()
                continuation.resume(returning: findings)
            }
        }
    }

    private static func finding(of program: String, helper: inout JQHelper?, command: JQCommand) -> JQError? {
        do throws(JQError) {
            try JQProgram.check(program)
            let current: JQHelper
            if let helper { current = helper } else { current = try JQHelper(command: command) }
            helper = current
            try compile(program, in: current)
            return nil
        } catch {
            switch error {
            case .doesNotCompile, .forbiddenWord, .programTooLarge: break
            case .inputTooLarge, .outputTooLarge, .failed, .timedOut, .outOfMemory, .died, .busy,
                .unavailable,
                .stopped:
                // The helper is of no more use; the next program gets another.
                helper = nil
            }
            return error
        }
    }

    private func onQueue<Output: Sendable>(
        _ work: @escaping @Sendable (JQFilter) throws(JQError) -> Output
    ) async throws(JQError) -> Output {
        let count = waiting.add(1, ordering: .relaxed).newValue
        defer { waiting.subtract(1, ordering: .relaxed) }
        guard count <= JQLimits.waitingMax else { throw .busy(waitingMax: JQLimits.waitingMax) }
        let result = await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(
                    returning: Result { () throws(JQError) -> Output in try work(self) }
                )
            }
        }
        return try result.get()
    }

    /// On the queue only.
    private func runNow(_ input: [UInt8]) throws(JQError) -> [UInt8] {
        try state.withLock { state throws(JQError) in
            try Self.makeReady(&state, program: program, command: command)
            let answer: JQFrame
            do throws(JQError) {
                guard let helper = state.helper else { throw .stopped }
                answer = try helper.ask(
                    JQFrame(kind: .input, bytes: input),
                    within: JQLimits.answerMillisecondsMax
                )
            } catch {
                state.helper = nil
                queue.async { self.replaceHelper() }
                throw error
            }
            switch answer.kind {
            case .output: return answer.bytes
            case .failed: throw .failed(what: String(decoding: answer.bytes, as: UTF8.self))
            case .outputTooLarge: throw .outputTooLarge(bytesMax: JQLimits.outputBytesMax)
            case .program, .input, .compiled, .notCompiled:
                state.helper = nil
                throw .died(cause: "unexpected answer")
            }
        }
    }

    // On the queue only. A failure shows at the next delivery, which tries again.
    private func replaceHelper() {
        _ = try? makeReady()
    }

    /// On the queue only.
    private func makeReady() throws(JQError) {
        try state.withLock { state throws(JQError) in
            try Self.makeReady(&state, program: program, command: command)
        }
    }

    private static func makeReady(
        _ state: inout State,
        program: String,
        command: JQCommand
    ) throws(JQError) {
        if state.isStopped { throw .stopped }
        if state.helper != nil { return }
        let helper = try JQHelper(command: command)
        try compile(program, in: helper)
        state.helper = helper
    }

    private static func compile(_ program: String, in helper: JQHelper) throws(JQError) {
        let answer = try helper.ask(
            JQFrame(kind: .program, bytes: Array(program.utf8)),
            within: JQLimits.startMillisecondsMax
        )
        switch answer.kind {
        case .compiled: return
        case .notCompiled: throw .doesNotCompile(text: String(decoding: answer.bytes, as: UTF8.self))
        case .program, .input, .output, .failed, .outputTooLarge: throw .died(cause: "unexpected answer")
        }
    }
}
