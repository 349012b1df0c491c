import Defender
import JSONReader
import Simulating
import Testing
import Vocabulary

/// Indicators and alerts between the client and the simulator, over real sockets.
struct IndicatorSimulatorTests {
    private func ask(
        _ tenant: SimulatedTenant,
        _ word: String,
        _ subject: String? = nil
    ) async throws -> Answer {
        try await tenant.client.ask(
            DefenderRequest(action: word, subject: subject, parameters: ["top": "100"])
        )
    }

    private func order(
        _ tenant: SimulatedTenant,
        _ word: String,
        _ subject: String? = nil,
        _ parameters: [String: String] = [:],
        seconds: Int64? = nil,
        on machine: String? = nil
    ) async throws -> Answer {
        let usual = ["severity": "Medium", "type": "as-written", "alert": "yes", "expires": "in-time"]
        return try await tenant.client.order(
            DefenderRequest(
                action: word,
                subject: subject,
                machine: machine.flatMap { MachineID($0) },
                parameters: usual.merging(parameters) { _, new in new },
                endsAt: seconds.map { tenant.clock.now + .seconds($0) },
                comment: "bascule:j-1 mia: SEC-1"
            ),
            deadline: .seconds(10)
        )
    }

    private func rows(_ answer: Answer) throws -> [JSONValue] {
        try JSONReader.read(answer.json, root: .array).array ?? []
    }

    @Test func `an indicator is set, set again under its id, listed, and gone at its end`() async throws {
        try await SimulatedTenant.serve { tenant in
            _ = try await order(tenant, "block", "evil.example", seconds: 60)
            _ = try await order(tenant, "audit", "evil.example", ["severity": "High"], seconds: 600)
            _ = try await order(tenant, "allow", "1.2.3.4", ["expires": "never"])
            let shown = try rows(try await ask(tenant, "indicator", "evil.example"))
            #expect(shown.map { $0["id"] } == ["1"])
            #expect(shown[0]["action"] == "Audit" && shown[0]["generateAlert"] == true)
            #expect(shown[0]["description"] == "bascule:j-1 mia: SEC-1")
            #expect(try await ask(tenant, "indicators").count == 2)
            tenant.clock.advance(700)
            #expect(try rows(try await ask(tenant, "indicators")).map { $0["indicatorValue"] } == ["1.2.3.4"])
        }
    }

    @Test func `an indicator is deleted by value or id, and a second time is not found`() async throws {
        try await SimulatedTenant.serve { tenant in
            _ = try await order(tenant, "block", "evil.example", seconds: 60)
            _ = try await order(tenant, "block", "bad.example", seconds: 60)
            _ = try await order(tenant, "indicator-delete", "evil.example")
            _ = try await order(tenant, "indicator-delete", "2")
            #expect(try await ask(tenant, "indicators").count == 0)
            for subject in ["2", "evil.example"] {
                let error = try await refusal { try await order(tenant, "indicator-delete", subject) }
                #expect(error.kind == .notFound)
            }
        }
    }

