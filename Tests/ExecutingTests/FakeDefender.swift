import Defender
import Synchronization
import Vocabulary

/// A Defender in memory on a virtual clock: enough of it to hold the back half to its promises.
///
/// It keeps its own truth of what each machine's network is, apart from anything the code under test says.
final class FakeDefender: DefenderCalling {
    enum Fault: Sendable {
        /// Acted, but the answer never came.
        case lostAnswer
        /// Not acted, and the caller cannot know.
        case lostRequest
        case throttled(Duration)
        case active
        case refused
        case server
        /// Not acted, with this word of Defender's.
        case kind(DefenderError.Kind)
        /// Not there, or not any more.
        case gone
    }

    struct State {
        var machines: [Machine] = []
        /// The number of machines that it says there are; nil counts ``machines``.
        var estate: Int?
        var actions: [MachineAction] = []
        var endsAt: [String: (Timestamp, MachineAction.Status)] = [:]
        var posted: [ActionSubmission] = []
        /// Changes that took place at once, as `+tag`, `-tag` and `=value`.
        var changed: [String] = []
        /// Look-ups that were asked, and orders that were carried out.
        var asked: [DefenderRequest] = []
        var ordered: [DefenderRequest] = []
        var answer = Answer(columns: ["id"], json: #"[{"id":"da1_2"}]"#, lines: ["da1_2"], count: 1)
        /// How many such changes are answered with 200 and not made.
        var changesUnshown = 0
        var cancelled: [String] = []
        var isolated: [MachineID: Bool] = [:]
        var restricted: [MachineID: Bool] = [:]
        var faults: [Fault] = []
        var listFails = 0
        /// How far its clock is ahead of ours; nil tells no time.
        var clockAhead: Duration?
        var roles: Set<String>? = [
            "Machine.Isolate", "Machine.Read.All", "Machine.Scan", "Machine.CollectForensics",
            "Machine.RestrictExecution", "Machine.Offboard",
            "Machine.ReadWrite.All", "Machine.LiveResponse",
        ]
        /// What live response does and answers.
        var live = FakeLiveResponse()
        /// How far ahead of ours the times of its actions are.
        var stampsAhead = Duration.zero
        var delay = Duration.seconds(10)
        /// Times that the next actions take, before ``delay`` holds again: a later one may end earlier.
        var delays: [Duration] = []
        /// An isolate of a machine that is isolated stays pending until the machine is released, and then runs.
        var reorders = false
        var end = MachineAction.Status.succeeded
        var offline: Set<MachineID> = []
        var stuck: [(machine: MachineID, action: String)] = []
        var listCalls = 0
        var package: [UInt8]? = Array("package".utf8)
        /// Lists say that there may be more than they hold.
        var isCut = false
        /// Cancelling is answered, but nothing is cancelled.
        var ignoresCancel = false
        /// What happens once between a list of one machine's actions and its arrival.
        var duringList: (@Sendable () async -> Void)?

        /// What an action that succeeded leaves behind.
        mutating func take(_ type: String, on machine: MachineID, at moment: Timestamp) {
            switch type {
            case "Isolate": isolated[machine] = true
            case "Unisolate":
                isolated[machine] = false
                freeStuck(on: machine, at: moment)
            case "RestrictCodeExecution": restricted[machine] = true
            case "UnrestrictCodeExecution": restricted[machine] = false
            default: break
            }
        }

        /// Isolates that waited for the machine's release run now.
        mutating func freeStuck(on machine: MachineID, at moment: Timestamp) {
            for waiting in stuck where waiting.machine == machine {
                endsAt[waiting.action] = (moment + delay, .succeeded)
            }
            stuck.removeAll { $0.machine == machine }
        }
    }

    /// One world, however many speak to it.
    final class Shared: Sendable {
        private let state = Mutex(State())

        func withLock<Result: Sendable, Failure: Error>(
            _ use: (inout State) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            try state.withLock { (state) throws(Failure) -> Result in try use(&state) }
        }
    }

    let clientID: String
    let state: Shared
    let now: @Sendable () -> Timestamp

    init(
        now: @escaping @Sendable () -> Timestamp,
        state: Shared = Shared(),
        clientID: String = "c11e47"
    ) {
        self.now = now
        self.state = state
        self.clientID = clientID
    }

    /// The same world, spoken to by somebody else.
    func speaking(as name: String) -> FakeDefender {
        FakeDefender(now: now, state: state, clientID: name)
    }

