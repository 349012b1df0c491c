import JSONReader
import Vocabulary

/// The simulated Defender API: machines, their actions and the evidence package.
///
/// Checks come in the order of `reference/defender-api.md` §6.4: token, permission, quota, entity, body.
struct DefenderService: Sendable {
    let script: SimulatorScript
    let bearer: BearerCheck
    /// Makes ids of actions.
    let makeID: @Sendable () -> String
    var estate: Estate
    var meter = CallMeter()
    var packages: PackageShelf
    /// What it knows besides machines and their actions.
    var records: RecordShelf {
        get { estate.records }
        set { estate.records = newValue }
    }
    var sessions = LiveShelf()

    static let reading = ["Machine.Read.All", "Machine.ReadWrite.All"]
    private static let machineProperties: Set<String> = [
        "computerDnsName", "id", "version", "deviceValue", "aadDeviceId", "machineTags", "lastSeen",
        "exposureLevel",
        "onboardingStatus", "lastIpAddress", "healthStatus", "osPlatform", "riskScore", "rbacGroupId",
    ]
    private static let actionProperties: Set<String> = [
        "id", "status", "machineId", "type", "requestor", "creationDateTimeUtc",
    ]

    init(
        script: SimulatorScript,
        mint: TokenMint,
        kept: EstateState = EstateState(),
        makeID: @escaping @Sendable () -> String
    ) {
        self.script = script
        bearer = BearerCheck(script: script, mint: mint)
        self.makeID = makeID
        estate = Estate(script, kept)
        packages = PackageShelf(script: script)
    }

    /// Nil if the path is none of Defender's.
    mutating func answer(_ call: SimulatedCall) -> SimulatedAnswer? {
        estate.advance(to: call.at)
        if let answer = packages.answer(call) ?? sessions.answer(call) ?? answerGraph(call) { return answer }
        var segments = call.segments
        guard segments.first?.lowercased() == "api" else { return nil }
        segments.removeFirst()
        if segments.first?.lowercased() == "v1.0" { segments.removeFirst() }
        do {
            return try route(call, segments)
        } catch {
            return error.answer
        }
    }

    private mutating func route(
        _ call: SimulatedCall,
        _ segments: [String]
    ) throws(DefenderRefusal) -> SimulatedAnswer {
        let caller = try bearer.caller(call)
        switch (call.method, segments.map { $0.lowercased() }) {
        case ("GET", let path) where path == ["machines"]:
            try admit("machines", Self.reading, caller, call)
            return try listMachines(call)
        case ("GET", let path) where path == ["machines", "findbytag"]: return try findByTag(call, caller)
        case ("GET", let path) where path.count == 2 && path[0] == "machines":
            try admit("machines/{id}", Self.reading, caller, call)
            if path[1].hasPrefix("findbyip(") { return try findByAddress(segments[1], call) }
            return try showMachine(segments[1])
        case ("GET", let path) where path.count == 3 && path[0] == "alerts" && path[2] == "machine":
            try admit("alerts/{id}/machine", Self.reading, caller, call)
            guard let machine = records.row("alerts", is: segments[1])?["machineId"]?.string else {
                throw DefenderRefusal(404, "ResourceNotFound", "Alert \(segments[1]) was not found")
            }
            return try showMachine(machine)
        case ("POST", let path) where path.count == 3 && path[0] == "machines" && path[2] == "tags":
            try admit("machines/{id}/tags", TagOrder.roles, caller, call)
            return try setTag(on: segments[1], call)
        case ("POST", let path)
        where path.count == 3 && path[0] == "machines" && path[2] == "setdevicevalue":
            try admit("machines/{id}/setDeviceValue", ValueOrder.roles, caller, call)
            return try setValue(on: segments[1], call)
        case ("POST", let path)
        where path.count == 3 && path[0] == "machines" && path[2] == "runliveresponse":
            let rate = script.liveResponse.rate
            try admit("machines/{id}/runliveresponse", LiveResponseOrder.roles, caller, call, rate: rate)
            return try startSession(on: segments[1], by: caller, call)
        case ("GET", let path)
        where path.count == 3 && path[0] == "machineactions"
            && path[2].hasPrefix("getliveresponseresultdownloadlink("):
            try admit("machineactions/{id}/GetLiveResponseResultDownloadLink", Self.reading, caller, call)
            return try resultLink(segments[1], segments[2], call)
        case ("POST", let path) where path.count == 3 && path[0] == "machines":
            guard let kind = MachineOrder.Kind(path: path[2]) else { throw .noRoute(call) }
            try admit("machines/{id}/\(path[2])", [kind.role], caller, call)
            return try start(kind, on: segments[1], by: caller, call)
        case ("GET", let path) where path == ["machineactions"]:
            try admit("machineactions", Self.reading, caller, call)
            return try listActions(call)
        case ("GET", let path) where path.count == 2 && path[0] == "machineactions":
            try admit("machineactions/{id}", Self.reading, caller, call)
            guard let action = estate.action(segments[1], at: call.at) else { throw .noAction(segments[1]) }
            return .json(200, entity(action))
        case ("POST", let path) where path.count == 3 && path[0] == "machineactions" && path[2] == "cancel":
            try admit("machineactions/{id}/cancel", MachineOrder.cancelRoles, caller, call)
            return try cancel(segments[1], by: caller, call)
        case ("GET", let path)
        where path.count == 3 && path[0] == "machineactions" && path[2] == "getpackageuri":
            try admit(
                "machineactions/{id}/getPackageUri",
                Self.reading,
                caller,
                call,
                rate: script.packageRate
            )
            return try packageAddress(segments[1], call)
        default:
            guard let answer = try answerRecords(call, segments, caller) else { throw .noRoute(call) }
            return answer
        }
    }

