import Catalogue
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
    /// How far each sweep looks behind the last one beyond the longest watch, for actions that end later still.
    private static let overlap = Duration.seconds(86_400)

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
            let from = (start ?? now) - (settings.watchMax + Sweeper.overlap)
            let page = try await defender.actions(
                ActionFilter(types: Catalogue.restraints.flatMap(\.types), createdNotBefore: from),
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
            var told = Told(try transaction.flag(Sweeper.told) ?? "")
            let history = RestraintHistory(actions)
            for action in history.lastSuccesses {
                // A claim that ended while the list was read may have a release that is not on it yet.
                let before = now - settings.times.visibilityLag
                try noteForeign(action, clientID: clientID, endedBefore: before, in: transaction)
            }
            for action in actions.sorted(by: { $0.createdAt < $1.createdAt }) {
                let isOurs = try isOurs(action, clientID: clientID, in: transaction)
                if isOurs, let id = ActionMarker.jobID(in: action.comment) {
                    try sweepOurs(action, id, history, told: &told, in: transaction)
                } else {
                    // What was there before the first sweep is no news, but a release of ours undone is.
                    let isNews = baseline.map { action.createdAt > $0 } ?? true
                    try sweepForeign(action, history, isNews: isNews, told: &told, in: transaction)
                }
            }
            try transaction.setFlag(Sweeper.watermark, String(now.milliseconds))
            try transaction.setFlag(Sweeper.told, told.text(listed: actions, othersMax: Sweeper.toldMax))
        }
    }
}

/// Keeps the list of what was contained or restricted outside, whether it is news or was there before the first sweep.
private func noteForeign(
    _ action: MachineAction,
    clientID: String,
    endedBefore before: Timestamp,
    in transaction: any LedgerTransaction
) throws {
    guard let lane = action.restraint?.lane else { return }
    let isOurs = try isOurs(action, clientID: clientID, in: transaction)
    let ours = isOurs ? ActionMarker.jobID(in: action.comment) : nil
    let isKnown = try ours.map { try transaction.job($0) != nil } ?? false
    let isForgotten =
        try ours.map { try isLeftOver($0, lane, on: action.machineID, before, in: transaction) } ?? false
    guard action.begins, !isKnown || isForgotten else {
        return try ForeignContainment.remove(machine: action.machineID, lane: lane, in: transaction)
    }
    let somebody = action.requestor ?? "somebody"
    let whose = isForgotten ? "whose claim has ended" : "which this ledger does not know"
    try ForeignContainment.put(
        ForeignContainment(
            machine: action.machineID,
            lane: lane,
            machineName: action.machineName ?? action.machineID.text,
            by: ours.map { "Bascule's job \($0), \(whose)" } ?? somebody,
            since: action.endedAt,
            actionID: action.id
        ),
        in: transaction
    )
}

/// True for a containment of ours that is there still although no claim is: one that was closed as taken over by
/// an action that came to nothing, say.
private func isLeftOver(
    _ id: JobID,
    _ lane: Lane,
    on machine: MachineID,
    _ before: Timestamp,
    in transaction: any LedgerTransaction
) throws -> Bool {
    guard try transaction.job(id)?.state == .succeeded,
        let closedAt = try transaction.claim(id)?.closedAt, closedAt < before
    else { return false }
    return try transaction.openClaims(on: machine).allSatisfy { $0.lane != lane || $0.containedAt == nil }
}

private func sweepOurs(
    _ action: MachineAction,
    _ id: JobID,
    _ history: RestraintHistory,
    told: inout Told,
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
    guard history.isLastWord(action) else { return }
    if action.begins {
        try reopenClaim(of: job, in: transaction)
    } else {
        try closeReleased(by: action, history, words: "\(words) The claim is closed.", in: transaction)
    }
}

private func sweepForeign(
    _ action: MachineAction,
    _ history: RestraintHistory,
    isNews: Bool,
    told: inout Told,
    in transaction: any LedgerTransaction
) throws {
    let who = action.requestor ?? "somebody"
    let machine = action.machineName ?? action.machineID.text
    guard let restraint = action.restraint else { return }
    if !action.begins, action.status == .succeeded {
        let words =
            "\(who) \(restraint.ended) \(machine) outside Bascule at \(action.createdAt.iso8601); the claim is closed."
        try closeReleased(by: action, history, words: words, in: transaction)
    }
    guard isNews, action.status == .succeeded || !action.status.isEnd, remember(action, &told) else { return }
    let verb = action.begins ? restraint.begun : restraint.ended
    try tellAll(
        "sweep.foreign",
        "\(who) \(verb) \(machine) outside Bascule at \(action.createdAt.iso8601) (\(action.status.text)).",
        in: transaction
    )
}

/// Closes the claims that a release outside has ended: those confirmed before it began, and those confirmed
/// later from a success that came before it, if Defender's last word on the machine is this release.
private func closeReleased(
    by action: MachineAction,
    _ history: RestraintHistory,
    words: String,
    in transaction: any LedgerTransaction
) throws {
    for claim in try transaction.openClaims(on: action.machineID)
    where claim.endingBy == nil && claim.lane == action.restraint?.lane {
        guard let containedAt = claim.containedAt else { continue }
        let isOverruled = history.isLastWord(action) && claim.openedAt < action.endedAt
        guard containedAt < action.createdAt || isOverruled else { continue }
        try closeTakenOver(claim, words: words, in: transaction)
    }
}

private func remember(_ action: MachineAction, _ told: inout Told) -> Bool { told.add(action.id) }

private func tellAll(_ code: String, _ words: String, in transaction: any LedgerTransaction) throws {
    try tell(.tell, Notice(code: code, tone: .warning, text: words), about: nil, in: transaction)
    try seal(
        AuditEntry(kind: code, subject: "bridge", actor: "sweep", detail: ["text": words]),
        in: transaction
    )
}