    /// Lets time pass: actions whose time has come end.
    func tick() {
        let moment = now()
        state.withLock { state in
            // No two end at once: Defender's list says which was the last.
            var ended: Int64 = 0
            for (id, (time, end)) in state.endsAt.sorted(by: { $0.value.0 < $1.value.0 }) where time <= moment
            {
                guard let index = state.actions.firstIndex(where: { $0.id == id }),
                    !state.actions[index].status.isEnd,
                    !state.offline.contains(state.actions[index].machineID)
                else { continue }
                state.actions[index].status = end
                state.actions[index].commands = state.live.ended(state.actions[index])
                state.actions[index].updatedAt = moment + state.stampsAhead + .milliseconds(ended)
                ended += 1
                state.endsAt[id] = nil
                guard end == .succeeded else { continue }
                state.take(state.actions[index].type, on: state.actions[index].machineID, at: moment)
            }
        }
    }

    /// Somebody acts in the portal.
    func actOutside(_ type: String, on machine: MachineID, by who: String = "ola@corp.example") {
        let moment = now()
        state.withLock { state in
            state.actions.insert(
                MachineAction(
                    id: "outside-\(state.actions.count)",
                    type: type,
                    status: .succeeded,
                    machineID: machine,
                    requestor: who,
                    comment: "by hand",
                    createdAt: moment,
                    updatedAt: moment
                ),
                at: 0
            )
            state.take(type, on: machine, at: moment)
        }
    }

    /// Somebody acts in the portal, and it takes its time.
    func beginOutside(_ type: String, on machine: MachineID, by who: String = "ola@corp.example") {
        let moment = now()
        state.withLock { state in
            let action = MachineAction(
                id: "outside-\(state.actions.count)",
                type: type,
                scope: "Full",
                status: .pending,
                machineID: machine,
                requestor: who,
                comment: "by hand",
                createdAt: moment
            )
            state.actions.insert(action, at: 0)
            state.endsAt[action.id] = (moment + state.delay, .succeeded)
        }
    }

    /// When the next action ends; nil if none is under way.
    var nextEnd: Timestamp? {
        state.withLock { $0.endsAt.values.map(\.0).min() }
    }

    var executed: [ActionSubmission] { state.withLock { $0.posted } }

    func isIsolated(_ machine: MachineID) -> Bool {
        state.withLock { $0.isolated[machine] ?? false }
    }

    func isRestricted(_ machine: MachineID) -> Bool {
        state.withLock { $0.restricted[machine] ?? false }
    }

    // MARK: DefenderCalling

    func heldPermissions() async throws(DefenderError) -> Set<String>? {
        state.withLock { $0.roles }
    }

    func machine(_ id: MachineID, priority: CallPriority) async throws(DefenderError) -> Machine {
        guard let machine = state.withLock({ $0.machines.first { $0.id == id } }) else {
            throw failure(.notFound, executed: false)
        }
        return machine
    }

    func candidates(
        for selector: Subject,
        now: Timestamp,
        priority: CallPriority
    ) async throws(DefenderError) -> MachinePage {
        MachinePage(machines: state.withLock { $0.machines }, mayBeCut: false)
    }

    func estateSize(priority: CallPriority) async throws(DefenderError) -> Int {
        state.withLock { $0.estate ?? $0.machines.count }
    }

    func submit(_ submission: ActionSubmission) async throws(DefenderError) -> MachineAction {
        try await afterFault { act(submission) }
    }

    /// Does something as the next fault lets it.
    func afterFault<Answer>(
        _ act: () async throws(DefenderError) -> Answer
    ) async throws(DefenderError) -> Answer {
        let fault = state.withLock { $0.faults.isEmpty ? nil : $0.faults.removeFirst() }
        switch fault {
        case .lostRequest: throw failure(.transfer, executed: true)
        case .throttled(let wait): throw failure(.throttled, executed: false, wait: wait)
        case .active: throw failure(.activeRequest, executed: false)
        case .refused: throw failure(.notSupported, executed: false)
        case .gone: throw failure(.notFound, executed: false)
        case .server: throw failure(.server, executed: true)
        case .kind(let kind): throw failure(kind, executed: false)
        case .lostAnswer, nil: break
        }
        let answer = try await act()
        if case .lostAnswer = fault { throw failure(.transfer, executed: true) }
        return answer
    }

    func ask(_ request: DefenderRequest) async throws(DefenderError) -> Answer {
        try await afterFault {
            state.withLock { state in
                state.asked.append(request)
                return state.answer
            }
        }
    }