    /// Permission first, then the quota of the route.
    mutating func admit(
        _ route: String,
        _ roles: [String],
        _ caller: BearerCheck.Caller,
        _ call: SimulatedCall,
        rate: CallRate? = nil
    ) throws(DefenderRefusal) {
        try bearer.demand(roles, of: caller, at: route)
        let rate = rate ?? script.rate
        let key = "\(call.method) \(route)"
        try meter.count(key, rate, tenant: script.tenant, client: caller.client, at: call.at)
    }

    private func listMachines(_ call: SimulatedCall) throws(DefenderRefusal) -> SimulatedAnswer {
        if script.machines.isEmpty, script.answersEmptyEstateNotFound {
            throw DefenderRefusal(404, "ResourceNotFound", "No machines were found.")
        }
        return try page(call, script.machines.map(shown), "Machines", Self.machineProperties)
    }

    private func listActions(_ call: SimulatedCall) throws(DefenderRefusal) -> SimulatedAnswer {
        let rows = estate.visibleActions(at: call.at).map {
            $0.json(addsUnknown: script.addsUnknownProperties)
        }
        return try page(call, rows, "MachineActions", Self.actionProperties)
    }

    func page(
        _ call: SimulatedCall,
        _ all: [[String: JSONValue]],
        _ kind: String,
        _ filterable: Set<String>
    ) throws(DefenderRefusal) -> SimulatedAnswer {
        let query: ODataQuery
        do throws(ODataQuery.Refusal) {
            guard let fields = SimulatedCall.fields(call.query) else {
                throw ODataQuery.Refusal(text: "The query cannot be decoded.")
            }
            query = try ODataQuery(fields, filterable: filterable)
        } catch {
            throw DefenderRefusal(400, "ODataError", error.text)
        }
        let rows = query.rows(of: all)
        let size = query.top ?? script.pageRows
        let slice = rows.dropFirst(query.skip).prefix(size)
        var list: [String: JSONValue] = [
            "@odata.context": .string(Self.context(kind)),
            "value": .array(slice.map { .object(query.projected($0)) }),
        ]
        if query.counts { list["@odata.count"] = .integer(Int64(rows.count)) }
        if query.top == nil, rows.count > query.skip + size {
            let kept = call.query.split(separator: "&").filter {
                !$0.lowercased().hasPrefix("$skip=") && !$0.lowercased().hasPrefix("%24skip=")
            }
            let fields = (kept.map(String.init) + ["$skip=\(query.skip + size)"]).joined(separator: "&")
            list["@odata.nextLink"] = .string("\(call.base)\(call.path)?\(fields)")
        }
        return .json(200, .object(list))
    }

    func showMachine(_ key: String) throws(DefenderRefusal) -> SimulatedAnswer {
        guard let machine = estate.machine(key) else { throw .noMachine(key) }
        var fields = shown(machine)
        fields["@odata.context"] = .string(Self.context("Machines/$entity"))
        return .json(200, .object(fields))
    }

    func shown(_ machine: SimulatedMachine) -> [String: JSONValue] {
        var fields = machine.fields
        if fields["machineTags"] != nil || !estate.tags(of: machine).isEmpty {
            fields["machineTags"] = .array(estate.tags(of: machine).map { .string($0) })
        }
        if let value = estate.value(of: machine) { fields["deviceValue"] = .string(value) }
        if estate.isOffboarded(machine.id) {
            fields["onboardingStatus"] = "CanBeOnboarded"
            fields["healthStatus"] = "Inactive"
        }
        if script.addsUnknownProperties { fields["futureProperty"] = ["nested": [1, .null, "x"]] }
        return fields
    }

    func entity(_ action: SimulatedAction) -> JSONValue {
        var fields = action.json(addsUnknown: script.addsUnknownProperties)
        fields["@odata.context"] = .string(Self.context("MachineActions/$entity"))
        return .object(fields)
    }

    /// The host is another than the one that is called, as with the real API.
    static func context(_ suffix: String) -> String {
        "https://api-eu3.securitycenter.microsoft.com/api/$metadata#\(suffix)"
    }
}
