package import Defender
package import Enqueuing
package import Logging
import ServiceLifecycle
import Synchronization
import Vocabulary

/// Looks over Defender's list for what nobody waits for: late successes, containments made outside, and ours
/// that a restored ledger has forgotten (design §9).
package struct Sweeper: Service {
    let ledger: any Ledger
    let defender: any DefenderCalling
    let settings: ObservingSettings
    let logger: Logger
    let clock: any Clock<Duration>

    private static let watermark = "sweep.watermark"
    private static let told = "sweep.told"
    /// Remembered ids of actions that were told of.
    private static let toldMax = 500
    /// How far each sweep looks behind the last one, for actions that end late.
    private static let overlap = Duration.seconds(3 * 86_400 + 3_600)

    package init(
        ledger: any Ledger,
        defender: any DefenderCalling,
        settings: ObservingSettings,
        logger: Logger,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.ledger = ledger
        self.defender = defender
        self.settings = settings
        self.logger = logger
        self.clock = clock
    }

    package func run() async throws {
        let bell = Bell()
        let isStopping = Mutex(false)
        await withGracefulShutdownHandler {
            while !isStopping.withLock({ $0 }), !Task.isCancelled {
                await sweepOnce()
                await bell.wait(upTo: settings.sweep, clock: clock)
            }
        } onGracefulShutdown: {
            isStopping.withLock { $0 = true }
            bell.ring()
        }
    }

    /// One sweep.
    ///
    /// A failure is logged; the next one looks at the same span again.
    package func sweepOnce() async {
        do {
            let since = try await ledger.read { try $0.flag(Sweeper.watermark) }
            let start = since.flatMap { Int64($0) }.map { Timestamp(milliseconds: $0) }
            let now = try await ledger.read { $0.now }
            let from = (start ?? now) - Sweeper.overlap
            let page = try await defender.actions(
                ActionFilter(types: ["Isolate", "Unisolate"], createdNotBefore: from),
                priority: .watching
            )
            let baseline = start == nil ? now : nil
            try await take(page.actions, baseline: baseline, now: now)
        } catch {
            logger.warning("The sweep could not be made", metadata: ["error": "\(error)"])
        }
    }

    private func take(_ actions: [MachineAction], baseline: Timestamp?, now: Timestamp) async throws {
        let clientID = defender.clientID.lowercased()
        try await ledger.write { transaction in
            var told =
                try transaction.flag(Sweeper.told).map { $0.split(separator: " ").map(String.init) } ?? []
            for action in actions.sorted(by: { $0.createdAt < $1.createdAt }) {
                let isOurs = action.requestor?.lowercased() == clientID
                if isOurs, let id = ActionMarker.jobID(in: action.comment) {
                    try sweepOurs(action, id, told: &told, in: transaction)
                } else {
                    // What was there before the first sweep is no news, but a release of ours undone is.
                    let isNews = baseline.map { action.createdAt > $0 } ?? true
                    try sweepForeign(action, isNews: isNews, told: &told, in: transaction)
                }
            }
            try transaction.setFlag(Sweeper.watermark, String(now.milliseconds))
            try transaction.setFlag(Sweeper.told, told.suffix(Sweeper.toldMax).joined(separator: " "))
        }
    }
}

private func sweepOurs(
    _ action: MachineAction,
    _ id: JobID,
    told: inout [String],
    in transaction: any LedgerTransaction
) throws {
    guard let job = try transaction.job(id) else {
        guard !action.status.isEnd || action.status == .succeeded, remember(action, &told) else { return }
        let words =
            "Defender has \(action.type) of \(action.machineName ?? action.machineID.text), \(action.status.text), by"
            + " Bascule's job \(id), which this ledger does not know. Was a backup restored?"
        return try tellAll("sweep.unknown-job", words, in: transaction)
    }
    let isLate = action.status == .succeeded && job.state.isEnd && job.state != .succeeded
    guard isLate, job.outcome?.code != "rehearsed", remember(action, &told) else { return }
    let words = "\(job.title) succeeded at Defender after all; here it had ended as \(job.state.rawValue)."
    try tellAll("sweep.late-success", words, in: transaction)
    if action.type == "Isolate" { try reopenClaim(of: job, in: transaction) }
}

private func sweepForeign(
    _ action: MachineAction,
    isNews: Bool,
    told: inout [String],
    in transaction: any LedgerTransaction
) throws {
    let who = action.requestor ?? "somebody"
    let machine = action.machineName ?? action.machineID.text
    if action.type == "Unisolate", action.status == .succeeded {
        let claims = try transaction.openClaims(on: action.machineID).filter {
            $0.containedAt.map { $0 < action.createdAt } == true && $0.endingBy == nil
        }
        for claim in claims {
            let words =
                "\(who) released \(machine) outside Bascule at \(action.createdAt.iso8601); the claim is closed."
            try closeTakenOver(claim, words: words, in: transaction)
        }
    }
    guard isNews, action.status == .succeeded || !action.status.isEnd, remember(action, &told) else { return }
    let verb = action.type == "Isolate" ? "isolated" : "released"
    try tellAll(
        "sweep.foreign",
        "\(who) \(verb) \(machine) outside Bascule at \(action.createdAt.iso8601) (\(action.status.text)).",
        in: transaction
    )
}

private func remember(_ action: MachineAction, _ told: inout [String]) -> Bool {
    guard !told.contains(action.id) else { return false }
    told.append(action.id)
    return true
}

private func tellAll(_ code: String, _ words: String, in transaction: any LedgerTransaction) throws {
    try tell(.tell, Notice(code: code, tone: .warning, text: words), about: nil, in: transaction)
    try seal(
        AuditEntry(kind: code, subject: "bridge", actor: "sweep", detail: ["text": words]),
        in: transaction
    )
}
