import Catalogue
import Deciding
import JSONReader
import Testing

@testable import Wiring

/// The least permissions that grants need.
struct PermissionPlanTests {
    private func grant(_ number: Int, _ actions: String...) -> Grant {
        Grant(
            number: number,
            line: 20 + number,
            column: 5,
            actions: actions,
            grantees: [.person("mia")],
            machines: .any
        )
    }

    private func names(_ plan: PermissionPlan) -> [String] { plan.least.map(\.name) }

    @Test(arguments: [
        (["isolate", "release"], ["Machine.Isolate", "Machine.Read.All"]),
        (["scan"], ["Machine.Read.All", "Machine.Scan"]),
        // Writing is needed anyway: it covers the reading.
        (["tag", "isolate"], ["Machine.Isolate", "Machine.ReadWrite.All"]),
        // What is needed for something else lets it be cancelled as well.
        (["collect", "cancel"], ["Machine.CollectForensics", "Machine.Read.All"]),
        // Whoever may only cancel gets the mildest of what would do.
        (["cancel"], ["Machine.Read.All", "Machine.Scan"]),
        (["status", "unfreeze", "go"], ["Machine.Read.All"]),
        ([], ["Machine.Read.All"]),
    ])
    func `the application's`(actions: [String], expected: [String]) {
        var grant = grant(1)
        grant.actions = actions
        #expect(names(PermissionPlan(grants: [grant], context: .application)) == expected)
    }

    @Test(arguments: [
        (["isolate"], ["Machine.Isolate", "Machine.Read"]),
        (["tag"], ["Machine.ReadWrite"]),
        (["unfreeze"], []),
    ])
    func `those of people who sign in`(actions: [String], expected: [String]) {
        var grant = grant(1)
        grant.actions = actions
        #expect(names(PermissionPlan(grants: [grant], context: .user)) == expected)
    }

    @Test func `delegated names mostly lose All`() {
        let pairs = [
            "Machine.Read.All": "Machine.Read", "Alert.ReadWrite.All": "Alert.ReadWrite",
            "File.Read.All": "File.Read.All", "Ip.Read.All": "Ip.Read.All", "URL.Read.All": "URL.Read.All",
            "User.Read.All": "User.Read.All", "Machine.Isolate": "Machine.Isolate",
            "Library.Manage": "Library.Manage",
        ]
        for (application, delegated) in pairs {
            #expect(Permission.delegated(application) == delegated)
        }
    }

    /// Made up: what may come into the catalogue.
    private static let made = [
        ActionNeeds(
            word: "hunt",
            backEnd: .graph,
            application: ["ThreatHunting.Read.All"],
            delegated: ["ThreatHunting.Read.All"],
            watching: []
        ),
        ActionNeeds(
            word: "alerts",
            backEnd: .defender,
            application: ["Alert.Read.All", "Alert.ReadWrite.All"],
            delegated: ["Alert.Read", "Alert.ReadWrite"],
            watching: []
        ),
        ActionNeeds(
            word: "update-alert",
            backEnd: .defender,
            application: ["Alert.ReadWrite.All"],
            delegated: ["Alert.ReadWrite"],
            watching: []
        ),
        ActionNeeds(
            word: "indicators",
            backEnd: .defender,
            application: ["Ti.ReadWrite.All", "Ti.ReadWrite"],
            delegated: ["Ti.ReadWrite"],
            watching: []
        ),
    ]

    private func made(_ word: String) -> ActionNeeds? { Self.made.first { $0.word == word } }

