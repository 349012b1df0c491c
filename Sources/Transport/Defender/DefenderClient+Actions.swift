import CurlClient
import JSONReader
package import Vocabulary

extension DefenderClient {
    package func submit(_ submission: ActionSubmission) async throws(DefenderError) -> MachineAction {
        guard let route = ActionRoute(word: submission.action), route.makesAction,
            let body = route.body(parameters: submission.parameters, comment: submission.comment)
        else { throw .notPosted(submission.action) }
        let isContainment = ["isolate", "release"].contains(submission.action)
        let answer = try await call(
            DefenderCall(
                .post,
                "\(DefenderPath.machine(submission.machine))/\(route.segment)",
                purpose: submission.action,
                kind: route.command == nil ? .call : .liveResponse,
                priority: isContainment ? .containment : .action,
                body: body,
                deadline: submission.deadline
            )
        )
        guard let action = EntityReading.action(try answer.object()), action.machineID == submission.machine
        else { throw answer.unreadable("no action of that machine") }
        return action
    }

    package func change(_ submission: ActionSubmission) async throws(DefenderError) -> Machine {
        guard let route = ActionRoute(word: submission.action), !route.makesAction,
            let body = route.body(parameters: submission.parameters, comment: submission.comment)
        else { throw .notPosted(submission.action) }
        let answer = try await call(
            DefenderCall(
                .post,
                "\(DefenderPath.machine(submission.machine))/\(route.segment)",
                purpose: submission.action,
                priority: .action,
                body: body,
                deadline: submission.deadline
            )
        )
        guard let found = EntityReading.machine(try answer.object()), found.id == submission.machine else {
            throw answer.unreadable("another machine than the one meant")
        }
        return found
    }

    package func cancel(
        actionID: String,
        comment: String,
        priority: CallPriority
    ) async throws(DefenderError) {
        guard let path = DefenderPath.action(actionID) else { throw .badIdentifier("action", actionID) }
        try await call(
            DefenderCall(
                .post,
                path + "/cancel",
                purpose: "cancel",
                priority: priority,
                body: ["Comment": .string(comment)]
            )
        ).check()
    }

    package func action(
        _ id: String,
        priority: CallPriority
    ) async throws(DefenderError) -> MachineAction {
        guard let path = DefenderPath.action(id) else { throw .badIdentifier("action", id) }
        let answer = try await call(DefenderCall(.get, path, purpose: "an action", priority: priority))
        guard let action = EntityReading.action(try answer.object()), action.id == id else {
            throw answer.unreadable("another action than the one asked for")
        }
        return action
    }

    package func actions(
        _ filter: ActionFilter,
        priority: CallPriority
    ) async throws(DefenderError) -> ActionPage {
        var found: [String: MachineAction] = [:]
        var serverTime: Timestamp?
        var paging = Paging()
        while let query = paging.next(filter.odata) {
            let answer = try await call(
                DefenderCall(
                    .get,
                    DefenderPath.actions + query.text,
                    purpose: "a list of actions",
                    priority: priority
                )
            )
            // The first page's time: whatever is newer may be missing from the list.
            serverTime = serverTime ?? answer.serverTime
            let body = try answer.object()
            guard let rows = body["value"]?.array else { throw answer.unreadable("no list of actions") }
            let actions = rows.compactMap(EntityReading.action)
            // Rows that arrive between two pages push others onto the next one: they come twice.
            for action in actions { found[action.id] = action }
            paging.received(
                rows: rows.count,
                hasMore: body["@odata.nextLink"]?.string != nil,
                isReadable: actions.count == rows.count
            )
        }
        let newestFirst = found.values.sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
        return ActionPage(actions: newestFirst, mayBeCut: paging.mayBeCut, serverTime: serverTime)
    }
}

extension ActionFilter {
    /// Nil for all actions.
    fileprivate var odata: ODataFilter? {
        var conditions: [ODataFilter] = []
        if let machine { conditions.append(.equals("machineId", .text(machine.text))) }
        if !types.isEmpty { conditions.append(.any(types.map { .equals("type", .text($0)) })) }
        if let createdNotBefore {
            conditions.append(.notBefore("creationDateTimeUtc", createdNotBefore))
        }
        return conditions.isEmpty ? nil : .all(conditions)
    }
}

extension DefenderError {
    /// A word that is not posted to a machine, or parameters that are not the action's; nothing was sent.
    fileprivate static func notPosted(_ word: String) -> DefenderError {
        DefenderError(
            kind: .refused,
            mayHaveBeenExecuted: false,
            message: "`\(word)` with these parameters is not an action that is posted to a machine.",
            fix: "See `actions` for the words and their parameters."
        )
    }
}
