import Enqueuing
import Vocabulary

/// Records to store, each unlike the others where it matters.
enum Sample {
    static let source = SourceName("soc-chat")

    static func machine(_ number: Int) throws -> MachineID {
        let digits = String(number, radix: 16)
        let text = String(repeating: "a", count: 40 - digits.count) + digits
        guard let id = MachineID(text) else { throw BrokenPromise("\(text) is no machine id") }
        return id
    }

    static func delivery(
        _ id: String,
        source: SourceName = source,
        signed: String,
        sender: String? = nil,
        verdict: DeliveryRecord.Verdict = .accepted,
        at: Timestamp = Timestamp(seconds: 1_790_000_000),
        body: [UInt8]? = nil
    ) -> DeliveryRecord {
        DeliveryRecord(
            id: DeliveryID(id),
            source: source,
            receivedAt: at,
            signedKey: signed,
            senderKey: sender,
            verdict: verdict,
            bodyDigest: String(repeating: "0", count: 64),
            body: body,
            answer: HookAnswer(status: 202, contentType: "application/json", body: #"{"delivery":"\#(id)"}"#),
            note: "a note"
        )
    }

    static func job(
        _ id: String,
        action: String = "isolate",
        delivery: String? = nil,
        state: JobState = .recorded,
        machine: Int? = nil,
        at now: Timestamp,
        due: Timestamp? = nil
    ) throws -> Job {
        let request = ActionRequest(
            action: action,
            subject: .hostName("laptop-7"),
            duration: TimeBox(seconds: 3_600),
            reason: "SEC-1: \"quoted\", \u{1F6A8} and a line\nbreak"
        )
        let intent = Intent(
            source: source,
            asker: .identity("T024/U2147"),
            askerShownName: "Mia",
            request: .action(request),
            ticket: "SEC-1"
        )
        var job = Job(
            id: JobID(id),
            delivery: delivery.map { DeliveryID($0) },
            intent: intent,
            request: request,
            principal: .person("mia"),
            acceptedAt: now,
            validUntil: now + .seconds(3_600)
        )
        job.state = state
        job.machine = try machine.map { Machine(id: try self.machine($0), dnsName: "laptop-7.corp.example") }
        job.due = due
        return job
    }

    static func claim(_ id: String, sequence: Int64, machine: Int, at now: Timestamp) throws -> Claim {
        Claim(
            id: JobID(id),
            sequence: sequence,
            machine: try self.machine(machine),
            machineName: "laptop-7",
            owner: .person("mia"),
            ownerText: "mia",
            source: source,
            ticket: nil,
            reason: "beaconing",
            isolationType: "Full",
            openedAt: now
        )
    }

    static func entry(_ id: String, audience: Audience = .tell, at now: Timestamp) -> OutboxEntry {
        OutboxEntry(
            id: id,
            job: nil,
            audience: audience,
            notice: Notice(
                code: "job.succeeded",
                tone: .good,
                text: "laptop-7 is isolated.",
                fields: [Notice.Field("reason", "beaconing")],
                isFinal: true
            ),
            createdAt: now
        )
    }
}