    @Test func `an import says which items failed, beyond the limit of the tenant as well`() async throws {
        var script = SimulatedTenant.script()
        script.indicatorsMax = 2
        try await SimulatedTenant.serve(script) { tenant in
            let answer = try await order(
                tenant,
                "indicators-import",
                nil,
                ["list": "a.example\nb.example\nc.example", "action": "block"],
                seconds: 60
            )
            #expect(
                answer.words
                    == "2 of 3 done. 1 failed:\n• c.example: The limit of 2 active indicators is reached."
            )
            let refused = try await refusal { try await order(tenant, "block", "d.example", seconds: 60) }
            #expect(refused.kind == .refused && refused.defenderCode == "InvalidInput")
            // What is there already is changed all the same.
            _ = try await order(tenant, "warn", "a.example", seconds: 60)
        }
    }

    @Test func `an application sees what others set only with the wider permission`() async throws {
        var script = SimulatedTenant.script()
        script.records["indicators"] = [
            [
                "id": "41", "indicatorValue": "theirs.example", "indicatorType": "DomainName",
                "action": "Block", "createdBy": "somebody", "expirationTime": .null,
            ]
        ]
        for (role, seen) in [("Ti.ReadWrite.All", 2), ("Ti.ReadWrite", 1)] {
            script.roles = [role]
            try await SimulatedTenant.serve(script) { tenant in
                _ = try await order(tenant, "block", "ours.example", seconds: 60)
                #expect(try await ask(tenant, "indicators").count == seen)
                guard seen == 1 else { return }
                let error = try await refusal { try await order(tenant, "indicator-delete", "41") }
                #expect(error.kind == .notFound)
            }
        }
    }

    @Test func `without the permission and for networks the simulator refuses`() async throws {
        var script = SimulatedTenant.script()
        script.roles = ["Machine.Read.All"]
        try await SimulatedTenant.serve(script) { tenant in
            for word in ["block", "alerts-update"] {
                let error = try await refusal { try await order(tenant, word, "a.example", seconds: 60) }
                #expect(error.kind == .permission)
            }
            #expect(tenant.executed == 0)
        }
        try await SimulatedTenant.serve { tenant in
            let error = try await refusal { try await order(tenant, "block", "10.0.0.0/8", seconds: 60) }
            #expect(error.defenderCode == "InvalidInput")
        }
    }

    @Test func `several alerts are noted on in one call, all or none`() async throws {
        var script = SimulatedTenant.script()
        script.alerts["da1_2"] = SimulatedTenant.second
        try await SimulatedTenant.serve(script) { tenant in
            let both = "da1_2,da637472900382838869_1364969609"
            let error = try await refusal {
                try await order(tenant, "alerts-update", "da1_2,da9_9", ["status": "Resolved"])
            }
            #expect(error.kind == .notFound)
            #expect(try rows(try await ask(tenant, "alert", "da1_2"))[0]["status"] == "New")
            _ = try await order(tenant, "alerts-update", both, ["status": "Resolved"])
            for id in both.split(separator: ",") {
                let alert = try rows(try await ask(tenant, "alert", String(id)))[0]
                #expect(alert["status"] == "Resolved")
                #expect(alert.at("comments.0.comment")?.string == "bascule:j-1 mia: SEC-1")
            }
        }
    }

    @Test func `the eleventh batch of a minute is throttled`() async throws {
        try await SimulatedTenant.serve { tenant in
            let alert = "da637472900382838869_1364969609"
            for _ in 1...10 { _ = try await order(tenant, "alerts-update", alert, ["status": "Resolved"]) }
            let error = try await refusal {
                try await order(tenant, "alerts-update", alert, ["status": "New"])
            }
            #expect(error.kind == .throttled)
        }
    }

    @Test func `an alert is made of an event, and an open one of the title is added to`() async throws {
        var script = SimulatedTenant.script()
        script.unknownReports = ["404"]
        let parts = [
            "title": "Beacon", "severity": "High", "category": "CommandAndControl",
            "time": "2026-11-02T09:14:07.1234567Z", "report": "20776", "description": "It calls home.",
            "recommend": "Isolate it.",
        ]
        try await SimulatedTenant.serve(script) { tenant in
            let first = try rows(
                try await order(tenant, "alert-create", nil, parts, on: SimulatedTenant.first)
            )[0]
            let again = try rows(
                try await order(tenant, "alert-create", nil, parts, on: SimulatedTenant.first)
            )[0]
            #expect(first["id"] == again["id"] && first["status"] == "New")
            let other = try rows(
                try await order(tenant, "alert-create", nil, parts, on: SimulatedTenant.second)
            )[0]
            #expect(other["id"] != first["id"])
            #expect(try await ask(tenant, "alerts").count == 3)
            let unknown = try await refusal {
                try await order(
                    tenant,
                    "alert-create",
                    nil,
                    parts.merging(["report": "404"]) { _, new in new },
                    on: SimulatedTenant.first
                )
            }
            #expect(unknown.kind == .notFound)
            #expect(tenant.executed == 2)
        }
    }
}
