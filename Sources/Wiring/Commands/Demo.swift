import ArgumentParser
import Foundation
import Simulating
import UnixSignals
import Vocabulary

/// `demo`: the whole job with nothing configured, on this machine alone.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Watch the whole job, with nothing configured and on this machine alone.",
        discussion: """
            Runs the bridge and a simulator of Entra ID, Defender, Slack and Jira as processes of their own, \
            sends signed deliveries, and shows what becomes of them. Nothing is left running, and no file.
            """
    )

    /// Much longer than it takes on a slow machine.
    private static let secondsMax: Int64 = 90

    @Option(name: .long, help: "Seed of machine names and ids; DEMO_SEED if it is set, else 1.")
    var seed: UInt64?

    func run() async throws {
        do {
            try await play(try chosenSeed())
        } catch let failure as DemoFailure {
            CommandEnd.complain("error: \(failure.message) \(failure.fix)")
            if case .badSeed = failure { throw CommandEnd.usage }
            throw CommandEnd.outside
        } catch let error as any Explained {
            CommandEnd.complain("error: \(error.message) \(error.fix)")
            throw CommandEnd.outside
        }
    }

    private func chosenSeed() throws(DemoFailure) -> UInt64 {
        if let seed { return seed }
        guard let text = ProcessInfo.processInfo.environment["DEMO_SEED"], !text.isEmpty else { return 1 }
        guard let number = UInt64(text) else { throw .badSeed(text) }
        return number
    }

    /// Whatever happens, the processes end and the folder goes.
    private func play(_ seed: UInt64) async throws {
        // A closed output is an error to end by, not a death that leaves processes behind.
        _ = signal(SIGPIPE, SIG_IGN)
        let folder = try DemoFolder()
        let children = DemoChildren()
        let outcome: Result<Void, any Error>
        do {
            try await race(seed, folder, children)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await children.stop()
        if case .failure(let error) = outcome, !DemoFailure.isAskedFor(error) {
            for name in ["simulate.log", "serve.log"] where !folder.read(name).isEmpty {
                CommandEnd.complain("--- \(name)\n\(TerminalText.lines(folder.read(name)))")
            }
        }
        folder.remove()
        try outcome.get()
    }

    /// The story against signals and the clock; who is first ends it.
    private func race(_ seed: UInt64, _ folder: DemoFolder, _ children: DemoChildren) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
            tasks.addTask {
                for await _ in signals { throw DemoFailure.interrupted }
            }
            tasks.addTask {
                try await Task.sleep(for: .seconds(Self.secondsMax))
                throw DemoFailure.tooSlow(seconds: Self.secondsMax)
            }
            tasks.addTask { try await tell(seed, folder, children) }
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
    }

    private func tell(_ seed: UInt64, _ folder: DemoFolder, _ children: DemoChildren) async throws {
        let start = ContinuousClock.now
        let page = DemoPage(isColoured: Self.isColoured) { line in
            do {
                try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
            } catch {
                throw DemoFailure.outputClosed
            }
        }
        let cast = try DemoCast(SimulatorScript.sample(seed: seed, now: .now()), seed: seed)
        try page.title("Bascule: from a signed message to a contained machine")
        let stage = try await DemoStage.open(seed: seed, in: folder) { children.add($0) }
        do {
            try page.say("bridge", "`bascule serve` at \(stage.hooksURL)")
            try page.say(
                "simulator",
                "`bascule simulate` at \(stage.worldURL): Entra ID, Defender, Slack, Jira"
            )
            try page.say("seed", "\(seed); DEMO_SEED=\(seed &+ 1) names other machines")
            try await DemoStory(stage: stage, cast: cast, page: page).tell()
            await stage.close()
        } catch {
            await stage.close()
            throw error
        }
        let seconds = (ContinuousClock.now - start).wholeMilliseconds / 100
        try page.title("Done in \(seconds / 10).\(seconds % 10) s; nothing is left running, and no file.")
    }

    private static var isColoured: Bool {
        let environment = ProcessInfo.processInfo.environment
        return isatty(STDOUT_FILENO) == 1 && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
    }
}
