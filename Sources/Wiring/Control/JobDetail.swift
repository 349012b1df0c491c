import Catalogue
import Enqueuing
import JSONReader
import Vocabulary

/// Everything that may be shown of one job; the conversation's addresses are credentials and are not.
struct JobDetail {
    let job: Job
    let claim: Claim?
    let pending: [OutboxEntry]
    let untold: [OutboxEntry]
    let audit: [AuditRow]

    var json: JSONValue {
        var all = JobListing.row(job, untold: []).object ?? [:]
        all.merge(asked) { $1 }
        all.merge(happened) { $1 }
        all["notices"] = .array(pending.map(JobListing.notice))
        all["untold"] = .array(untold.map(JobListing.notice))
        all["audit"] = .array(audit.map(\.json))
        return .object(all)
    }

    private var asked: [String: JSONValue] {
        [
            "origin": .string(origin),
            "parameters": .object(job.parameters.mapValues { .string($0) }),
            "asked_as": .string(job.selector.description),
            "for": .text(job.duration?.description),
            "reason": .text(job.reason),
            "ticket": .text(job.ticket),
            "route": .text(job.route),
            "asked_for_by": .text(job.askedForBy),
            "in_name_of": .text(job.inNameOf),
            "accepted": .string(job.acceptedAt.iso8601),
            "valid_until": .text(job.validUntil?.iso8601),
            "rehearsal": .bool(job.isRehearsal),
        ]
    }

    private var happened: [String: JSONValue] {
        [
            "machine_id": .text(job.machine?.id.text),
            "decision": job.decision.map(object) ?? .null,
            "approval": job.approval.map(object) ?? .null,
            "break_glass": .text(job.breakGlass),
            "limits_waived_by": .text(job.limitsWaivedBy),
            "machine_action": job.machineAction.map(object) ?? .null,
            "joined": .text(job.joined?.text),
            "cancel": .text(job.cancelRequest?.because),
            "outcome": job.outcome.map(object) ?? .null,
            "waits_because": job.trouble.map(object) ?? .null,
            "next_look": job.trouble == nil ? .null : .text(job.due?.iso8601),
            "evidence": job.evidence.map(object) ?? .null,
            "claim": claim.map(object) ?? .null,
        ]
    }

    private var origin: String {
        switch job.origin {
        case .asked: "asked"
        case .timeBox(let isolate): "end of the time box of \(isolate)"
        }
    }

    private func object(_ note: DecisionNote) -> JSONValue {
        var grant = JSONValue.null
        if let number = note.grantNumber, let line = note.grantLine {
            grant = ["number": .integer(Int64(number)), "line": .integer(Int64(line))]
        }
        return [
            "verdict": .string(note.verdict),
            "grant": grant,
            "reasons": .array(note.reasons.map { .string($0) }),
            "explanation": .array(note.explanation.map { .string($0) }),
            "at": .string(note.decidedAt.iso8601),
        ]
    }

    private func object(_ request: ApprovalRequest) -> JSONValue {
        [
            "of": .array(request.of.map { .string($0) }),
            "count": .integer(Int64(request.count)),
            "until": .string(request.until.iso8601),
            "digest": .string(request.digest),
            "given": .array(
                request.given.map { approval -> JSONValue in
                    [
                        "by": .string(approval.by), "source": .string(approval.source.text),
                        "at": .string(approval.at.iso8601),
                    ]
                }
            ),
        ]
    }

    private func object(_ trace: ActionTrace) -> JSONValue {
        [
            "id": .string(trace.id),
            "status": .string(trace.status),
            "created": .string(trace.createdAt.iso8601),
            "seen": .string(trace.seenAt.iso8601),
            "ours": .bool(trace.isOurs),
        ]
    }

    private func object(_ outcome: Outcome) -> JSONValue {
        [
            "code": .string(outcome.code), "message": .string(outcome.message), "fix": .text(outcome.fix),
            "answer": outcome.answer.map(object) ?? .null,
        ]
    }

    private func object(_ answer: Answer) -> JSONValue {
        [
            "columns": .array(answer.columns.map { .string($0) }),
            "rows":
                (try? JSONReader.read(
                    Array(answer.json.utf8),
                    root: .objectOrArray,
                    bytesMax: Answer.bytesMax
                )) ?? [],
            "count": .integer(Int64(answer.count)),
            "cut": .bool(answer.isCut),
            "may_be_more": .bool(answer.mayBeMore),
        ]
    }

    private func object(_ evidence: EvidenceNote) -> JSONValue {
        [
            "file": .string(evidence.file), "sha256": .string(evidence.sha256),
            "bytes": .integer(evidence.bytes),
        ]
    }

    private func object(_ claim: Claim) -> JSONValue {
        [
            "opened": .string(claim.openedAt.iso8601),
            "contained": .text(claim.containedAt?.iso8601),
            "ends": .text(claim.endsAt?.iso8601),
            "closed": .text(claim.closedAt?.iso8601),
            "closed_code": .text(claim.closedCode),
            "isolation_type": claim.lane == .network ? .string(claim.isolationType) : .null,
        ]
    }
}

/// Finds the audit rows of one job without reading the whole chain.
enum JobAudit {
    /// The most rows looked at from the job's acceptance on.
    static let scannedMax = 20_000
    private static let pageRows = 1_000
    /// How far the clock of acceptance may be ahead of the ledger's.
    private static let slack = Duration.seconds(5)

    /// Rows are in order of time as well, so the first to look at is found by halving; a clock that was put
    /// back may hide rows, never invent any.
    static func rows(of job: Job, in transaction: any LedgerTransaction) throws -> [AuditRow] {
        let end = try transaction.lastAudit()?.sequence ?? 0
        var after = try start(from: job.acceptedAt - slack, end: end, in: transaction)
        let stop = min(end, after + Int64(scannedMax))
        var found: [AuditRow] = []
        while after < stop {
            let page = try transaction.audit(after: after, limit: pageRows)
            guard let last = page.last else { break }
            found += page.filter { $0.subject == job.id.text }
            after = last.sequence
            if job.state.isEnd, last.at > job.since + slack { break }
        }
        return found
    }

    /// The sequence after which the first row at or after `moment` comes.
    private static func start(
        from moment: Timestamp,
        end: Int64,
        in transaction: any LedgerTransaction
    ) throws -> Int64 {
        var low: Int64 = 0
        var high = end
        while low < high {
            let middle = low + (high - low) / 2
            guard let row = try transaction.audit(after: middle, limit: 1).first, row.at < moment else {
                high = middle
                continue
            }
            low = middle + 1
        }
        return low
    }
}
