import JSONReader
import Vocabulary

/// Hunting: Defender's own route, and the same in Graph's spelling.
///
/// Source: `reference/defender-api.md` §4.7.
extension DefenderService {
    static let huntingRate = CallRate(perMinute: 45, perHour: 1_500)

    mutating func huntHere(
        _ call: SimulatedCall,
        _ caller: BearerCheck.Caller
    ) throws(DefenderRefusal) -> SimulatedAnswer {
        try admit("advancedqueries/run", ["AdvancedQuery.Read.All"], caller, call, rate: Self.huntingRate)
        let result = try hunt(call)
        return .json(
            200,
            [
                "Schema": .array(result.columns.map { ["Name": .string($0), "Type": "String"] }),
                "Results": .array(result.rows.map { .object($0) }),
            ]
        )
    }

    /// - Throws: 400 for a body without a query and for a query that cannot be run.
    func hunt(
        _ call: SimulatedCall
    ) throws(DefenderRefusal) -> (columns: [String], rows: [[String: JSONValue]]) {
        let body = try MachineOrder.body(call, keys: ["Query", "Timespan"])
        guard let text = body["Query"]?.string, !text.isEmpty else {
            throw DefenderRefusal(400, "InvalidRequestBody", "Missing query.")
        }
        do throws(HuntingQuery.Refusal) {
            let query = try HuntingQuery(text)
            guard let rows = table(query.table) else {
                throw HuntingQuery.Refusal(
                    text: "'\(query.table)' could not be resolved: no table or column of that name."
                )
            }
            return try query.run(on: rows)
        } catch {
            throw DefenderRefusal(400, "BadRequest", error.text)
        }
    }

    /// A table of the script's records, or the devices of the estate.
    private func table(_ name: String) -> [[String: JSONValue]]? {
        let rows = records.rows(name)
        guard rows.isEmpty else { return rows }
        guard name == "DeviceInfo" else { return nil }
        return script.machines.filter { !estate.isOffboarded($0.id) }.map { machine in
            [
                "DeviceId": .string(machine.id), "DeviceName": .string(machine.name ?? ""),
                "OSPlatform": machine.fields["osPlatform"] ?? .null,
                "MachineGroup": machine.fields["rbacGroupName"] ?? .null,
            ]
        }
    }
}
