import Catalogue
import Defender
import Enqueuing
import Foundation
import Vocabulary

/// The end of a live-response session: what each command says, and its result, which Defender offers for half an hour
/// at a time.
extension Observer {
    /// How long a result that Defender does not have yet is asked for; after it, it has none any more.
    private static let resultLag = Duration.seconds(300)
    /// How long a command may still be called created after its session succeeded.
    private static let commandLag = Duration.seconds(60)
    /// The longest transcript that is read for its words; longer ones are kept all the same.
    private static let transcriptBytesMax: Int64 = 8 << 20

    func isResultReady(_ job: Job) -> Bool {
        job.isSession && job.action != Catalogue.putFile.word
            && job.machineAction?.status == "Succeeded"
    }

    /// A session that succeeded as a whole: each command has a word of its own.
    func takeSession(_ action: MachineAction, for job: Job) async throws {
        if let errors = commandErrors(action) {
            return try await end(job, .failed, "Defender says: Succeeded, but not the command. \(errors)")
        }
        let unfinished = action.commands.first { $0.status != .completed }
        if let unfinished {
            // Nothing is done before Defender says so.
            guard wallClock().since(action.updatedAt ?? action.createdAt) > Observer.commandLag else {
                return try await rest(job, until: nextTick())
            }
            let words = "Defender says: Succeeded, and that \(unfinished.type) was not carried out."
            return try await end(job, .failed, words)
        }
        guard job.action != Catalogue.putFile.word else {
            return try await end(job, .succeeded, "The file is on the machine until its next restart.")
        }
        _ = try await ledger.apply(.packageReady, to: job, keeping: nil)
    }

    /// The commands that failed with their errors; nil if none did.
    func commandErrors(_ action: MachineAction) -> String? {
        let failed = action.commands.filter { $0.status == .failed }
        guard !failed.isEmpty else { return nil }
        return failed.map { command in
            let errors = command.errors.isEmpty ? "no error is named" : command.errors.joined(separator: "; ")
            return "\(command.type) failed: \(errors)."
        }.joined(separator: " ").replacing("..", with: ".")
    }

    /// Fetches the result of the one command, through a new address each time.
    func fetchResult(of job: Job) async throws {
        guard let evidence else {
            return try await notKept(job, "evidence.none", "No evidence folder is configured.")
        }
        guard let actionID = job.machineAction?.id else { return }
        let isScript = job.action == Catalogue.runScript.word
        let place: EvidencePlace
        do throws(EvidenceError) {
            place = try await evidence.makePlace(
                for: job.id,
                ending: isScript ? .json : .file,
                now: wallClock()
            )
        } catch {
            if error == .busy { return try await rest(job, until: nextTick()) }
            return try await notKept(job, error.code, error.message, fix: error.fix)
        }
        do throws(DefenderError) {
            let address = try await address(of: actionID)
            let arriving = ArrivingFile(unpackedPath: place.unpackedPath, bytesMax: place.bytesMax)
            _ = try await holding(job) {
                await download(address, of: job.id, to: place, { arriving.take($0) })
            }.get()
            let arrived = arriving.finish(isNamedGzip: isNamedGzip(job))
            try takeUnpacked(arrived, place)
            let note = EvidenceNote(file: place.name, sha256: arrived.sha256, bytes: arrived.bytes)
            let (outcome, tone) =
                isScript ? scriptOutcome(job, note, arrived, place) : fileOutcome(job, note, arrived)
            try await keep(place, as: .resulted(note, outcome, tone), in: evidence, job)
        } catch {
            await evidence.discard(place)
            let waited = wallClock().since(job.machineAction?.seenAt ?? job.since)
            guard error.defenderCode == Observer.gone else { return try await fetchFailed(job, error) }
            guard waited > Observer.resultLag else { return try await rest(job, until: nextTick()) }
            let words = "Defender is done, and has no result of it any more."
            try await end(job, .failed, "\(words) \(error.message)")
        }
    }

    private static let gone = "result-gone"

    /// A 404 here is about the result itself; one of the download is only about an address that is too old.
    private func address(of actionID: String) async throws(DefenderError) -> Secret {
        do throws(DefenderError) {
            return try await defender.liveResponseAddress(actionID: actionID, index: 0)
        } catch {
            guard error.kind == .notFound else { throw error }
            throw DefenderError(
                kind: .notFound,
                mayHaveBeenExecuted: false,
                defenderCode: Observer.gone,
                correlation: error.correlation,
                message: error.message,
                fix: error.fix
            )
        }
    }

    private func takeUnpacked(_ arrived: Arrived, _ place: EvidencePlace) throws(DefenderError) {
        guard arrived.delivered != nil else { return }
        do {
            try FileManager.default.removeItem(atPath: place.partialPath)
            try FileManager.default.moveItem(atPath: place.unpackedPath, toPath: place.partialPath)
        } catch {
            throw DefenderError(
                kind: .file,
                mayHaveBeenExecuted: false,
                message: "The unpacked file could not be put in place: \(error).",
                fix: "Check the evidence folder."
            )
        }
    }

    private func isNamedGzip(_ job: Job) -> Bool {
        let path = job.parameters[Catalogue.pathParameter]?.lowercased() ?? ""
        return path.hasSuffix(".gz") || path.hasSuffix(".tgz")
    }

    // MARK: What is told

    private func fileOutcome(_ job: Job, _ note: EvidenceNote, _ arrived: Arrived) -> (Outcome, Notice.Tone) {
        let path = job.parameters[Catalogue.pathParameter] ?? "the file"
        return (Outcome(code: "succeeded", message: "\(path) \(kept(note, arrived))"), .good)
    }

    /// The exit code says what the script makes of it; that it ran to its end is all that is promised here.
    private func scriptOutcome(
        _ job: Job,
        _ note: EvidenceNote,
        _ arrived: Arrived,
        _ place: EvidencePlace
    ) -> (Outcome, Notice.Tone) {
        let name = job.parameters[Catalogue.scriptParameter] ?? "the script"
        let tail = "Transcript \(kept(note, arrived))"
        guard let transcript = transcript(place, note) else {
            let words = "\(name) ran; its transcript cannot be read here, and is kept as it came."
            return (Outcome(code: "succeeded", message: "\(words) \(tail)"), .warning)
        }
        var lines = ["\(name) ran, exit code \(transcript.exitCode.map(String.init) ?? "not told"). \(tail)"]
        let output = PlainLines.of(transcript.output, linesMax: 10, charactersMax: 800)
        let errors = PlainLines.of(transcript.errors, linesMax: 5, charactersMax: 400)
        if !output.isEmpty { lines.append("Output: \(output)") }
        if !errors.isEmpty { lines.append("Errors: \(errors)") }
        let isGood = transcript.exitCode == 0 && errors.isEmpty
        let outcome = Outcome(code: "succeeded", message: lines.joined(separator: "\n"))
        return (outcome, isGood ? .good : .warning)
    }

    private func transcript(_ place: EvidencePlace, _ note: EvidenceNote) -> ScriptTranscript? {
        guard note.bytes <= Observer.transcriptBytesMax,
            let data = FileManager.default.contents(atPath: place.partialPath)
        else { return nil }
        return ScriptTranscript(Array(data))
    }

    private func kept(_ note: EvidenceNote, _ arrived: Arrived) -> String {
        var words = "kept as \(note.file), \(note.bytes) bytes, SHA-256 \(note.sha256)"
        if let delivered = arrived.delivered { words += ", unpacked from gzip of SHA-256 \(delivered)" }
        if arrived.isStillPacked { words += ", packed with gzip as it came" }
        return words + "."
    }
}
