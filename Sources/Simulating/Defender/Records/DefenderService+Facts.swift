import JSONReader

/// Look-ups about what is known of machines, alerts, files, addresses, domains, users and software.
extension DefenderService {
    /// Rows of `vulnerabilities` at most; other lists give more.
    static let vulnerabilitiesMax = 8_000
    /// Hours a statistic looks back at most.
    static let lookBackMax = 720

    /// Nil for a path that is none of these.
    mutating func answerFact(
        _ call: SimulatedCall,
        _ segments: [String],
        _ caller: BearerCheck.Caller
    ) throws(DefenderRefusal) -> SimulatedAnswer? {
        guard call.method == "GET", let route = FactRoute.of(segments.map { $0.lowercased() }) else {
            return nil
        }
        let rate = route.rate.map { own in
            CallRate(
                perMinute: min(own.perMinute, script.rate.perMinute),
                perHour: min(own.perHour, script.rate.perHour)
            )
        }
        try admit(route.name, route.roles, caller, call, rate: rate)
        let finder = FactFinder(records: records, machines: script.machines)
        switch try finder.find(route, segments.count > 1 ? segments[1] : "") {
        case .row(let row, let context):
            if route.question == "stats" { try checkLookBack(call) }
            return entityAnswer(FactFinder.shown(row), context)
        case .machines(let found):
            return try page(call, found.map(shown), "Machines", [])
        case .rows(let rows, let context, let filterable):
            if route.name == "vulnerabilities" { try checkTop(call) }
            return try page(call, rows.map { shownRecord(FactFinder.shown($0)) }, context, filterable)
        }
    }

    /// `findbytag`: the machines that carry a tag, or one that begins with it.
    mutating func findByTag(
        _ call: SimulatedCall,
        _ caller: BearerCheck.Caller
    ) throws(DefenderRefusal) -> SimulatedAnswer {
        try admit("machines/findbytag", Self.reading, caller, call)
        let fields = call.queryFields
        guard let tag = fields.first(where: { $0.name.lowercased() == "tag" })?.value.lowercased(),
            !tag.isEmpty
        else { throw .missingField("tag") }
        let isStart = fields.contains {
            $0.name.lowercased() == "usestartswithfilter" && $0.value.lowercased() == "true"
        }
        let found = script.machines.filter { machine in
            estate.tags(of: machine).contains { carried in
                isStart ? carried.lowercased().hasPrefix(tag) : carried.lowercased() == tag
            }
        }
        return try page(call, found.map(shown), "Machines", [])
    }

    private func checkLookBack(_ call: SimulatedCall) throws(DefenderRefusal) {
        guard let text = call.queryFields.first(where: { $0.name.lowercased() == "lookbackhours" })?.value
        else { return }
        guard let hours = Int(text), (1...Self.lookBackMax).contains(hours) else {
            throw DefenderRefusal(400, "InvalidInput", "lookBackHours must be 1 to \(Self.lookBackMax).")
        }
    }

    private func checkTop(_ call: SimulatedCall) throws(DefenderRefusal) {
        guard let text = call.queryFields.first(where: { $0.name.lowercased() == "$top" })?.value,
            let top = Int(text), top > Self.vulnerabilitiesMax
        else { return }
        throw DefenderRefusal(
            400,
            "ODataError",
            "Invalid value '\(top)' for $top query option; the limit is \(Self.vulnerabilitiesMax)."
        )
    }
}
