import Catalogue
import CurlClient
import JSONReader
import Vocabulary

/// Indicators.
///
/// - Source: `reference/defender-api.md` §§2.6, 4.4.
extension ThingRoute {
    static let indicators: [String: ThingRoute] = [
        "indicators": ThingRoute(
            path: { _ in collection },
            filter: equals([("action", "action"), ("type", "indicatorType")]),
            takesTop: true,
            form: .list,
            columns: listed
        ),
        "indicator": ThingRoute(
            path: { _ in collection },
            filter: { $0.subject.map { .equals("indicatorValue", .text($0)) } },
            form: .list,
            columns: listed
        ),
        "block": setting,
        "warn": setting,
        "audit": setting,
        "allow": setting,
        "indicators-import": ThingRoute(
            method: .post,
            path: { _ in "\(collection)/import" },
            body: { imported($0) },
            form: .list,
            columns: [],
            making: { results($0, of: $1) }
        ),
        "indicator-delete": ThingRoute(
            method: .delete,
            path: about("indicators"),
            form: .empty("The indicator is deleted."),
            columns: [],
            resolution: { byValue($0) }
        ),
    ]

    private static let collection = "/api/indicators"
    private static let listed = [
        "id", "action", "indicatorType", "indicatorValue", "severity", "title", "expirationTime", "createdBy",
    ]
    private static let setting = ThingRoute(
        method: .post,
        path: { _ in collection },
        body: { request in request.subject.flatMap { members($0, of: request) }.map { .object($0) } },
        form: .entity,
        columns: ["id", "action", "indicatorType", "indicatorValue", "severity", "expirationTime"]
    )

    /// Defender's words for ours.
    ///
    /// A block is `Block` for files as well: `BlockAndRemediate` also takes the file off every machine, which
    /// nobody asked for by that word and which deleting the indicator does not undo.
    private static let actions = ["block": "Block", "warn": "Warn", "audit": "Audit", "allow": "Allowed"]

    /// The members of one indicator; nil if it has no end and nobody said that it is to have none.
    ///
    /// Our mark begins the description. Keys of indicators are in camel case.
    private static func members(_ value: String, of request: DefenderRequest) -> [String: JSONValue]? {
        let word = request.parameters[Catalogue.actionParameter] ?? request.action
        let isCertificate =
            request.parameters[Catalogue.indicatorTypeParameter] == Catalogue.certificateType
        guard let value = IndicatorValue(value, isCertificate: isCertificate), let action = actions[word],
            let severity = request.parameters["severity"], let end = end(of: request)
        else { return nil }
        let job = ActionMarker.jobID(in: request.comment)?.text ?? "bascule"
        var members: [String: JSONValue] = [
            "indicatorValue": .string(value.text), "indicatorType": .string(value.kind.rawValue),
            "action": .string(action), "title": .string(request.parameters["title"] ?? "\(word) by \(job)"),
            "description": .string(request.comment), "application": "Bascule",
            "severity": .string(severity), "expirationTime": end,
            // Defender takes no audit without an alert.
            "generateAlert": .bool(word == "audit" || request.parameters["alert"] == "yes"),
        ]
        if let advice = request.parameters["recommend"] { members["recommendedActions"] = .string(advice) }
        return members
    }

    /// When it ends, `null` for never; nil if neither was said, so that nothing lasts for ever by mistake.
    private static func end(of request: DefenderRequest) -> JSONValue? {
        let isForEver = request.parameters[Catalogue.expiryParameter] == Catalogue.never
        if let end = request.endsAt { return isForEver ? nil : .string(end.iso8601) }
        return isForEver ? .null : nil
    }

    private static func values(of request: DefenderRequest) -> [String] {
        IndicatorValue.lines(of: request.parameters[Catalogue.listParameter] ?? "")
    }

    private static func imported(_ request: DefenderRequest) -> JSONValue? {
        let values = values(of: request)
        let all = values.compactMap { members($0, of: request) }
        guard !values.isEmpty, all.count == values.count, values.count <= Catalogue.indicatorsMax else {
            return nil
        }
        return ["Indicators": .array(all.map { .object($0) })]
    }

    /// What came of each: Defender answers 200 also where some, or all, failed.
    ///
    /// One that it says nothing of counts as failed: nobody has said that it is done.
    private static func results(_ body: JSONValue, of request: DefenderRequest) -> Answer? {
        guard let rows = body["value"]?.array else { return nil }
        let asked = values(of: request)
        let done = rows.filter { $0["isFailed"]?.bool == false }
        let doneValues = Set(done.compactMap { $0["indicator"]?.string?.lowercased() })
        let undone = asked.filter { !doneValues.contains($0.lowercased()) }
        let reasons = Dictionary(
            rows.compactMap { row -> (String, String?)? in
                row["indicator"]?.string.map { ($0.lowercased(), AnswerMaking.text(row["failureReason"])) }
            },
            uniquingKeysWith: { first, _ in first }
        )
        let lines = undone.prefix(Answer.linesMax).map { value in
            let reason = reasons[value.lowercased()] ?? nil
            return "\(value.prefix(200)): \(reason ?? "Defender does not say why")"
        }
        let list = AnswerMaking.list(rows, columns: [], mayBeMore: false)
        return Answer(
            columns: [],
            json: list.json,
            lines: lines,
            count: asked.count,
            isCut: list.isCut,
            failures: undone.count
        )
    }

    /// Nil for an indicator that is named by its id: a number of fewer digits than any hash has.
    private static func byValue(_ request: DefenderRequest) -> Resolution? {
        guard let value = request.subject,
            value.utf8.count > 19 || !value.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Resolution(
            path: collection,
            filter: .equals("indicatorValue", .text(value)),
            property: "indicatorValue",
            value: value,
            columns: ["action", "indicatorType", "title"],
            name: "indicator \(value)"
        )
    }
}
