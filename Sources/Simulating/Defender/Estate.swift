import Cryptography
import Foundation
package import JSONReader
package import Vocabulary

/// What is really so on the simulated machines, whatever anybody was told.
package struct MachineTruth: Sendable, Equatable {
    package let id: String
    package let name: String?
    package let isIsolated: Bool
    /// `Full` or `Selective` while it is isolated.
    package let isolationType: String?
    /// The last change of its containment.
    package let changedAt: Timestamp?
    package let tags: [String]
    /// Such as `High`; nil where nobody said it.
    package let value: String?
    /// Nothing runs but what Microsoft signed.
    package let isRestricted: Bool
    /// Its sensor is gone.
    package let isOffboarded: Bool

    /// As `GET /simulator/machines` shows it.
    package var json: JSONValue {
        [
            "id": .string(id),
            "computerDnsName": name.map { .string($0) } ?? .null,
            "isolated": .bool(isIsolated),
            "isolationType": isolationType.map { .string($0) } ?? .null,
            "changedAt": changedAt.map { .number(Double($0.milliseconds) / 1000) } ?? .null,
            "machineTags": .array(tags.map { .string($0) }),
            "deviceValue": value.map { .string($0) } ?? .null,
            "restricted": .bool(isRestricted),
            "offboarded": .bool(isOffboarded),
        ]
    }
}

/// The machines and every action on them; moved on by the clock it is shown.
struct Estate: Sendable {
    /// Beyond this the oldest finished action is forgotten.
    static let actionsMax = 100_000

    let script: SimulatorScript
    /// All that a restart must not lose.
    private(set) var state = EstateState() { didSet { revision &+= 1 } }
    /// Counts the changes of ``state``.
    private(set) var revision = 0
    private var places: [String: Int] = [:]
    private var active: Set<Int> = []

    private var actions: [SimulatedAction] { state.actions }

    init(_ script: SimulatorScript, _ kept: EstateState = EstateState()) {
        self.script = script
        state = kept
        if state.records == nil { state.records = RecordShelf(script) }
        indexActions()
    }

    /// What is known besides machines and their actions.
    var records: RecordShelf {
        get { state.records ?? RecordShelf(script) }
        set { state.records = newValue }
    }

    /// The files of live response's library by name.
    var library: [String: LibraryEntry] {
        get {
            state.library ?? script.liveResponse.library.mapValues { LibraryEntry(Array($0.content.utf8)) }
        }
        set { state.library = newValue }
    }

    /// A machine id that belongs to a name: 40 hex digits.
    static func identifier(for name: String) -> String {
        Hex.encode(Digest.of(Array(name.utf8), .sha1))
    }

    /// The machine of an id or of a whole name, both without regard to case.
    func machine(_ key: String) -> SimulatedMachine? {
        let folded = key.lowercased()
        return script.machines.first { $0.id.lowercased() == folded }
            ?? script.machines.first { $0.name?.lowercased() == folded }
    }

    /// The action of an id, as long as it may be seen.
    func action(_ id: String, at now: Timestamp) -> SimulatedAction? {
        guard let place = places[id.lowercased()], actions[place].visibleAt <= now else { return nil }
        return actions[place]
    }

    func visibleActions(at now: Timestamp) -> [SimulatedAction] {
        actions.reversed().filter { $0.visibleAt <= now }
    }

    /// Actions that are under way on a machine, oldest first.
    func activeActions(on machineID: String, type: String) -> [SimulatedAction] {
        active.sorted().map { actions[$0] }.filter { $0.machineID == machineID && $0.type == type }
    }

    /// Actions that are under way anywhere.
    func activeActions(type: String) -> [SimulatedAction] {
        active.map { actions[$0] }.filter { $0.type == type }
    }

    func isIsolated(_ machineID: String) -> Bool { state.containment[machineID.lowercased()] != nil }

    /// What is so on each machine, in the script's order; one row an id.
    var truth: [MachineTruth] {
        var seen: Set<String> = []
        return script.machines.filter { seen.insert($0.id.lowercased()).inserted }.map { machine in
            let key = machine.id.lowercased()
            let held = state.containment[key]
            return MachineTruth(
                id: machine.id,
                name: machine.name,
                isIsolated: held != nil,
                isolationType: held,
                changedAt: state.changes[key],
                tags: tags(of: machine),
                value: value(of: machine),
                isRestricted: state.restricted.contains(key),
                isOffboarded: state.offboarded.contains(key)
            )
        }
    }

    /// What a machine carries now.
    func tags(of machine: SimulatedMachine) -> [String] {
        state.tags[machine.id.lowercased()]
            ?? (machine.fields["machineTags"]?.array ?? []).compactMap(\.string)
    }