    func order(_ request: DefenderRequest, deadline: Duration) async throws(DefenderError) -> Answer {
        try await afterFault {
            state.withLock { state in
                state.ordered.append(request)
                return state.answer
            }
        }
    }

    private func act(_ submission: ActionSubmission) -> MachineAction {
        let types = [
            "isolate": "Isolate", "release": "Unisolate", "scan": "RunAntiVirusScan",
            "collect": "CollectInvestigationPackage", "restrict": "RestrictCodeExecution",
            "unrestrict": "UnrestrictCodeExecution", "run-script": "LiveResponse", "get-file": "LiveResponse",
            "put-file": "LiveResponse",
        ]
        let moment = now()
        return state.withLock { state in
            if state.live.answersForeign { return foreignSession(on: submission.machine, at: moment) }
            let action = MachineAction(
                id: "action-\(state.actions.count)",
                type: types[submission.action] ?? submission.action,
                scope: submission.parameters["type"],
                status: .pending,
                machineID: submission.machine,
                requestor: clientID,
                comment: submission.comment,
                createdAt: moment + state.stampsAhead
            )
            state.actions.insert(action, at: 0)
            state.posted.append(submission)
            if state.reorders, action.type == "Isolate", state.isolated[action.machineID] == true {
                state.stuck.append((action.machineID, action.id))
                return action
            }
            let delay = state.delays.isEmpty ? state.delay : state.delays.removeFirst()
            state.endsAt[action.id] = (moment + delay, state.end)
            return action
        }
    }

    func cancel(actionID: String, comment: String, priority: CallPriority) async throws(DefenderError) {
        let moment = now()
        state.withLock { state in
            state.cancelled.append(actionID)
            guard !state.ignoresCancel, let index = state.actions.firstIndex(where: { $0.id == actionID }),
                !state.actions[index].status.isEnd
            else { return }
            state.actions[index].status = .cancelled
            state.actions[index].updatedAt = moment
            state.endsAt[actionID] = nil
            state.stuck.removeAll { $0.action == actionID }
        }
    }

    func action(_ id: String, priority: CallPriority) async throws(DefenderError) -> MachineAction {
        guard let action = state.withLock({ $0.actions.first { $0.id == id } }) else {
            throw failure(.notFound, executed: false)
        }
        return action
    }

    func actions(_ filter: ActionFilter, priority: CallPriority) async throws(DefenderError) -> ActionPage {
        let fails = state.withLock { state in
            state.listCalls += 1
            if state.listFails > 0 {
                state.listFails -= 1
                return true
            }
            return false
        }
        if fails { throw failure(.server, executed: false) }
        let page = state.withLock { state in
            let found = state.actions.filter { action in
                (filter.machine == nil || action.machineID == filter.machine)
                    && (filter.types.isEmpty || filter.types.contains(action.type))
                    && filter.createdNotBefore.map { action.createdAt >= $0 } != false
            }
            let serverTime = state.clockAhead.map { now() + $0 }
            return ActionPage(actions: found, mayBeCut: state.isCut, serverTime: serverTime)
        }
        if filter.machine != nil, let happens = state.withLock({ $0.duringList.take() }) { await happens() }
        return page
    }

    func packageAddress(actionID: String) async throws(DefenderError) -> Secret {
        Secret("https://package.example/\(actionID)")
    }

    func download(
        _ address: Secret,
        to path: String,
        bytesMax: Int64,
        onBytes: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(DefenderError) -> Int64 {
        let isResult = address.withText { $0.hasPrefix("https://result.example/") }
        let isExpired = state.withLock { state in
            guard isResult, state.live.expired > 0 else { return false }
            state.live.expired -= 1
            return true
        }
        guard !isExpired else { throw failure(.notFound, executed: false) }
        let content = state.withLock { (isResult ? $0.live.result : nil) ?? $0.package }
        guard let package = content else { throw failure(.transfer, executed: false) }
        guard Int64(package.count) <= bytesMax else { throw failure(.tooLarge, executed: false) }
        guard writeFile(path, package) else { throw failure(.file, executed: false) }
        onBytes(package)
        return Int64(package.count)
    }

    func failure(_ kind: DefenderError.Kind, executed: Bool, wait: Duration? = nil) -> DefenderError {
        DefenderError(
            kind: kind,
            mayHaveBeenExecuted: executed,
            retryAfter: wait,
            message: "\(kind.rawValue)",
            fix: "none"
        )
    }
}
