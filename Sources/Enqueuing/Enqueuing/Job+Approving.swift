import Catalogue
import Cryptography
import Vocabulary

/// How others agree to a job, or do not (design §9).
extension Job {
    mutating func movedByApproval(
        _ event: JobEvent,
        at now: Timestamp
    ) throws(TransitionError) -> [JobEffect] {
        switch event {
        case .awaits(let need):
            guard state == .decided || state == .ready else {
                throw TransitionError(state: state, event: event.name)
            }
            return ask(need, at: now)
        case .approved(let approval):
            try require(.awaitingApproval, event)
            guard var request = self.approval, !request.given.contains(where: { $0.by == approval.by }) else {
                return []
            }
            request.given.append(approval)
            self.approval = request
            let left = request.count - request.given.count
            guard left <= 0 else {
                let text = "\(approval.by) approved \(title); \(left) more must."
                return [tellAsker(.progress, "job.approval", text, buttons: approvalButtons)]
            }
            enter(.ready, due: now)
            let names = request.given.map(\.by).joined(separator: ", ")
            return [.withdrawOlder, tellAsker(.progress, "job.approved", "\(names) approved \(title).")]
        case .turnedDown(let approval, let because):
            try require(.awaitingApproval, event)
            return end(
                .denied,
                Outcome(code: "denied", message: "\(approval.by) denied it: \(because)"),
                tone: .bad
            )
        case .lapsed:
            try require(.awaitingApproval, event)
            let names = self.approval?.shown.joined(separator: ", ") ?? "anybody"
            return end(
                .expired,
                Outcome(
                    code: "not-approved",
                    message: "It was not approved in time by \(names) and will not run late.",
                    fix: "Ask again if it is still wanted."
                ),
                tone: .bad
            )
        default:
            throw TransitionError(state: state, event: event.name)
        }
    }

    /// What was agreed to already stays, if it was this and those who did still may.
    private mutating func ask(_ need: ApprovalNeed, at now: Timestamp) -> [JobEffect] {
        let digest = approvalDigest
        let before = approval?.digest == digest ? approval?.given ?? [] : []
        let kept = before.filter { need.approvers.contains($0.by) }
        let until = validUntil.map { min($0, now + need.within.duration) } ?? now + need.within.duration
        approval = ApprovalRequest(
            of: need.of,
            shown: need.shown,
            count: need.count,
            until: until,
            digest: digest,
            given: kept
        )
        enter(.awaitingApproval, due: until + .milliseconds(1))
        let left = max(1, need.count - kept.count)
        let text =
            "\(wish) asked by \(askerText)\(reason.map { " because \($0)" } ?? "") needs \(left) of "
            + "\(need.shown.joined(separator: ", ")) to approve it until \(until.iso8601)."
        return [
            tellAsker(.warning, "job.awaiting-approval", text, buttons: approvalButtons),
            tellAll(.warning, "job.awaiting-approval", text, buttons: approvalButtons),
        ]
    }

    /// What is asked for, with everything that an approval binds to.
    private var wish: String {
        var words = deed
        if let machine { words += " (\(machine.id))" }
        if let duration { words += " for \(duration)" }
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
            let isDocument = Catalogue.entry(action)?.parameter(name)?.isDocument == true
            words += ", \(name) \(isDocument ? shown(value) : value),"
        }
        return words
    }

    /// The beginning of a document with its digest; all of it is kept with the job.
    private func shown(_ document: String) -> String {
        let lines = document.split(separator: "\n")
        let left = lines.count - Self.linesShown
        let first = lines.prefix(Self.linesShown).map { $0.prefix(200) }.joined(separator: " ")
        let digest = Hex.encode(Digest.of(Array(document.utf8)))
        let rest = left > 0 ? " and \(left) more lines" : ""
        return "\(first)\(rest) (SHA-256 \(digest); `jobs show \(id)` has all of it)"
    }

    private static let linesShown = 20

    private var approvalButtons: [Button] {
        [
            Button(.approve, label: "Approve", style: .primary, job: id, seen: approval?.digest),
            Button(.deny, label: "Deny", style: .danger, job: id, seen: approval?.digest),
        ]
    }
}
