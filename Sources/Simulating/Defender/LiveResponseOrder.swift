import JSONReader

/// What a POST to `runliveresponse` asks, its body read with case-sensitive keys.
struct LiveResponseOrder: Sendable {
    static let roles = ["Machine.LiveResponse"]
    static let type = "LiveResponse"
    /// In the order in which they may come.
    private static let types = ["PutFile", "RunScript", "GetFile"]
    private static let keys: [String: (needed: [String], optional: [String])] = [
        "PutFile": (["FileName"], []), "RunScript": (["ScriptName"], ["Args"]), "GetFile": (["Path"], []),
    ]

    let comment: String
    let commands: [SimulatedCommand]

    init(_ call: SimulatedCall) throws(DefenderRefusal) {
        let body = try MachineOrder.body(call, keys: ["Comment", "Commands"])
        comment = try MachineOrder.text("Comment", in: body) ?? ""
        guard let list = body["Commands"], !list.isNull else { throw .missingField("Commands") }
        guard let rows = list.array else { throw Self.wrong("'Commands' is no list") }
        guard !rows.isEmpty else { throw .missingField("Commands") }
        var commands: [SimulatedCommand] = []
        for row in rows { commands.append(try Self.command(row)) }
        let places = commands.map { Self.types.firstIndex(of: $0.type) ?? 0 }
        guard places == places.sorted() else {
            throw DefenderRefusal(
                400,
                "InvalidInput",
                "Commands must be ordered PutFile, RunScript, GetFile."
            )
        }
        self.commands = commands
    }

    private static func command(_ row: JSONValue) throws(DefenderRefusal) -> SimulatedCommand {
        guard let type = row["type"]?.string, let params = row["params"]?.array else {
            throw wrong("a command needs 'type' and 'params'")
        }
        guard let known = keys[type] else {
            throw DefenderRefusal(400, "InvalidInput", "'\(type)' is not a valid command type.")
        }
        var values: [String: String] = [:]
        for param in params {
            guard let key = param["key"]?.string, let value = param["value"]?.string,
                (known.needed + known.optional).contains(key), values.updateValue(value, forKey: key) == nil
            else { throw wrong("a parameter of \(type) is none of its") }
        }
        for key in known.needed where values[key]?.isEmpty != false { throw .missingField(key) }
        return SimulatedCommand(type: type, values: values, params: JSONValue.array(params).encodedText)
    }

    private static func wrong(_ what: String) -> DefenderRefusal {
        DefenderRefusal(400, "InvalidRequestBody", "Request body is incorrect: \(what).")
    }
}

/// One command of a session: what is asked, and what will come of it once the session ends by itself.
struct SimulatedCommand: Sendable, Codable, Equatable {
    enum Fate: Sendable, Codable, Equatable {
        case completed([UInt8]?, fileName: String)
        case failed(String)
        /// One before it failed.
        case left
    }

    let type: String
    let values: [String: String]
    /// As they came, a JSON array.
    let params: String
    var fate = Fate.left

    /// As Defender tells of it; `hasEnded` once the session ended by itself, well or not.
    func json(index: Int, hasEnded: Bool, _ start: String, _ end: String) -> JSONValue {
        var status = "Created"
        var errors: [JSONValue] = []
        if hasEnded {
            switch fate {
            case .completed: status = "Completed"
            case .failed(let error):
                status = "Failed"
                errors = [.string(error)]
            case .left: break
            }
        }
        let hasRun = status != "Created"
        return [
            "index": .integer(Int64(index)),
            "startTime": hasRun ? .string(start) : .null,
            "endTime": hasRun ? .string(end) : .null,
            "commandStatus": .string(status),
            "errors": .array(errors),
            "command": ["type": .string(type), "params": (try? JSONReader.read(params, root: .array)) ?? []],
        ]
    }
}
