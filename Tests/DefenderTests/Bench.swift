import Catalogue
import CurlClient
import Defender
import Logging
import Synchronization
import Vocabulary

/// A client on a recording sender, with tokens `T1`, `T2`… that change when one is dropped.
struct Bench {
    static let machine = "9b1c77aa02de4f5c8e6610d2b3a4c5d6e7f80912"
    static let now = Timestamp(seconds: 1_793_610_847)

    let sender: RecordingSender
    let client: DefenderClient
    let dropped: Dropped
    let notes: Notes

    /// The calls that were noted.
    final class Notes: Sendable {
        private let state = Mutex<[CallNote]>([])
        var all: [CallNote] { state.withLock { $0 } }
        func add(_ note: CallNote) { state.withLock { $0.append(note) } }
    }

    /// What was handed back as unusable.
    final class Dropped: Sendable {
        private let state = Mutex<[(token: String, claims: String?)]>([])
        var tokens: [String] { state.withLock { $0.map(\.token) } }
        var claims: [String?] { state.withLock { $0.map(\.claims) } }
        func add(_ token: String, _ claims: String?) { state.withLock { $0.append((token, claims)) } }
    }

    init(
        _ answers: [RecordingSender.Answer],
        permissions: Set<String>? = ["Machine.Isolate"],
        budget: RateBudget = RateBudget(),
        clock: MonotonicTime = .continuous,
        changesTokens: Bool = true,
        backEnds: BackEndChoice = BackEndChoice(),
        token: (@Sendable () async throws -> HeldToken)? = nil,
        onSend: @escaping @Sendable () -> Void = {}
    ) {
        let sender = RecordingSender(answers, onSend: onSend)
        let dropped = Dropped()
        self.sender = sender
        self.dropped = dropped
        let notes = Notes()
        self.notes = notes
        client = DefenderClient(
            base: "https://api.example/",
            clientID: "b7d1f0c2-11aa-4c1e-9c55-2f6f0a9e7d31",
            sender: sender,
            tokens: TokenSupply(
                token: token ?? {
                    let number = changesTokens ? dropped.tokens.count + 1 : 1
                    return HeldToken(bearer: Secret("T\(number)"), permissions: permissions)
                },
                discard: { bearer, claims in dropped.add(bearer.withText { $0 }, claims) }
            ),
            budget: budget,
            graph: GraphAccess(
                base: "https://graph.example/",
                tokens: TokenSupply(
                    token: { HeldToken(bearer: Secret("G1"), permissions: ["ThreatHunting.Read.All"]) },
                    discard: { _, _ in }
                )
            ),
            backEnds: backEnds,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            clock: clock,
            now: { Bench.now },
            note: { notes.add($0) }
        )
    }

    static func machineID(_ text: String = machine) throws -> MachineID {
        guard let id = MachineID(text) else { throw TestFailure(what: "not a machine id: \(text)") }
        return id
    }

    func isolate(type: String = "Full") async throws -> MachineAction {
        try await client.submit(
            ActionSubmission(
                action: "isolate",
                machine: try Self.machineID(),
                parameters: ["type": type],
                comment: "bascule:j-1 mia: case \"4711\"",
                deadline: .seconds(30)
            )
        )
    }

    /// An action as Defender tells of it, with fields never heard of.
    static func action(
        id: String = "0f5c2a6e-7b1d-4c33-9a57-3d2b8e41c9aa",
        type: String = "Isolate",
        status: String = "Pending",
        machine: String = machine,
        created: String = "2026-11-02T09:14:07.1234567Z"
    ) -> String {
        """
        {"@odata.context":"https://api-eu3.example/api/$metadata#MachineActions/$entity","id":"\(id)",
        "type":"\(type)","title":null,"scope":"Full","requestor":"b7d1f0c2-11aa-4c1e-9c55-2f6f0a9e7d31",
        "requestorComment":"bascule:j-1 mia: case","requestSource":"PublicApi","externalId":null,
        "status":"\(status)","machineId":"\(machine)","computerDnsName":"ws-0042.corp.example",
        "creationDateTimeUtc":"\(created)","lastUpdateDateTimeUtc":"2026-11-02T09:14:08Z",
        "cancellationRequestor":null,"cancellationComment":null,"errorHResult":0,"troubleshootInfo":null,
        "commands":[],"brandNew":{"deep":[1,2.5,true]}}
        """
    }

    static func machine(_ id: String, _ name: String?) -> String {
        let name = name.map { "\"\($0)\"" } ?? "null"
        return """
            {"id":"\(id)","computerDnsName":\(name),"firstSeen":"2026-01-02T03:04:05.1234567Z",
            "lastSeen":"2026-11-02T09:00:00Z","osPlatform":"Windows11","rbacGroupId":140,
            "rbacGroupName":"Workstations","onboardingStatus":"Onboarded","machineTags":["VIP"],
            "lastIpAddress":"10.1.2.3","ipAddresses":[{"ipAddress":"10.1.2.3","type":"Ethernet"}],
            "aadDeviceId":null,"somethingNew":7}
            """
    }

    static func list(_ rows: [String], more: String = "") -> String {
        "{\"@odata.context\":\"x\",\"value\":[\(rows.joined(separator: ","))]\(more)}"
    }
}

struct TestFailure: Error { let what: String }

/// The error that `body` throws; the test fails if it throws none.
func refusal(_ body: () async throws -> some Any) async throws -> DefenderError {
    do {
        _ = try await body()
    } catch let error as DefenderError {
        return error
    }
    throw TestFailure(what: "nothing was thrown")
}
