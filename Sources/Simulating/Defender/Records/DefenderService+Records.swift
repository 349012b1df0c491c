import JSONReader
import Vocabulary

/// Routes about what is no machine and no action.
extension DefenderService {
    static let readingAlerts = ["Alert.Read.All", "Alert.ReadWrite.All"]

    /// Nil for a route that is none of these.
    mutating func answerRecords(
        _ call: SimulatedCall,
        _ segments: [String],
        _ caller: BearerCheck.Caller
    ) throws(DefenderRefusal) -> SimulatedAnswer? {
        if let answer = try answerFact(call, segments, caller) { return answer }
        let path = segments.map { $0.lowercased() }
        switch (call.method, path.first) {
        case ("POST", "alerts"): return try changeAlerts(call, path, caller)
        case (_, "indicators"): return try answerIndicators(call, segments, caller)
        case (_, "alerts"): return try answerAlerts(call, segments, caller)
        case ("POST", "advancedqueries") where path == ["advancedqueries", "run"]:
            return try huntHere(call, caller)
        case (_, "libraryfiles"): return try answerLibrary(call, segments, caller)
        default: return nil
        }
    }

    private mutating func answerAlerts(
        _ call: SimulatedCall,
        _ segments: [String],
        _ caller: BearerCheck.Caller
    ) throws(DefenderRefusal) -> SimulatedAnswer? {
        switch (call.method, segments.count) {
        case ("GET", 1):
            try admit("alerts", Self.readingAlerts, caller, call)
            let rows = records.rows("alerts").map { alert in
                var alert = alert
                if !call.query.lowercased().contains("expand=evidence") { alert["evidence"] = [] }
                return shownRecord(alert)
            }
            return try page(call, rows, "Alerts", AlertRecord.filterable)
        case ("GET", 2):
            try admit("alerts/{id}", Self.readingAlerts, caller, call)
            return entityAnswer(try alert(segments[1]), "Alerts/$entity")
        case ("PATCH", 2):
            try admit("alerts/{id}", ["Alert.ReadWrite.All"], caller, call)
            let noted = try AlertRecord.noted(
                try alert(segments[1]),
                try MachineOrder.body(call, keys: Set(AlertRecord.notes.keys)),
                by: caller.client,
                at: SimulatedAction.stamp(call.at)
            )
            records.replace(noted, in: "alerts")
            return entityAnswer(noted, "Alerts/$entity", executed: true)
        default: return nil
        }
    }

    private func alert(_ id: String) throws(DefenderRefusal) -> [String: JSONValue] {
        guard let alert = records.row("alerts", is: id) else {
            throw DefenderRefusal(404, "ResourceNotFound", "Alert \(id) was not found")
        }
        return alert
    }

    /// An entity as Defender shows it, with a property that no page documents.
    func shownRecord(_ fields: [String: JSONValue]) -> [String: JSONValue] {
        var fields = fields
        if script.addsUnknownProperties { fields["futureProperty"] = ["nested": [1, .null, "x"]] }
        return fields
    }

    func entityAnswer(
        _ fields: [String: JSONValue],
        _ context: String,
        executed: Bool = false
    ) -> SimulatedAnswer {
        var fields = shownRecord(fields)
        fields["@odata.context"] = .string(Self.context(context))
        return .json(200, .object(fields), executed: executed)
    }
}
