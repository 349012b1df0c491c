import Foundation
import JSONReader
import Vocabulary

/// Calls that change something, and look-ups with a twist.
extension DefenderService {
    mutating func start(
        _ kind: MachineOrder.Kind,
        on key: String,
        by caller: BearerCheck.Caller,
        _ call: SimulatedCall
    ) throws(DefenderRefusal) -> SimulatedAnswer {
        // A name is good for reading only.
        guard let machine = estate.machine(key), machine.id.lowercased() == key.lowercased() else {
            throw .noMachine(key)
        }
        let order = try MachineOrder(kind, call)
        try order.checkPlatform(of: machine)
        let isRepeatedIsolate =
            kind == .isolate
            && (estate.isIsolated(machine.id)
                || !estate.activeActions(on: machine.id, type: kind.rawValue).isEmpty)
        let isReordered = isRepeatedIsolate && script.reordersRepeatedIsolate
        if let running = estate.activeActions(on: machine.id, type: kind.rawValue).first,
            !(script.reordersRepeatedIsolate && (kind == .isolate || kind == .unisolate))
        {
            guard kind != .collect, !estate.refusesDuplicate() else { throw .inProgress }
            return .json(201, entity(running))
        }
        let staysPending = isRepeatedIsolate && script.leavesRepeatedIsolatePending
        let action = SimulatedAction(
            id: makeID(),
            type: kind.rawValue,
            scope: order.scope,
            machineID: machine.id,
            machineName: machine.name,
            requestor: caller.requestor,
            requestSource: "PublicApi",
            comment: order.comment,
            file: order.file,
            createdAt: call.at,
            visibleAt: call.at + .milliseconds(Int64(script.visibilityLagSeconds * 1000)),
            course: machine.isOffline || staysPending ? nil : machine.course ?? script.actions,
            waitsForRelease: isReordered,
            updatedAt: call.at
        )
        estate.add(action)
        return .json(201, entity(action), executed: true)
    }

    /// An action of somebody else, as from the portal: no checks, no duplicates.
    mutating func startForeign(
        type: String,
        on machine: SimulatedMachine,
        requestor: String,
        comment: String,
        at now: Timestamp
    ) -> SimulatedAction {
        estate.advance(to: now)
        let action = SimulatedAction(
            id: makeID(),
            type: type,
            scope: type == "Isolate" ? "Full" : nil,
            machineID: machine.id,
            machineName: machine.name,
            requestor: requestor,
            requestSource: "Portal",
            comment: comment,
            createdAt: now,
            visibleAt: now,
            course: machine.isOffline ? nil : machine.course ?? script.actions,
            waitsForRelease: false,
            updatedAt: now
        )
        estate.add(action)
        return action
    }

    mutating func cancel(
        _ id: String,
        by caller: BearerCheck.Caller,
        _ call: SimulatedCall
    ) throws(DefenderRefusal) -> SimulatedAnswer {
        guard estate.action(id, at: call.at) != nil else { throw .noAction(id) }
        let comment = try MachineOrder.body(call)["Comment"]?.string
        let cancellation = SimulatedAction.Cancellation(
            requestor: caller.requestor,
            comment: comment,
            at: call.at
        )
        guard let cancelled = estate.cancel(id, cancellation) else {
            throw DefenderRefusal(400, "BadRequest", "The action has already reached a final state.")
        }
        return .json(200, entity(cancelled))
    }

    mutating func packageAddress(
        _ id: String,
        _ call: SimulatedCall
    ) throws(DefenderRefusal) -> SimulatedAnswer {
        guard let action = estate.action(id, at: call.at), action.type == MachineOrder.Kind.collect.rawValue,
            action.status == "Succeeded"
        else { throw .noAction(id) }
        let address = packages.offer(action, call)
        return .json(
            200,
            [
                "@odata.context": .string(Self.context("Edm.String")),
                "value": .string(script.quotesPackageAddress ? "\"\(address)\"" : address),
            ]
        )
    }

    /// `findbyip(ip='10.0.0.5',timestamp=2026-11-02T09:00:00Z)`: seen with that internal address within 15 minutes.
    func findByAddress(_ segment: String, _ call: SimulatedCall) throws(DefenderRefusal) -> SimulatedAnswer {
        let inner = segment.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }
        var values: [String: String] = [:]
        for part in inner.split(separator: ",") {
            let halves = part.split(separator: "=", maxSplits: 1).map(String.init)
            if halves.count == 2 { values[halves[0].lowercased()] = halves[1] }
        }
        guard segment.hasSuffix(")"), let quoted = values["ip"], quoted.count > 2, quoted.first == "'",
            quoted.last == "'"
        else { throw DefenderRefusal(400, "InvalidIpAddress", "The IP address is invalid.") }
        guard let moment = values["timestamp"].flatMap({ Timestamp(iso8601: $0) }), moment <= call.at,
            call.at.since(moment) <= .seconds(30 * 86_400)
        else {
            throw DefenderRefusal(400, "InvalidInput", "The timestamp must lie within the last 30 days.")
        }
        let address = String(quoted.dropFirst().dropLast())
        let found = script.machines.filter { machine in
            Self.addresses(of: machine).contains(address) && Self.isSeen(machine, near: moment)
        }
        return .json(
            200,
            [
                "@odata.context": .string(Self.context("Machines")),
                "value": .array(found.map { .object(shown($0)) }),
            ]
        )
    }

    private static func addresses(of machine: SimulatedMachine) -> [String] {
        let listed = machine.fields["ipAddresses"]?.array?.compactMap { $0["ipAddress"]?.string } ?? []
        return listed + [machine.fields["lastIpAddress"]?.string].compactMap(\.self)
    }

    /// A machine without `lastSeen` counts as seen.
    private static func isSeen(_ machine: SimulatedMachine, near moment: Timestamp) -> Bool {
        guard let text = machine.fields["lastSeen"]?.string, let seen = Timestamp(iso8601: text) else {
            return true
        }
        return abs(seen.since(moment).wholeMilliseconds) <= 900_000
    }
}
