import JSONReader
import Testing
import Vocabulary

@testable import Classifying

/// Freshservice, TheHive, Opsgenie, Sentinel, Zammad and Splunk: the samples, and what is near them.
struct DeskTests {
    private static let place = SourceName("desk")

    private static func route(
        _ trigger: Trigger? = nil,
        when: String? = nil,
        machine: String
    ) throws -> Route {
        try Route(
            name: "contain",
            when: when,
            trigger: trigger,
            action: "isolate",
            machine: machine,
            duration: .word("8h")
        )
    }

    private static func classifier(_ reader: any SourceReader.Type, _ routes: Route...) -> Classifier {
        Classifier(SourceReading(name: place, reader: reader, routes: routes))
    }

    private func sample(_ name: String, _ reader: any SourceReader.Type) throws -> VerifiedDelivery {
        verified(try Payload.bytes(name), kind: reader.kind, source: Self.place)
    }

    /// The sample with one text in place of another, which must be there.
    private func changed(
        _ name: String,
        _ reader: any SourceReader.Type,
        _ changes: (String, String)...
    ) throws -> VerifiedDelivery {
        var text = String(decoding: try Payload.bytes(name), as: UTF8.self)
        for (old, new) in changes {
            try #require(text.contains(old), "\(old) is not in \(name)")
            text = text.replacing(old, with: new)
        }
        return verified(Array(text.utf8), kind: reader.kind, source: Self.place)
    }

    private static func isolating(_ machine: String, ticket: String, by asker: Asker = .service) -> Intent {
        Intent(
            source: place,
            asker: asker,
            request: .action(
                ActionRequest(action: "isolate", subject: .hostName(machine), duration: TimeBox("8h"))
            ),
            ticket: ticket,
            route: "contain"
        )
    }

    // MARK: Freshservice

