package import JSONReader
package import Vocabulary

/// What the business rule of `deploy/sources/servicenow.md` sends of a record.
///
/// ServiceNow has no webhook of its own. The rule's script signs as Standard Webhooks, so that time and id are
/// signed as well; `updated_by` is the account that changed the record.
///
/// Source: `reference/webhook-sources.md` §4.4.
package struct ServiceNow: TicketReader {
    package static let kind = SourceKind("servicenow", isChat: false, provesPerson: true)

    package let reading: SourceReading

    package init(_ reading: SourceReading) {
        self.reading = reading
    }

    package static func read(
        _ body: JSONValue,
        of delivery: VerifiedDelivery
    ) throws(Unreadable) -> TicketEvent? {
        guard let table = body["table"]?.string, isTable(table) else {
            throw Unreadable("servicenow.no-table", "The event does not name the table of its record.")
        }
        guard let record = body["sys_id"]?.string, isRecord(record) else {
            throw Unreadable("servicenow.no-record", "The event's sys_id is not 32 hex digits.")
        }
        var event = TicketEvent(actor: actor(of: body))
        event.happenedAt = try TicketField.time(body["updated_on"], kind)
        event.ticket = body["number"]?.string.flatMap { isNumber($0) ? $0 : nil }
        event.place = .project(table)
        event.replyTo = .at(["table": table, "record": record])
        let after = TicketField.texts(body.at("state.current.display_value"), body.at("state.current.value"))
        let before = TicketField.texts(
            body.at("state.previous.display_value"),
            body.at("state.previous.value")
        )
        // The rule tells both states of every change, also of one that left the state alone.
        let values = (body.at("state.current.value"), body.at("state.previous.value"))
        if values.0 == nil || values.1 == nil ? after != before : values.0 != values.1 {
            event.statusTo = after
            event.statusFrom = before
        }
        event.comment = try comment(of: body)
        return event
    }

    /// A record of a table that the settings do not list was sent by a rule that nobody here knows of.
    package func refusal(of body: JSONValue) -> Classification? {
        guard let table = body["table"]?.string, !reading.tenants.contains(table) else { return nil }
        return .refused(
            code: "servicenow.table-not-listed",
            words: "The record is of a table that the settings do not list.",
            answeredBy: .response
        )
    }

    /// `event_id`, for scripts that sign without an id of their own.
    package static func senderKey(of delivery: VerifiedDelivery) -> String? {
        guard let body = try? JSONReader.read(delivery.body, root: .object) else { return nil }
        return body["event_id"]?.string.flatMap { (1...200).contains($0.utf8.count) ? $0 : nil }
    }

    private static func actor(of body: JSONValue) -> TicketEvent.Actor? {
        guard let identity = TicketField.identity(body["updated_by"]) else { return nil }
        let people = [body["caller"], body["assigned_to"]].compactMap { $0 }
        let person = people.first { $0["user_name"]?.string == identity }
        return TicketEvent.Actor(identity, shownName: person?["name"]?.string)
    }

    private static func comment(of body: JSONValue) throws(Unreadable) -> String? {
        guard let comment = body["comment"], !comment.isNull else { return nil }
        guard let text = comment.string else {
            throw Unreadable("servicenow.malformed-comment", "The event's comment is not text.")
        }
        return text
    }

    private static func isTable(_ text: String) -> Bool {
        text.wholeMatch(of: /[a-z][a-z0-9_]{0,79}/) != nil
    }

    private static func isRecord(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9a-f]{32}/) != nil
    }

    private static func isNumber(_ text: String) -> Bool {
        text.wholeMatch(of: /[A-Za-z0-9_-]{1,40}/) != nil
    }
}
