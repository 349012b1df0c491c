import Catalogue
import Cryptography
import Defender
import Enqueuing
import ServiceLifecycle
import Vocabulary

extension Observer {
    func actionType(of job: Job) -> String {
        Catalogue.entry(job.action)?.machineActionType ?? ""
    }

    func isPackageReady(_ job: Job) -> Bool {
        job.action == "collect" && job.machineAction?.status == "Succeeded"
    }

    /// Streams the package into the evidence folder with its digest.
    func fetchPackage(of job: Job) async throws {
        guard let evidence else {
            return try await notKept(job, "evidence.none", "No evidence folder is configured.")
        }
        guard let actionID = job.machineAction?.id else { return }
        let place: EvidencePlace
        do throws(EvidenceError) {
            place = try await evidence.makePlace(for: job.id, now: wallClock())
        } catch {
            if error == .busy { return try await rest(job, until: nextTick()) }
            return try await notKept(job, error.code, error.message, fix: error.fix)
        }
        do throws(DefenderError) {
            let address = try await defender.packageAddress(actionID: actionID)
            let digest = RunningDigest()
            let bytes = try await holding(job) {
                await download(address, of: job.id, to: place, { digest.update($0) })
            }.get()
            let note = EvidenceNote(file: place.name, sha256: Hex.encode(digest.finish()), bytes: bytes)
            try await keep(place, as: .packaged(note), in: evidence, job)
        } catch {
            await evidence.discard(place)
            try await fetchFailed(job, error)
        }
    }

    func download(
        _ address: Secret,
        of job: JobID,
        to place: EvidencePlace,
        _ take: @escaping @Sendable ([UInt8]) -> Void
    ) async -> Result<Int64, DefenderError> {
        transfers.begin(job)
        defer { transfers.end(job) }
        do throws(DefenderError) {
            return .success(
                try await defender.download(
                    address,
                    to: place.partialPath,
                    bytesMax: place.bytesMax,
                    onLength: { [transfers] in transfers.expect($0, for: job) },
                    onBytes: { [transfers] piece in
                        take(piece)
                        transfers.add(piece.count, to: job)
                    }
                )
            )
        } catch {
            return .failure(error)
        }
    }

    /// Does something that may outlast a lease, renewing it meanwhile; a shutdown ends it, to be done again later.
    func holding<Result: Sendable>(
        _ job: Job,
        _ work: @escaping @Sendable () async -> Result
    ) async -> Result {
        await cancelWhenGracefulShutdown {
            async let result = work()
            let renewal = Task {
                // Ends with this function, which cancels it; a lease that is lost is found at the next write.
                while (try? await clock.sleep(for: settings.times.lease / 3)) != nil {
                    let until = wallClock() + settings.times.lease
                    _ = try? await ledger.apply(.rests(until: until), to: job, keeping: settings.times)
                }
            }
            defer { renewal.cancel() }
            return await result
        }
    }

    func keep(
        _ place: EvidencePlace,
        as event: JobEvent,
        in evidence: EvidenceFolder,
        _ job: Job
    ) async throws(DefenderError) {
        do {
            try await evidence.keep(place)
            _ = try await ledger.apply(event, to: job, keeping: nil)
        } catch {
            throw DefenderError(
                kind: .file,
                mayHaveBeenExecuted: false,
                message: "The file could not be kept: \(error).",
                fix: "Check the evidence folder."
            )
        }
    }

    func fetchFailed(_ job: Job, _ error: DefenderError) async throws {
        let waited = wallClock().since(job.machineAction?.seenAt ?? job.since)
        let isHopeless = error.kind == .tooLarge || error.kind == .permission || waited > settings.fetchMax
        guard isHopeless else {
            let wait = max(error.retryAfter ?? .zero, settings.every)
            return try await rest(job, until: wallClock() + wait)
        }
        try await notKept(job, error.code, error.message, fix: error.fix)
    }

    /// The package exists at Defender, but not here: said as it is.
    func notKept(_ job: Job, _ code: String, _ message: String, fix: String? = nil) async throws {
        let what = job.isSession ? "The result" : "The package"
        let words = "\(what) is complete at Defender but was not kept here (\(code)): \(message)"
        _ = try await ledger.apply(
            .ended(.failed, detail: fix.map { "\(words) \($0)" } ?? words),
            to: job,
            keeping: nil
        )
    }
}
