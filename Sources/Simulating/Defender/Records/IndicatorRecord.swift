import JSONReader
import Vocabulary

/// Indicators as the simulated Defender keeps them, its own reading of the wire.
///
/// Source: `reference/defender-api.md` §§2.6, 4.4, 6.2.
enum IndicatorRecord {
    static let collection = "indicators"
    static let roles = ["Ti.ReadWrite", "Ti.ReadWrite.All"]
    /// With this one, those of others are seen as well.
    static let widerRole = "ti.readwrite.all"
    static let importRate = CallRate(perMinute: 30, perHour: 1_500)
    static let importMax = 500

    static let filterable: Set<String> = [
        "application", "createdByDisplayName", "expirationTime", "generateAlert", "title", "rbacGroupNames",
        "rbacGroupIds", "indicatorValue", "indicatorType", "creationTimeDateTimeUtc", "createdBy", "action",
        "severity",
    ]
    static let keys: Set<String> = [
        "indicatorValue", "indicatorType", "action", "title", "description", "application", "severity",
        "recommendedActions", "expirationTime", "generateAlert", "rbacGroupNames", "educateUrl",
    ]
    private static let types = [
        "FileSha1", "FileSha256", "FileMd5", "CertificateThumbprint", "IpAddress", "DomainName", "Url",
    ]
    private static let actions = ["Warn", "Block", "Audit", "BlockAndRemediate", "Allowed"]
    private static let severities = ["Informational", "Low", "Medium", "High"]
    private static let hashDigits = [
        "FileSha1": 40, "FileSha256": 64, "FileMd5": 32, "CertificateThumbprint": 40,
    ]

    /// What a body sets, checked; members that Defender adds are not in it.
    ///
    /// - Throws: 400 with the member that is missing or wrong.
    static func asked(_ body: [String: JSONValue]) throws(DefenderRefusal) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [:]
        for name in ["indicatorValue", "indicatorType", "action", "title", "description"] {
            guard let text = try MachineOrder.text(name, in: body), !text.isEmpty else {
                throw .missingField(name)
            }
            fields[name] = .string(text)
        }
        for name in ["application", "severity", "recommendedActions", "expirationTime", "educateUrl"] {
            let text = try MachineOrder.text(name, in: body)
            fields[name] = text.map { JSONValue.string($0) } ?? JSONValue.null
        }
        let type = try MachineOrder.allowed(fields["indicatorType"]?.string ?? "", types, "indicatorType")
        let action = try MachineOrder.allowed(fields["action"]?.string ?? "", actions, "action")
        try check(fields["indicatorValue"]?.string ?? "", type)
        if let severity = fields["severity"]?.string {
            _ = try MachineOrder.allowed(severity, severities, "severity")
        }
        if let end = fields["expirationTime"]?.string, Timestamp(iso8601: end) == nil {
            throw DefenderRefusal(400, "InvalidInput", "'\(end)' is not a valid expirationTime.")
        }
        guard let raises = (body["generateAlert"] ?? false).bool else {
            throw DefenderRefusal(400, "InvalidRequestBody", "Request body is incorrect: 'generateAlert'.")
        }
        guard raises || action != "Audit" else {
            throw DefenderRefusal(400, "InvalidInput", "generateAlert must be true for the action Audit.")
        }
        fields["generateAlert"] = .bool(raises)
        return fields
    }

    private static func check(_ value: String, _ type: String) throws(DefenderRefusal) {
        if let digits = hashDigits[type] {
            guard value.utf8.count == digits, value.allSatisfy(\.isHexDigit) else {
                throw DefenderRefusal(400, "InvalidInput", "'\(value)' is not a valid \(type).")
            }
            return
        }
        let isURL = value.lowercased().hasPrefix("http")
        let isFitting =
            switch type {
            case "Url": isURL
            // Networks are not taken.
            case "IpAddress":
                !value.contains("/") && value.allSatisfy { $0.isHexDigit || ".:".contains($0) }
            default: value.contains(".") && !value.contains("/") && !value.contains(":")
            }
        guard isFitting else {
            throw DefenderRefusal(400, "InvalidInput", "'\(value)' is not a valid \(type).")
        }
    }

    /// The entity that comes of a body: the one there is, changed, or a new one.
    static func entity(
        _ asked: [String: JSONValue],
        over old: [String: JSONValue]?,
        id: Int,
        by client: String,
        at stamp: String
    ) -> [String: JSONValue] {
        guard let old else {
            let made: [String: JSONValue] = [
                "id": .string(String(id)), "creationTimeDateTimeUtc": .string(stamp),
                "createdBy": .string(client), "createdByDisplayName": "Simulated application",
                "createdBySource": "PublicApi", "sourceType": "AadApp", "source": .string(client),
                "rbacGroupNames": [], "rbacGroupIds": [], "historicalDetection": false,
                "lastUpdateTime": .string(stamp), "lastUpdatedBy": .null,
            ]
            return made.merging(asked) { _, new in new }
        }
        var changed = old.merging(asked) { _, new in new }
        // It is set only when the indicator is made.
        changed["application"] = old["application"]
        changed["lastUpdateTime"] = .string(stamp)
        changed["lastUpdatedBy"] = .string(client)
        return changed
    }

    static func isActive(_ fields: [String: JSONValue], at now: Timestamp) -> Bool {
        guard let end = fields["expirationTime"]?.string.flatMap({ Timestamp(iso8601: $0) }) else {
            return true
        }
        return now < end
    }
}

