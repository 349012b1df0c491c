import Foundation
import JSONReader
import Simulating
import Testing
import Vocabulary

@testable import Wiring

struct SimulatorScriptReaderTests {
    private func read(_ yaml: String) throws -> SimulatorScript {
        let file = FileManager.default.temporaryDirectory.path + "/script-\(UUID().uuidString).yaml"
        try Data(yaml.utf8).write(to: URL(fileURLWithPath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        return try SimulatorScriptReader.read(file: file)
    }

    private func problems(_ yaml: String) -> [String] {
        do {
            _ = try read(yaml)
            return []
        } catch let problems as SettingsProblems {
            return problems.all.map { "\($0.line):\($0.column) \($0.what)" }
        } catch {
            return ["\(error)"]
        }
    }

    @Test func `a script says what each proof of the application has to be`() throws {
        let script = try read(
            """
            graph-roles: [SecurityAlert.Read.All]
            federated: { issuer: https://issuer.example/, subject: pod, audience: api://x }
            managed-identity: { client: c, object: o, resource: /r, echo: no, expires: in }
            """
        )
        #expect(script.graphRoles == ["SecurityAlert.Read.All"])
        #expect(script.federation.issuer == "https://issuer.example/")
        #expect(script.federation.subject == "pod")
        #expect(script.federation.audience == "api://x")
        #expect(script.identities.client == "c")
        #expect(script.identities.object == "o")
        #expect(script.identities.resource == "/r")
        #expect(script.identities.echoes == false)
        #expect(script.identities.expiry == .after)
        #expect(problems("federated: { isuer: x }") == [#"1:14 federated has no key "isuer""#])
        #expect(
            problems("managed-identity: { expires: never }")
                == [#"1:30 "expires" of managed-identity is "never""#]
        )
    }

    @Test func `live response is read with its library and files`() throws {
        let live = try read(
            """
            live-response:
              enabled: false
              without-automation: [laptop-7.corp.example]
              sessions: 3
              rate: { per-minute: 4 }
              link-lifetime: 60
              result-lifetime: 7
              gzip: false
              library:
                triage.ps1: { content: "x", exit: 3, output: "a\\nb", errors: bad }
                wipe.ps1: { failure: Access is denied., end: Succeeded }
              files: { 'C:\\Temp\\out.txt': "found it" }
            """
        ).liveResponse
        var wanted = LiveResponseScript()
        wanted.isEnabled = false
        wanted.withoutAutomation = ["laptop-7.corp.example"]
        wanted.sessionsMax = 3
        wanted.rate = CallRate(perMinute: 4, perHour: 1_500)
        wanted.linkLifetimeSeconds = 60
        wanted.resultLifetimeSeconds = 7
        wanted.packsFiles = false
        wanted.library = [
            "triage.ps1": LibraryScript(content: "x", exitCode: 3, output: "a\nb", errors: "bad"),
            "wipe.ps1": LibraryScript(failure: "Access is denied.", endAfterFailure: "Succeeded"),
        ]
        wanted.files = [#"C:\Temp\out.txt"#: "found it"]
        #expect(live == wanted)
        #expect(problems("live-response: { library: { a: { exti: 1 } } }").count == 1)
    }

    @Test func `a script is read with every kind of value`() throws {
        let script = try read(
            """
            machines:
              - id: 9b1c77aa02de4f5c8e6610d2b3a4c5d6e7f80912
                computerDnsName: laptop-7.corp.example
                rbacGroupId: 3
                isAadJoined: true
                version: "10"
                aadDeviceId: null
                ipAddresses: [{ ipAddress: 10.0.0.7, type: Ethernet }]
                offline: true
                end: Failed
            alerts: { da1_-2: 9b1c77aa02de4f5c8e6610d2b3a4c5d6e7f80912 }
            actions: { delay: 0.5, end: Succeeded }
            duplicates: alternate
            expired-secret: last-years
            clock-ahead: -600
            rate: { per-minute: 5 }
            package: { quoted: false, lifetime: 2 }
            chat: { channels: [C1] }
            faults:
              - { request: "POST */isolate", nth: 2, kind: status-503, retry-after: 3 }
              - { request: "* /api/*", kind: reset-after }
            """
        )
        #expect(script.expiredSecret == "last-years")
        #expect(script.clockAheadSeconds == -600)
        let machine = try #require(script.machines.first)
        #expect(machine.fields["rbacGroupId"] == 3)
        #expect(machine.fields["isAadJoined"] == true)
        #expect(machine.fields["version"] == "10")
        #expect(machine.fields["aadDeviceId"] == .null)
        #expect(machine.fields["ipAddresses"]?[0]?["ipAddress"] == "10.0.0.7")
        #expect(machine.fields["offline"] == nil)
        #expect(machine.isOffline)
        #expect(machine.course?.end == "Failed")
        #expect(script.actions == ActionCourse(delaySeconds: 0.5))
        #expect(script.duplicates == .alternates)
        #expect(script.rate == CallRate(perMinute: 5, perHour: 1_500))
        #expect(!script.quotesPackageAddress)
        #expect(script.chat.channels == ["C1"])
        #expect(
            script.faults == [
                ScriptedFault(request: "POST */isolate", nth: 2, kind: .status(503), retryAfterSeconds: 3),
                ScriptedFault(request: "* /api/*", kind: .resetAfter),
            ]
        )
    }

    @Test(arguments: [
        ("machnes: []", ["1:1 the script has no key \"machnes\""]),
        ("actions: { dlay: 1 }", ["1:12 actions has no key \"dlay\""]),
        ("actions: { delay: soon }", ["1:19 \"delay\" is \"soon\""]),
        ("faults: [{ request: a, kind: hanging }]", ["1:30 there is no fault \"hanging\""]),
        ("faults: [{ request: a, kind: hang, nth: 0 }]", ["1:41 \"nth\" is \"0\""]),
        ("faults: [{ kind: hang }]", ["1:10 the fault has no \"request\""]),
        ("machines: [{ id: 12, computerDnsName: a }]", ["1:18 the id is not 40 hex digits"]),
        ("machines: [{ osPlatform: Linux }]", ["1:12 the machine has neither id nor computerDnsName"]),
        ("duplicates: sometimes", ["1:13 \"duplicates\" of the script is \"sometimes\""]),
    ])
    func `a mistake is named with its place`(yaml: String, problems: [String]) {
        #expect(self.problems(yaml) == problems)
    }
}
