import Enqueuing
import Synchronization
import Vocabulary

extension Bench {
    /// One command that names several machines: a group of jobs.
    @discardableResult
    func askTogether(
        _ action: String,
        _ machines: [String],
        by person: String = "mia",
        confirmation: Confirmation? = nil
    ) async throws -> [JobID] {
        let number = serial.withLock {
            $0 += 1
            return $0
        }
        let ids = machines.indices.map { JobID("j-\(number)-\($0)") }
        for (id, machine) in zip(ids, machines) {
            let request = ActionRequest(action: action, subject: .hostName(machine), reason: "SEC-1")
            let intent = Intent(
                source: SourceName("chat"),
                asker: .identity("T/\(person)"),
                request: .action(request),
                confirmation: confirmation
            )
            var job = Job(
                id: id,
                delivery: DeliveryID("d-\(number)"),
                intent: intent,
                request: request,
                principal: .person(person),
                acceptedAt: now,
                validUntil: now + .seconds(3_600)
            )
            job.group = ids[0]
            let replyTo = ReplyAddress.slack(channel: "C1", user: person, responseURL: nil)
            try await ledger.record(job, replyTo: replyTo)
        }
        return ids
    }
}