extension DefenderService {
    /// Nil for a route that is none of these.
    mutating func answerIndicators(
        _ call: SimulatedCall,
        _ segments: [String],
        _ caller: BearerCheck.Caller
    ) throws(DefenderRefusal) -> SimulatedAnswer? {
        switch (call.method, segments.count, segments.last?.lowercased()) {
        case ("GET", 1, _):
            try admit("indicators", IndicatorRecord.roles, caller, call)
            let rows = indicators(of: caller, at: call.at).reversed().map(shownRecord)
            return try page(call, Array(rows), "Indicators", IndicatorRecord.filterable)
        case ("POST", 1, _):
            try admit("indicators", IndicatorRecord.roles, caller, call)
            let body = try MachineOrder.body(call, keys: IndicatorRecord.keys)
            let entity = try setIndicator(body, caller, call)
            return entityAnswer(entity, "Indicators/$entity", executed: true)
        case ("POST", 2, "import"):
            try admit(
                "indicators/import",
                IndicatorRecord.roles,
                caller,
                call,
                rate: IndicatorRecord.importRate
            )
            return try importIndicators(caller, call)
        case ("GET", 2, _):
            try admit("indicators/{id}", IndicatorRecord.roles, caller, call)
            return entityAnswer(try indicator(segments[1], caller, call), "Indicators/$entity")
        case ("DELETE", 2, _):
            try admit("indicators/{id}", IndicatorRecord.roles, caller, call)
            _ = try indicator(segments[1], caller, call)
            _ = records.remove(IndicatorRecord.collection, is: segments[1])
            return SimulatedAnswer(status: 204, executed: true)
        default: return nil
        }
    }

    /// Those that have not expired and that the caller may see: its own, or all.
    private func indicators(of caller: BearerCheck.Caller, at now: Timestamp) -> [[String: JSONValue]] {
        let seesAll = caller.roles.contains { $0.lowercased() == IndicatorRecord.widerRole }
        return records.rows(IndicatorRecord.collection).filter { row in
            IndicatorRecord.isActive(row, at: now)
                && (seesAll || row["createdBy"]?.string?.lowercased() == caller.client.lowercased())
        }
    }

    private func indicator(
        _ id: String,
        _ caller: BearerCheck.Caller,
        _ call: SimulatedCall
    ) throws(DefenderRefusal) -> [String: JSONValue] {
        let found = indicators(of: caller, at: call.at).first { $0["id"]?.string == id }
        guard let found else {
            throw DefenderRefusal(404, "ResourceNotFound", "Indicator \(id) was not found")
        }
        return found
    }

    /// Makes an indicator, or changes the one with the same value and type.
    private mutating func setIndicator(
        _ body: [String: JSONValue],
        _ caller: BearerCheck.Caller,
        _ call: SimulatedCall
    ) throws(DefenderRefusal) -> [String: JSONValue] {
        let asked = try IndicatorRecord.asked(body)
        let all = records.rows(IndicatorRecord.collection)
        let active = all.filter { IndicatorRecord.isActive($0, at: call.at) }
        let old = active.first {
            $0["indicatorValue"]?.string?.lowercased() == asked["indicatorValue"]?.string?.lowercased()
                && $0["indicatorType"] == asked["indicatorType"]
        }
        guard old != nil || active.count < script.indicatorsMax else {
            throw DefenderRefusal(
                400,
                "InvalidInput",
                "The limit of \(script.indicatorsMax) active indicators is reached."
            )
        }
        let last = all.compactMap { $0["id"]?.string.flatMap { Int($0) } }.max() ?? 0
        let entity = IndicatorRecord.entity(
            asked,
            over: old,
            id: last + 1,
            by: caller.client,
            at: SimulatedAction.stamp(call.at)
        )
        if old == nil {
            records.append(entity, to: IndicatorRecord.collection)
        } else {
            records.replace(entity, in: IndicatorRecord.collection)
        }
        return entity
    }

    /// 200 with a result for each, also where some, or all, fail.
    private mutating func importIndicators(
        _ caller: BearerCheck.Caller,
        _ call: SimulatedCall
    ) throws(DefenderRefusal) -> SimulatedAnswer {
        let body = try MachineOrder.body(call, keys: ["Indicators"])
        guard let items = body["Indicators"]?.array, !items.isEmpty else {
            throw .missingField("Indicators")
        }
        guard items.count <= IndicatorRecord.importMax else {
            throw DefenderRefusal(
                400,
                "MaximumBatchSizeExceeded",
                "Maximum batch size exceeded. Received: \(items.count), allowed: \(IndicatorRecord.importMax)."
            )
        }
        var results: [JSONValue] = []
        var isAnyDone = false
        for item in items {
            let value = item["indicatorValue"] ?? .null
            do throws(DefenderRefusal) {
                let entity = try setIndicator(item.object ?? [:], caller, call)
                isAnyDone = true
                results.append([
                    "id": entity["id"] ?? .null, "indicator": value, "isFailed": false,
                    "failureReason": .null,
                ])
            } catch {
                results.append([
                    "id": .null, "indicator": value, "isFailed": true, "failureReason": .string(error.text),
                ])
            }
        }
        let context = Self.context("Collection(microsoft.windowsDefenderATP.api.ImportIndicatorResult)")
        return .json(
            200,
            ["@odata.context": .string(context), "value": .array(results)],
            executed: isAnyDone
        )
    }
}