    @Test func `what Microsoft Graph carries out needs Graph's permissions`() {
        let plan = PermissionPlan(grants: [grant(1, "hunt")], context: .application, needs: made)
        #expect(
            plan.least == [
                Permission(resource: .defender, name: "Machine.Read.All"),
                Permission(resource: .graph, name: "ThreatHunting.Read.All"),
            ]
        )
        let listing = PermissionListing(plan: plan, file: "bascule.yaml")
        #expect(
            listing.text == """
                Application permissions that the grants of bascule.yaml need:

                WindowsDefenderATP (fc780465-2017-40d4-a0c5-307022471b92)
                  Machine.Read.All  the bridge itself, to see what others contain

                Microsoft Graph (00000003-0000-0000-c000-000000000000)
                  ThreatHunting.Read.All  hunt: grant 1 (line 21)
                """
        )
        #expect(
            listing.script == """
                fc780465-2017-40d4-a0c5-307022471b92 Role Machine.Read.All
                00000003-0000-0000-c000-000000000000 Role ThreatHunting.Read.All
                """
        )
    }

    @Test func `reading is preferred, unless writing is needed anyway`() {
        func least(_ words: String...) -> [String] {
            var grant = grant(1)
            grant.actions = words
            return names(PermissionPlan(grants: [grant], context: .user, needs: made))
        }
        #expect(least("alerts") == ["Alert.Read"])
        #expect(least("alerts", "update-alert") == ["Alert.ReadWrite"])
        let plan = PermissionPlan(grants: [grant(1, "indicators")], context: .application, needs: made)
        #expect(names(plan) == ["Machine.Read.All", "Ti.ReadWrite"])
    }

    @Test func `one that covers several is preferred to several mild ones`() {
        func make(_ names: String...) -> [Permission] {
            names.map { Permission(resource: .defender, name: $0) }
        }
        let needs = [
            make("A.Read", "C.ReadWrite.All"), make("B.Read", "C.ReadWrite.All"), make("D.Read", "E.Read"),
            make("E.Read", "F.Read"), [],
        ]
        #expect(LeastPermissions.covering(needs) == make("C.ReadWrite.All", "E.Read"))
        #expect(LeastPermissions.covering([]) == [])
    }

    @Test func `it says which grant needs which`() {
        let plan = PermissionPlan(
            grants: [grant(1, "isolate", "scan"), grant(2, "release", "isolate")],
            context: .application
        )
        #expect(
            PermissionListing(plan: plan, file: "b.yaml").text == """
                Application permissions that the grants of b.yaml need:

                WindowsDefenderATP (fc780465-2017-40d4-a0c5-307022471b92)
                  Machine.Isolate   isolate, release: grant 1 (line 21), grant 2 (line 22)
                  Machine.Read.All  to find the machine and watch isolate, scan, release: grant 1 (line 21), grant 2 (line \
                22); the bridge itself, to see what others contain
                  Machine.Scan      scan: grant 1 (line 21)
                """
        )
        let json = PermissionListing(plan: plan, file: "b.yaml").json
        #expect(json["context"] == "application")
        #expect(json["permissions"]?[0]?["permission"] == "Machine.Isolate")
        #expect(json["permissions"]?[0]?["reasons"]?[0]?["grants"]?[1]?["line"] == 22)
    }

    @Test func `a token is compared with what is needed`() {
        let plan = PermissionPlan(grants: [grant(1, "isolate", "scan")], context: .application)
        let held: Set<String> = ["machine.isolate", "Machine.ReadWrite.All", "Ti.ReadWrite"]
        let comparison = PermissionComparison(plan, held: held, of: .defender)
        #expect(!comparison.isExact)
        #expect(
            comparison.text == """
                Missing in the token:
                  Machine.Scan  scan: grant 1 (line 21)

                Held and not needed:
                  Machine.ReadWrite.All  Machine.Read.All would do
                  Ti.ReadWrite  no grant needs it
                """
        )
        #expect(comparison.json["not_needed"]?[0]?["would_do"] == ["Machine.Read.All"])
        let exact = PermissionComparison(
            plan,
            held: ["Machine.Isolate", "Machine.Scan", "Machine.Read.All"],
            of: .defender
        )
        #expect(exact.isExact)
        #expect(exact.text == "The token holds exactly these.")
    }

    @Test func `every action of the catalogue that calls anything needs something`() {
        for entry in Catalogue.actions where entry.backEnd != .bascule {
            #expect(!ActionNeeds(entry).needs(in: .application).isEmpty, "\(entry.word)")
            #expect(!ActionNeeds(entry).needs(in: .user).isEmpty, "\(entry.word)")
        }
    }
}