    /// Spelled otherwise, a tag is another one.
    ///
    /// - Returns: True if anything was changed.
    mutating func setTag(_ tag: String, on machine: SimulatedMachine, adds: Bool) -> Bool {
        var carried = tags(of: machine)
        guard carried.contains(tag) != adds else { return false }
        carried.removeAll { $0 == tag }
        if adds { carried.append(tag) }
        state.tags[machine.id.lowercased()] = carried
        return true
    }

    /// What a machine is worth now.
    func value(of machine: SimulatedMachine) -> String? {
        state.values[machine.id.lowercased()] ?? machine.fields["deviceValue"]?.string
    }

    /// - Returns: True if anything was changed.
    mutating func setValue(_ value: String, on machine: SimulatedMachine) -> Bool {
        guard self.value(of: machine) != value else { return false }
        state.values[machine.id.lowercased()] = value
        return true
    }

    /// True if this duplicate is to be refused; alternates where the script says so.
    mutating func refusesDuplicate() -> Bool {
        switch script.duplicates {
        case .returnsExisting: return false
        case .refuses: return true
        case .alternates:
            defer { state.refusesNextDuplicate.toggle() }
            return state.refusesNextDuplicate
        }
    }

    mutating func add(_ action: SimulatedAction) {
        if actions.count >= Self.actionsMax { forgetFinished() }
        places[action.id.lowercased()] = actions.count
        active.insert(actions.count)
        state.actions.append(action)
    }

    mutating func cancel(_ id: String, _ cancellation: SimulatedAction.Cancellation) -> SimulatedAction? {
        guard let place = places[id.lowercased()], actions[place].isActive else { return nil }
        state.actions[place].status = "Cancelled"
        state.actions[place].updatedAt = cancellation.at
        state.actions[place].cancellation = cancellation
        active.remove(place)
        return actions[place]
    }

    /// Lets happen what is due by `now`, in the order in which it is due.
    mutating func advance(to now: Timestamp) {
        while let place = nextDue(now) { finish(place, at: max(actions[place].endsAt, lastRelease(place))) }
        for place in active {
            guard let begins = actions[place].runsAt, begins <= now, actions[place].status == "Pending",
                !actions[place].waitsForRelease
            else { continue }
            state.actions[place].status = "InProgress"
            state.actions[place].updatedAt = begins
        }
    }

    private func nextDue(_ now: Timestamp) -> Int? {
        active.filter { actions[$0].endsAt <= now && !isWaiting($0) }
            .min { (actions[$0].endsAt, $0) < (actions[$1].endsAt, $1) }
    }

    /// True while no release asked for later than this action has ended, or one is still under way.
    private func isWaiting(_ place: Int) -> Bool {
        guard actions[place].waitsForRelease else { return false }
        let later = actions[(place + 1)...].filter {
            $0.machineID == actions[place].machineID && $0.effect == .release
        }
        return later.isEmpty || later.contains(where: \.isActive)
    }

    private func lastRelease(_ place: Int) -> Timestamp {
        guard actions[place].waitsForRelease else { return actions[place].endsAt }
        let later = actions[(place + 1)...].filter {
            $0.machineID == actions[place].machineID && $0.effect == .release
        }
        return later.map(\.updatedAt).max() ?? actions[place].endsAt
    }

    private mutating func finish(_ place: Int, at moment: Timestamp) {
        active.remove(place)
        state.actions[place].status = actions[place].course?.end ?? "TimeOut"
        state.actions[place].updatedAt = moment
        guard actions[place].status == "Succeeded" else { return }
        let key = actions[place].machineID.lowercased()
        switch actions[place].effect {
        case .isolate: state.containment[key] = actions[place].scope ?? "Full"
        case .release: state.containment[key] = nil
        case .restrict: return state.restricted.formUnion([key])
        case .unrestrict: return state.restricted.subtract([key])
        case .offboard: return state.offboarded.formUnion([key])
        case .none: return
        }
        state.changes[key] = moment
    }

    /// True once the sensor of the machine is gone: it is listed, and takes no action any more.
    func isOffboarded(_ machine: String) -> Bool { state.offboarded.contains(machine.lowercased()) }

    private mutating func forgetFinished() {
        let cut = actions.count / 10
        let kept = actions.enumerated().filter { $0.offset >= cut || $0.element.isActive }.map(\.element)
        state.actions = kept
        indexActions()
    }

    private mutating func indexActions() {
        places = [:]
        active = []
        for (place, action) in actions.enumerated() {
            places[action.id.lowercased()] = place
            if action.isActive { active.insert(place) }
        }
    }
}
