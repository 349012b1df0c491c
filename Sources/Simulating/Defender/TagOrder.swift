import JSONReader

/// What a POST to a machine's `tags` asks, its body read with case-sensitive keys.
struct TagOrder: Sendable {
    static let roles = ["Machine.ReadWrite.All"]

    let tag: String
    /// False takes it off.
    let adds: Bool

    init(_ call: SimulatedCall) throws(DefenderRefusal) {
        let body = try MachineOrder.body(call, keys: ["Value", "Action"])
        guard let tag = try MachineOrder.text("Value", in: body), tag.contains(where: { !$0.isWhitespace })
        else {
            throw .missingField("Value")
        }
        guard let word = try MachineOrder.text("Action", in: body) else { throw .missingField("Action") }
        adds = try MachineOrder.allowed(word, ["Add", "Remove"], "Action") == "Add"
        self.tag = tag
    }
}

extension DefenderService {
    /// Changes a machine's tags at once and answers with the machine, whether or not anything was to be changed.
    mutating func setTag(on key: String, _ call: SimulatedCall) throws(DefenderRefusal) -> SimulatedAnswer {
        // A name is good for reading only.
        guard let machine = estate.machine(key), machine.id.lowercased() == key.lowercased() else {
            throw .noMachine(key)
        }
        let order = try TagOrder(call)
        let isChanged = estate.setTag(order.tag, on: machine, adds: order.adds)
        var answer = try showMachine(machine.id)
        answer.executed = isChanged
        return answer
    }
}
