import Cryptography
import Foundation
import JSONReader
import Synchronization
import Vocabulary

/// Everything simulated, in one place: services, faults and the journal.
///
/// A call goes through two steps, ``begin(_:)`` when it arrives and ``act(on:)`` when it takes effect; a fault
/// decides whether the second comes at all.
final class World: Sendable {
    /// What becomes of a call that has arrived.
    struct Opened: Sendable {
        let call: SimulatedCall
        /// Nil for the simulator's own routes, which are no part of the journal.
        let number: Int?
        let fault: ScriptedFault?
    }

    private struct State {
        var journal = Journal()
        var faults: FaultPlan
        let entra: EntraService
        var defender: DefenderService
        var chat: ChatService

        /// The revision of the estate that its file holds.
        var keptRevision = 0

        init(
            _ script: SimulatorScript,
            _ keys: SimulatorKeys,
            _ kept: EstateState,
            _ makeID: @escaping @Sendable () -> String
        ) {
            faults = FaultPlan(script.faults)
            let mint = TokenMint(key: keys.tokenKey, certificate: keys.tokenCertificate)
            entra = EntraService(script: script, mint: mint, keys: keys)
            defender = DefenderService(script: script, mint: mint, kept: kept, makeID: makeID)
            keptRevision = defender.estate.revision
            chat = ChatService(script: script.chat, mint: mint)
        }
    }

    private let state: Mutex<State>
    private let fresh: @Sendable () -> State
    private let file: StateFile?
    private let onTrouble: @Sendable (StateFileError) -> Void

    /// - Parameters:
    ///   - script: What there is.
    ///   - keys: What tokens are signed with.
    ///   - file: Where Defender's side is kept; nil forgets it with the process.
    ///   - onTrouble: Told each time that the file cannot be written.
    ///   - makeID: Makes identifiers of actions.
    init(
        script: SimulatorScript,
        keys: SimulatorKeys,
        file: StateFile? = nil,
        onTrouble: @escaping @Sendable (StateFileError) -> Void = { _ in },
        makeID: @escaping @Sendable () -> String
    ) {
        fresh = { @Sendable in State(script, keys, EstateState(), makeID) }
        self.file = file
        self.onTrouble = onTrouble
        state = Mutex(State(script, keys, file?.kept ?? EstateState(), makeID))
    }

    /// Writes Defender's side into its file, if it has changed since.
    private func keep(_ state: inout State) {
        let estate = state.defender.estate
        guard let file, estate.revision != state.keptRevision else { return }
        do {
            try file.write(estate.state)
            state.keptRevision = estate.revision
        } catch {
            onTrouble(error)
        }
    }

    /// Writes a call down and says which fault it meets.
    func begin(_ call: SimulatedCall) -> Opened {
        guard !call.path.hasPrefix("/simulator/") else { return Opened(call: call, number: nil, fault: nil) }
        return state.withLock { state in
            let fault = state.faults.next(method: call.method, path: call.path)
            let number = state.journal.begin(call, fault: fault)
            return Opened(call: call, number: number, fault: fault)
        }
    }

    /// Lets a call take effect.
    func act(on opened: Opened) -> SimulatedAnswer {
        let call = opened.call
        guard opened.number != nil else { return own(call) }
        return state.withLock { state in
            defer { keep(&state) }
            return state.chat.answer(call) ?? state.defender.answer(call) ?? state.entra.answer(call)
                ?? .json(404, ["error": ["code": "NotFound", "message": "Nothing is simulated here."]])
        }
    }

    /// Writes down how a call ended; the status is nil if nothing is answered.
    func end(_ opened: Opened, status: Int?, executed: Bool) {
        guard let number = opened.number else { return }
        state.withLock { $0.journal.end(number, status: status, executed: executed) }
    }

    var journal: [JournalEntry] { state.withLock { $0.journal.entries } }
    var messages: [ChatMessage] { state.withLock { $0.chat.messages } }

    func machines(at now: Timestamp) -> [MachineTruth] {
        state.withLock { state in
            state.defender.estate.advance(to: now)
            keep(&state)
            return state.defender.estate.truth
        }
    }

    func reset() {
        let state = fresh()
        self.state.withLock { old in
            old = state
            // What was kept is forgotten as well.
            old.keptRevision = -1
            keep(&old)
        }
    }

    /// Nil if there is no such machine.
    func startForeign(
        type: String,
        on machine: String,
        requestor: String,
        comment: String,
        at now: Timestamp
    ) -> JSONValue? {
        state.withLock { state in
            guard let machine = state.defender.estate.machine(machine) else { return nil }
            let action = state.defender.startForeign(
                type: type,
                on: machine,
                requestor: requestor,
                comment: comment,
                at: now
            )
            keep(&state)
            return state.defender.entity(action)
        }
    }

    /// The simulator's own routes.
    private func own(_ call: SimulatedCall) -> SimulatedAnswer {
        switch (call.method, call.path) {
        case ("GET", "/simulator/journal"): return .json(200, .array(journal.map(\.json)))
        case ("GET", "/simulator/machines"): return .json(200, .array(machines(at: call.at).map(\.json)))
        case ("GET", "/simulator/messages"): return .json(200, .array(messages.map(\.json)))
        case ("POST", "/simulator/reset"):
            reset()
            return SimulatedAnswer(status: 204)
        case ("POST", "/simulator/actions"): return startForeign(call)
        case ("POST", "/simulator/sessions"): return openPortalSession(call)
        default: return .json(404, ["error": "The simulator has no such route."])
        }
    }

    /// A live-response session of somebody in the portal: on no list, for so many seconds.
    private func openPortalSession(_ call: SimulatedCall) -> SimulatedAnswer {
        guard let body = try? JSONReader.read(call.body, root: .object), let key = body["machineId"]?.string,
            let seconds = body["seconds"]?.number
        else { return .json(400, ["error": "The body needs machineId and seconds."]) }
        return state.withLock { state in
            guard let machine = state.defender.estate.machine(key) else {
                return .json(404, ["error": "There is no such machine."])
            }
            let end = call.at + .milliseconds(Int64(seconds * 1000))
            state.defender.sessions.open(on: machine.id, until: end)
            return SimulatedAnswer(status: 204)
        }
    }

    private func startForeign(_ call: SimulatedCall) -> SimulatedAnswer {
        guard let body = try? JSONReader.read(call.body, root: .object),
            let machine = body["machineId"]?.string, let type = body["type"]?.string
        else { return .json(400, ["error": "The body needs machineId and type."]) }
        let made = startForeign(
            type: type,
            on: machine,
            requestor: body["requestor"]?.string ?? "analyst@corp.example",
            comment: body["comment"]?.string ?? "by hand",
            at: call.at
        )
        guard let made else { return .json(404, ["error": "There is no such machine."]) }
        return .json(201, made)
    }
}
