import JSONReader

/// What a POST to a machine's `setDeviceValue` asks, its body read with case-sensitive keys.
struct ValueOrder: Sendable {
    static let roles = ["Machine.ReadWrite.All"]

    let value: String

    init(_ call: SimulatedCall) throws(DefenderRefusal) {
        let body = try MachineOrder.body(call, keys: ["DeviceValue"])
        guard let word = try MachineOrder.text("DeviceValue", in: body) else {
            throw .missingField("DeviceValue")
        }
        value = try MachineOrder.allowed(word, ["Normal", "Low", "High"], "DeviceValue")
    }
}

extension DefenderService {
    /// Sets what a machine is worth at once and answers with the machine, whether or not that changed anything.
    mutating func setValue(on key: String, _ call: SimulatedCall) throws(DefenderRefusal) -> SimulatedAnswer {
        // A name is good for reading only.
        guard let machine = estate.machine(key), machine.id.lowercased() == key.lowercased() else {
            throw .noMachine(key)
        }
        let isChanged = estate.setValue(try ValueOrder(call).value, on: machine)
        var answer = try showMachine(machine.id)
        answer.executed = isChanged
        return answer
    }
}