    @Test func `a Freshservice ticket moved to Contain is the intent that the reference expects`()
        async throws
    {
        let name = "freshservice_workflow.json"
        let expected = try Payload.expected(name)
        let route = try Self.route(
            .statusChangedTo(try #require(expected.at("status.to")?.string)),
            machine: ".freshservice_webhook.ticket_cf_host_name"
        )
        let classifier = Self.classifier(Freshservice.self, route)
        let host = try #require(expected.at("custom.ticket_cf_host_name")?.string)
        let ticket = try #require(expected["ticket"]?.string)
        let other = try changed(name, Freshservice.self, ("\"Contain\"", "\"Contained\""))
        let desk = try changed(name, Freshservice.self, ("freshservice_webhook", "freshdesk_webhook"))
        #expect(
            try await Self.classifier(Freshservice.self, route)
                .classified(try sample(name, Freshservice.self), other)
                == [.intents([Self.isolating(host, ticket: ticket)]), .unmatched]
        )
        let dated = try Self.route(machine: ".freshdesk_webhook.ticket_cf_host_name")
        #expect(
            try await Self.classifier(Freshservice.self, dated).classified(desk)
                == [.intents([Self.isolating(host, ticket: ticket)])]
        )
        #expect(classifier.senderKey(of: desk) == nil)
    }

    @Test func `a body that the workflow's author wrote is any JSON`() async throws {
        let route = try Self.route(when: ".do == \"contain\"", machine: ".host")
        let body = verified(#"{"do":"contain","host":"ws-1"}"#, kind: Freshservice.kind)
        let found = try await Self.classifier(Freshservice.self, route).classified(body)
        #expect(found.first?.intents.map(\.ticket) == [nil])
        #expect(found.first?.intents.map(\.asker) == [.service])
    }

    @Test(arguments: [
        (#""INC-5158""#, #""INC-5158/../1""#, "freshservice.malformed-field"),
        (#""INC-5158""#, "true", "freshservice.malformed-field"),
        (#""INC-5158""#, "-5", "freshservice.malformed-field"),
        (#""Contain""#, "[]", "freshservice.malformed-field"),
        (#""2026-08-31T10:44:18Z""#, #""yesterday""#, "freshservice.malformed-field"),
        (#""2026-08-31T10:44:18Z""#, #""2026-08-29T10:44:18Z""#, "stale"),
    ])
    func `a Freshservice field of another form is not guessed at`(
        old: String,
        new: String,
        code: String
    ) async throws {
        let route = try Self.route(
            .statusChangedTo("Contain"),
            machine: ".freshservice_webhook.ticket_cf_host_name"
        )
        let delivery = try changed("freshservice_workflow.json", Freshservice.self, (old, new))
        let found = try await Self.classifier(Freshservice.self, route).classified(delivery)
        #expect(found.map(\.unreadableCode) == [code])
    }

    // MARK: Sentinel

    @Test func `a new Sentinel incident has its status, its labels and its workspace`() async throws {
        let name = "extra_sentinel_incident.json"
        let machine =
            ".object.properties.relatedEntities[] | select(.kind == \"Host\") | .properties.hostName"
        var wanted = Self.isolating("ws-0142", ticket: "84")
        wanted.place = .project("law-soc")
        for trigger in [Trigger.labelAdded("contain"), .statusChangedTo("New")] {
            let classifier = Self.classifier(Sentinel.self, try Self.route(trigger, machine: machine))
            let update = try changed(name, Sentinel.self, ("\"Create\"", "\"Update\""))
            #expect(
                try await classifier.classified(try sample(name, Sentinel.self), update)
                    == [.intents([wanted]), .unmatched]
            )
        }
        let asked = Self.classifier(
            Sentinel.self,
            try Self.route(when: ".objectEventType == \"Update\"", machine: machine)
        )
        let update = try changed(
            name,
            Sentinel.self,
            ("\"Create\"", "\"Update\""),
            ("2026-08-31T10:40:41", "2026-08-01T10:40:41")
        )
        #expect(try await asked.classified(update) == [.intents([wanted])])
        #expect(asked.senderKey(of: update) == "0b2a1f3c-5a5d-4c58-9a55-7a6a3d3d0e11")
    }

    @Test(arguments: [
        ("84,", "\"84\",", "sentinel.malformed-field"), ("\"law-soc\"", "7", "sentinel.malformed-field"),
        ("\"contain\"", "7", "sentinel.malformed-field"),
        ("2026-08-31T10:40:41", "2026-08-01T10:40:41", "stale"),
    ])
    func `a Sentinel field of another form is not guessed at`(
        old: String,
        new: String,
        code: String
    ) async throws {
        let delivery = try changed("extra_sentinel_incident.json", Sentinel.self, (old, new))
        let route = try Self.route(.labelAdded("contain"), machine: "\"ws-1\"")
        #expect(
            try await Self.classifier(Sentinel.self, route).classified(delivery).map(\.unreadableCode) == [
                code
            ]
        )
    }

    // MARK: TheHive

    @Test func `a TheHive update says only what it changed`() async throws {
        let name = "extra_thehive_case_update.json"
        let host = "\"ws-0142\""
        var wanted = Self.isolating("ws-0142", ticket: "482")
        wanted.place = .project("aster")
        let status = Self.classifier(
            TheHive.self,
            try Self.route(.statusChangedTo("inprogress"), machine: host)
        )
        let untouched = try changed(
            name,
            TheHive.self,
            ("\"operation\": \"Update\"", "\"operation\": \"Delete\"")
        )
        #expect(
            try await status.classified(try sample(name, TheHive.self), untouched)
                == [.intents([wanted]), .unmatched]
        )
        let label = Self.classifier(TheHive.self, try Self.route(.labelAdded("contain"), machine: host))
        let made = try changed(name, TheHive.self, ("\"Update\"", "\"Create\""))
        #expect(
            try await label.classified(try sample(name, TheHive.self), made) == [
                .unmatched, .intents([wanted]),
            ]
        )
        #expect(label.senderKey(of: made) == "9f7ab0e0c8b1d2f3:-5a1b2c3d:1990f0f0f0f:-8000:411:~122896536")
    }

    @Test(arguments: [
        ("\"operation\"", "\"operations\"", "thehive.no-operation"),
        ("\"caseId\": 482", "\"caseId\": \"482\"", "thehive.malformed-field"),
        ("1788173062000", "1788173062000.5", "thehive.malformed-field"),
        ("1788173062000", "1688173062000", "stale"),
        ("\"details\": {", "\"details\": 7, \"x\": {", nil),
    ])
    func `a TheHive field of another form is not guessed at`(
        old: String,
        new: String,
        code: String?
    ) async throws {
        let delivery = try changed("extra_thehive_case_update.json", TheHive.self, (old, new))
        let route = try Self.route(.statusChangedTo("InProgress"), machine: "\"ws-1\"")
        #expect(
            try await Self.classifier(TheHive.self, route).classified(delivery).map(\.unreadableCode) == [
                code
            ]
        )
    }

    // MARK: Opsgenie

    @Test func `a note in Opsgenie is a command, and an action is what the route asks for`() async throws {
        let name = "extra_opsgenie_alert.json"
        let commands = Self.classifier(
            Opsgenie.self,
            Route(name: "notes", commentCommand: "bascule"),
            try Self.route(when: ".action == \"Contain\"", machine: ".alert.entity")
        )
        let note = try changed(name, Opsgenie.self, ("please isolate", "bascule isolate ws-0142 for 8h"))
        var wanted = Self.isolating("ws-0142", ticket: "454")
        wanted.place = .project("SOC")
        let contain = try changed(name, Opsgenie.self, ("\"AddNote\"", "\"Contain\""))
        let found = try await commands.classified(try sample(name, Opsgenie.self), note, contain)
        #expect(found[0] == .unmatched)
        #expect(found[1].intents.map(\.request) == [wanted.request])
        #expect(found[1].intents.map(\.asker) == [.service])
        #expect(found[2] == .intents([wanted]))
        #expect(
            commands.senderKey(of: contain)
                == "80bb6520-7359-4828-a845-b5648e0d6d8f-1788173060000:Contain:1788173060000000000"
        )
    }

    @Test(arguments: [
        ("1788173060000000000", "1788173060000", "stale"),
        ("\"454\"", "454", "opsgenie.malformed-field"), ("\"AddNote\"", "\"\"", "opsgenie.no-action"),
        ("\"alert\": {", "\"alarm\": {", "opsgenie.no-action"),
    ])
    func `an Opsgenie field of another form is not guessed at`(
        old: String,
        new: String,
        code: String
    ) async throws {
        let delivery = try changed("extra_opsgenie_alert.json", Opsgenie.self, (old, new))
        let route = try Self.route(machine: "\"ws-1\"")
        #expect(
            try await Self.classifier(Opsgenie.self, route).classified(delivery).map(\.unreadableCode) == [
                code
            ]
        )
    }

    // MARK: Zammad

    /// The sample does not say who wrote the note; Zammad does.
    private static let author = ("\"sender\": \"Agent\"", "\"sender\": \"Agent\",\n    \"created_by_id\": 8")

    @Test func `a note of an agent in Zammad is a command of that account`() async throws {
        let name = "extra_zammad_ticket.json"
        let classifier = Self.classifier(Zammad.self, Route(name: "contain", commentCommand: "isolate"))
        let word = Self.classifier(Zammad.self, Route(name: "contain", commentCommand: "bascule"))
        let told = try changed(
            name,
            Zammad.self,
            Self.author,
            ("\"isolate ws-0142\"", "\"bascule isolate ws-0142 for 8h\"")
        )
        var wanted = Self.isolating("ws-0142", ticket: "10081", by: .identity("8"))
        wanted.askerShownName = "maya.okafor@aster.example"
        wanted.place = .project("SOC")
        #expect(try await word.classified(told) == [.intents([wanted])])
        let html = try changed(
            name,
            Zammad.self,
            Self.author,
            (
                "\"isolate ws-0142\"",
                "\"<div>bascule isolate&nbsp;ws-0142 <b>for 8h</b></div><blockquote>bascule isolate dc-1</blockquote>\""
            ),
            ("text/plain", "text/html")
        )
        #expect(try await word.classified(html) == [.intents([wanted])])
        // The word alone is no command of the grammar.
        guard
            case .notUnderstood = try await classifier.classified(try changed(name, Zammad.self, Self.author))
                .first
        else {
            Issue.record("\"ws-0142\" was understood")
            return
        }
    }

    @Test(arguments: [
        ("\"note\"", "\"email\""), ("\"note\"", "\"telegram personal-message\""),
        ("\"Agent\"", "\"Customer\""),
        ("2026-08-31T10:44:20.318Z", "2026-08-31T09:44:20.318Z"), ("text/plain", "text/rtf"),
        ("\"note\"", "\"web\""), ("\"created_by_id\": 8", "\"created_by_id\": 9"),
        (",\n    \"created_by_id\": 8", ""),
    ])
    func `what somebody else may have written is no command`(old: String, new: String) async throws {
        let classifier = Self.classifier(Zammad.self, Route(name: "contain", commentCommand: "bascule"))
        let delivery = try changed(
            "extra_zammad_ticket.json",
            Zammad.self,
            Self.author,
            ("\"isolate ws-0142\"", "\"bascule isolate ws-0142 for 8h\""),
            (old, new)
        )
        #expect(try await classifier.classified(delivery) == [.unmatched])
    }

    @Test func `another account or another word is another intent, and our own are none`() async throws {
        let name = "extra_zammad_ticket.json"
        let reading = SourceReading(
            name: Self.place,
            reader: Zammad.self,
            ownAccounts: ["77"],
            routes: [Route(name: "contain", commentCommand: "bascule")]
        )
        let actor = "\"updated_by\": {\n      \"id\": 8"
        func told(_ words: String, by account: String) throws -> VerifiedDelivery {
            try changed(
                name,
                Zammad.self,
                (Self.author.0, Self.author.1.replacing("8", with: account)),
                ("\"isolate ws-0142\"", "\"\(words)\""),
                (actor, "\"updated_by\": {\n      \"id\": \(account)")
            )
        }
        let found = try await Classifier(reading).classified(
            try told("bascule isolate ws-0142", by: "9"),
            try told("bascule isolate ws-0143", by: "8"),
            try told("bascule isolate ws-0142", by: "77"),
            try told("bascule isolate ws-0142\\n[bascule:j-1/job.done/7]", by: "8")
        )
        #expect(found[0].intents.map(\.asker) == [.identity("9")])
        guard case .action(let request)? = found[1].intents.first?.request else {
            Issue.record("\(found[1])")
            return
        }
        #expect(request.subject == .hostName("ws-0143"))
        #expect(found[2...] == [.own, .own])
    }

    @Test func `a state that a mail brought about is nobody's, and one set by hand is`() async throws {
        let name = "extra_zammad_ticket.json"
        let classifier = Self.classifier(
            Zammad.self,
            try Self.route(.statusChangedTo("contain"), machine: "\"ws-0142\"")
        )
        let moved = try changed(name, Zammad.self, ("\"open\"", "\"Contain\""))
        let mailed = try changed(name, Zammad.self, ("\"open\"", "\"Contain\""), ("\"note\"", "\"email\""))
        let nested = try changed(name, Zammad.self, ("\"open\"", "{\"id\": 7, \"name\": \"Contain\"}"))
        let nobody = try changed(
            name,
            Zammad.self,
            ("\"open\"", "\"Contain\""),
            ("\"updated_by\"", "\"touched_by\"")
        )
        let found = try await classifier.classified(moved, mailed, nested, nobody)
        #expect(found[0].intents.map(\.asker) == [.identity("8")])
        #expect(found[1] == .unmatched)
        #expect(found[2].intents.map(\.asker) == [.identity("8")])
        #expect(found[3].unreadableCode == "zammad.no-actor")
    }

    @Test(arguments: [
        ("\"ticket\": {", "\"tickets\": {", "zammad.no-ticket"),
        ("\"number\": \"10081\"", "\"number\": 10081", "zammad.malformed-field"),
        (
            "\"id\": 8,\n      \"email\": \"maya.okafor@aster.example\"\n    },\n    \"created_at\"",
            "\"id\": \"8\"},\n    \"created_at\"", "zammad.malformed-field"
        ),
        ("2026-08-31T10:44:20.333Z", "2026-08-29T10:44:20.333Z", "stale"),
    ])
    func `a Zammad field of another form is not guessed at`(
        old: String,
        new: String,
        code: String
    ) async throws {
        let delivery = try changed("extra_zammad_ticket.json", Zammad.self, (old, new))
        let route = try Self.route(machine: "\"ws-1\"")
        #expect(
            try await Self.classifier(Zammad.self, route).classified(delivery).map(\.unreadableCode) == [code]
        )
    }

    // MARK: Splunk

    @Test func `a Splunk alert is asked for by the service of its source`() async throws {
        let route = try Self.route(when: ".search_name == \"C2 beacon over proxy\"", machine: ".result.host")
        let found = try await Self.classifier(Splunk.self, route)
            .classified(try sample("extra_splunk_alert.json", Splunk.self))
        var wanted = Self.isolating("ws-0142", ticket: "")
        wanted.ticket = nil
        #expect(found == [.intents([wanted])])
    }
}

struct MarkedTextTests {
    @Test(arguments: [
        ("bascule isolate ws-1", "bascule isolate ws-1"), ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>a</p><p>b</p>", "\na\n\nb\n"),
        ("a &amp; b &lt;c&gt; &quot;d&quot; &#39;e&#x27;", "a & b <c> \"d\" 'e'"),
        ("x<blockquote>y<blockquote>z</blockquote>y</blockquote>w", "x\n\n\n\nw"),
        ("a&b &unknown; &#0; &", "a&b &unknown; &#0; &"),
        ("a < b", "a "), ("<span style=\"x\">a</span>\r\nb", "a b"), ("<script>x</script>", "\n\n"), ("", ""),
    ])
    func `text comes out of its markup`(html: String, text: String) {
        #expect(MarkedText.plain(html) == text)
    }
}
