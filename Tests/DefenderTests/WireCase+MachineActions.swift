import Catalogue
import Defender
import Testing
import Vocabulary

extension WireCase {
    private static let id = "9b1c77aa02de4f5c8e6610d2b3a4c5d6e7f80912"
    private static let action = "0f5c2a6e-7b1d-4c33-9a57-3d2b8e41c9aa"

    static let machineActions: [WireCase] = [
        posted(
            "isolate Full",
            "isolate",
            ["type": "Full"],
            "isolate",
            #"{"Comment":"case 4711: contain host","IsolationType":"Full"}"#,
            answers: ("Isolate", #""Full""#)
        ),
        posted(
            "isolate Selective",
            "isolate",
            ["type": "Selective"],
            "isolate",
            #"{"Comment":"case 4711: contain host","IsolationType":"Selective"}"#,
            answers: ("Isolate", #""Selective""#)
        ),
        // What scope is shown of a device that is not onboarded is documented nowhere: one that nobody knows.
        posted(
            "isolate UnManagedDevice",
            "isolate",
            ["type": "UnManagedDevice"],
            "isolate",
            #"{"Comment":"case 4711: contain host","IsolationType":"UnManagedDevice"}"#,
            answers: ("Isolate", #""Contained""#)
        ),
        posted("release", "release", [:], "unisolate", plain, answers: ("Unisolate", "null")),
        posted(
            "restrict",
            "restrict",
            [:],
            "restrictCodeExecution",
            plain,
            answers: ("RestrictCodeExecution", "null")
        ),
        posted(
            "unrestrict",
            "unrestrict",
            [:],
            "unrestrictCodeExecution",
            plain,
            answers: ("UnrestrictCodeExecution", "null")
        ),
        posted(
            "scan Quick",
            "scan",
            ["type": "Quick"],
            "runAntiVirusScan",
            #"{"Comment":"case 4711: contain host","ScanType":"Quick"}"#,
            answers: ("RunAntiVirusScan", #""Quick""#)
        ),
        posted(
            "scan Full",
            "scan",
            ["type": "Full"],
            "runAntiVirusScan",
            #"{"Comment":"case 4711: contain host","ScanType":"Full"}"#,
            answers: ("RunAntiVirusScan", #""Full""#)
        ),
        posted(
            "collect",
            "collect",
            [:],
            "collectInvestigationPackage",
            plain,
            answers: ("CollectInvestigationPackage", "null")
        ),
        posted(
            "quarantine-file",
            "quarantine-file",
            ["sha1": "4e1243bd22c66e76c2ba9eddc1f91394e57f9f83"],
            "StopAndQuarantineFile",
            #"{"Comment":"case 4711: contain host","Sha1":"4e1243bd22c66e76c2ba9eddc1f91394e57f9f83"}"#,
            answers: ("StopAndQuarantineFile", "null")
        ),
        // The page says "200 - Created".
        posted("offboard", "offboard", [:], "offboard", plain, status: 200, answers: ("Offboard", "null")),
        changed("tag", "tag", ["tag": "VIP"], "tags", #"{"Action":"Add","Value":"VIP"}"#),
        changed("untag", "untag", ["tag": "VIP"], "tags", #"{"Action":"Remove","Value":"VIP"}"#),
        changed(
            "set-value Normal",
            "set-value",
            ["value": "Normal"],
            "setDeviceValue",
            #"{"DeviceValue":"Normal"}"#
        ),
        changed("set-value Low", "set-value", ["value": "Low"], "setDeviceValue", #"{"DeviceValue":"Low"}"#),
        changed(
            "set-value High",
            "set-value",
            ["value": "High"],
            "setDeviceValue",
            #"{"DeviceValue":"High"}"#
        ),
        WireCase(
            name: "cancel",
            path: "/api/machineactions/\(action)/cancel",
            body: plain,
            status: 200,
            answer: recorded("Isolate", #""Full""#, "Cancelled"),
            result: "asked",
            readsAnswer: false
        ) { client in
            try await client.cancel(
                actionID: action,
                comment: "case 4711: contain host",
                priority: .action
            )
            return "asked"
        },
        WireCase(
            name: "status: the machine",
            path: "/api/machines/\(id)",
            body: nil,
            status: 200,
            answer: machine,
            result: shownMachine
        ) { client in
            shown(try await client.machine(try Bench.machineID(), priority: .question))
        },
        WireCase(
            name: "status: its actions",
            path: "/api/machineactions?$filter=machineId eq '\(id)'&$top=1000",
            body: nil,
            status: 200,
            answer:
                #"{"@odata.context":"https://api-us3.securitycenter.microsoft.com/api/$metadata#MachineActions","#
                + #""value":[\#(recorded("LiveResponse", "null", "Dreaming"))]}"#,
            result:
                "LiveResponse none Dreaming of ws-0042.corp.example by b7d1f0c2-11aa-4c1e-9c55-2f6f0a9e7d31"
        ) { client in
            let filter = ActionFilter(machine: try Bench.machineID())
            let page = try await client.actions(filter, priority: .question)
            return page.actions.map(shown).joined(separator: "; ")
        },
        WireCase(
            name: "watching: one action",
            path: "/api/machineactions/\(action)",
            body: nil,
            status: 200,
            answer: recorded("CollectInvestigationPackage", "null", "Succeeded"),
            result: "CollectInvestigationPackage none Succeeded of ws-0042.corp.example "
                + "by b7d1f0c2-11aa-4c1e-9c55-2f6f0a9e7d31"
        ) { client in
            shown(try await client.action(action, priority: .watching))
        },
        WireCase(
            name: "collect: where the package is",
            path: "/api/machineactions/\(action)/getPackageUri",
            body: nil,
            status: 200,
            answer: #"{"@odata.context":"https://api.securitycenter.microsoft.com/api/$metadata#Edm.String","#
                + #""value":"\"https://userrequests-us.example:443/safedownload/p.zip?token=a%2Bb\""}"#,
            result: "https://userrequests-us.example:443/safedownload/p.zip?token=a%2Bb"
        ) { client in
            try await client.packageAddress(actionID: action).withText { $0 }
        },
    ]

    // MARK: Parts

    private static let plain = #"{"Comment":"case 4711: contain host"}"#

    /// A machine action as §3.4 has it, with a type, a scope and a status, and with fields that no page knows.
    private static func recorded(_ type: String, _ scope: String, _ status: String) -> String {
        """
        {
          "@odata.context": "https://api-eu3.securitycenter.microsoft.com/api/$metadata#MachineActions/$entity",
          "id": "\(action)",
          "type": "\(type)", "title": null, "scope": \(scope),
          "requestor": "b7d1f0c2-11aa-4c1e-9c55-2f6f0a9e7d31",
          "requestorComment": "case 4711: contain host",
          "requestSource": "PublicApi", "externalId": null,
          "status": "\(status)",
          "machineId": "\(id)",
          "computerDnsName": "ws-0042.corp.example",
          "creationDateTimeUtc": "2026-11-02T09:14:07.1234567Z",
          "lastUpdateDateTimeUtc": "2026-11-02T09:14:07.1234567Z",
          "cancellationRequestor": null, "cancellationComment": null, "cancellationDateTimeUtc": null,
          "errorHResult": 0, "troubleshootInfo": null, "relatedFileInfo": null, "commands": [],
          "notKnownYet": { "nested": [1, 2.5, null, true] }, "anotherOne": "x"
        }
        """
    }

    /// A machine as §4.1 has it, with words and fields that no page knows.
    private static let machine = """
        {
          "@odata.context": "https://api-eu3.securitycenter.microsoft.com/api/$metadata#Machines/$entity",
          "id": "\(id)", "computerDnsName": "ws-0042.corp.example",
          "firstSeen": "2026-01-02T03:04:05.1234567Z", "lastSeen": "2026-11-02T09:00:00.1234567Z",
          "osPlatform": "Windows12", "osVersion": null, "osProcessor": "x64", "osArchitecture": "64-bit",
          "osBuild": 26100, "version": "26H2", "agentVersion": "10.8750.26100.4061",
          "onboardingStatus": "Onboarded", "healthStatus": "Dormant", "defenderAvStatus": "NotSupported",
          "lastIpAddress": "10.1.2.3", "lastExternalIpAddress": "203.0.113.80",
          "ipAddresses": [{ "ipAddress": "10.1.2.3", "macAddress": "001122334455", "type": "Ethernet",
            "operationalStatus": "Up", "futureFlag": true }],
          "rbacGroupId": 140, "rbacGroupName": "Workstations", "riskScore": "Unheard", "exposureLevel": "Low",
          "deviceValue": "High", "aadDeviceId": null, "isAadJoined": false, "machineTags": ["VIP"],
          "vmMetadata": null, "notKnownYet": [[]]
        }
        """

    private static let shownMachine =
        "ws-0042.corp.example Windows12 Dormant Unheard High VIP in Workstations"

    private static func shown(_ action: MachineAction) -> String {
        "\(action.type) \(action.scope ?? "none") \(action.status.text) of \(action.machineName ?? "?") "
            + "by \(action.requestor ?? "?")"
    }

    private static func shown(_ machine: Machine) -> String {
        let words = [
            machine.dnsName, machine.osPlatform, machine.healthStatus, machine.riskScore, machine.deviceValue,
        ].map { $0 ?? "?" }
        return "\(words.joined(separator: " ")) \(machine.tags.joined(separator: ",")) "
            + "in \(machine.deviceGroup ?? "?")"
    }

    private static func submission(
        _ word: String,
        _ parameters: [String: String]
    ) throws -> ActionSubmission {
        ActionSubmission(
            action: word,
            machine: try Bench.machineID(),
            parameters: parameters,
            comment: "case 4711: contain host",
            deadline: .seconds(30)
        )
    }

    /// What Defender answers with a machine action: its type, and its scope as JSON.
    private static func posted(
        _ name: String,
        _ word: String,
        _ parameters: [String: String],
        _ segment: String,
        _ body: String,
        status: Int = 201,
        answers: (type: String, scope: String)
    ) -> WireCase {
        let scope = answers.scope == "null" ? "none" : answers.scope.filter { $0 != "\"" }
        return WireCase(
            name: name,
            path: "/api/machines/\(id)/\(segment)",
            body: body,
            status: status,
            answer: recorded(answers.type, answers.scope, "Pending"),
            result: "\(answers.type) \(scope) Pending of ws-0042.corp.example "
                + "by b7d1f0c2-11aa-4c1e-9c55-2f6f0a9e7d31"
        ) { client in
            shown(try await client.submit(try submission(word, parameters)))
        }
    }

    /// What Defender answers with the machine as it is then.
    private static func changed(
        _ name: String,
        _ word: String,
        _ parameters: [String: String],
        _ segment: String,
        _ body: String
    ) -> WireCase {
        WireCase(
            name: name,
            path: "/api/machines/\(id)/\(segment)",
            body: body,
            status: 200,
            answer: machine,
            result: shownMachine
        ) { client in
            shown(try await client.change(try submission(word, parameters)))
        }
    }
}

/// The table has every entry that goes to a machine.
struct WireCaseCoverageTests {
    @Test func `each action that is posted to a machine is in the table`() {
        let named = WireCase.machineActions.compactMap {
            $0.name.split(whereSeparator: { " :".contains($0) }).first
        }
        let words = Set(named.map(String.init))
        let expected = [
            "isolate", "release", "restrict", "unrestrict", "scan", "collect", "quarantine-file", "offboard",
            "tag",
            "untag", "set-value", "cancel", "status",
        ]
        #expect(words.isSuperset(of: expected))
        for word in expected { #expect(Catalogue.entry(word) != nil, "\(word)") }
    }

    @Test(arguments: [Catalogue.isolate, Catalogue.scan, Catalogue.setValue])
    func `each word that a parameter may be is in the table`(entry: ActionEntry) {
        let names = WireCase.machineActions.map(\.name)
        for value in entry.parameters.flatMap(\.values) {
            #expect(names.contains("\(entry.word) \(value)"))
        }
    }
}
