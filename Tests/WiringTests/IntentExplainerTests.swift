import Catalogue
import Deciding
import Defender
import JSONReader
import Testing
import Vocabulary

@testable import Wiring

struct IntentExplainerTests {
    private let now = Timestamp(seconds: 1_790_000_000)
    private let chat = SourceName("soc-chat")
    private let policy: Policy

    init() {
        let clients = MachineCondition(osFamilies: [.client])
        policy = Policy(
            people: [
                Person(name: "mia", identities: [SourceName("soc-chat"): ["T024/U2147"]]),
                Person(name: "ines", identities: [SourceName("soc-chat"): ["T024/U4000"]]),
            ],
            groups: ["soc": [.person("mia")], "leads": [.person("ines")]],
            grants: [
                Grant(
                    number: 1,
                    line: 31,
                    column: 5,
                    actions: ["isolate", "scan", "status"],
                    grantees: [.group("soc")],
                    machines: clients
                ),
                Grant(
                    number: 2,
                    line: 32,
                    column: 5,
                    actions: ["release"],
                    grantees: [.group("leads")],
                    machines: .any,
                    coversOthers: true
                ),
            ]
        )
    }

    private let estate = #"""
        {"value": [
          {"id": "1111111111111111111111111111111111111111", "computerDnsName": "laptop-7.corp.example",
           "osPlatform": "Windows11", "onboardingStatus": "Onboarded", "lastSeen": "2026-09-21T00:00:00Z"},
          {"id": "2222222222222222222222222222222222222222", "computerDnsName": "laptop-70.corp.example",
           "osPlatform": "Windows11"},
          {"id": "3333333333333333333333333333333333333333", "computerDnsName": "files-1.corp.example",
           "osPlatform": "WindowsServer2022"},
          {"id": "4444444444444444444444444444444444444444", "computerDnsName": "twin", "osPlatform": "Windows10"},
          {"id": "5555555555555555555555555555555555555555", "computerDnsName": "TWIN.lab", "osPlatform": "Windows11"},
          {"id": "6666666666666666666666666666666666666666", "computerDnsName": null, "osPlatform": null}
        ]}
        """#

    private func explain(
        _ request: Request,
        by identity: String = "T024/U2147",
        estate: String?
    ) throws -> IntentExplanation {
        let page = try estate.map { text in
            try #require(MachinePage(listing: try JSONReader.read(Array(text.utf8))))
        }
        let intent = Intent(source: chat, asker: .identity(identity), request: request)
        return IntentExplainer(policy: policy, machines: page, now: now).explain(intent)
    }

    private func isolate(_ name: String) -> Request {
        .action(
            ActionRequest(
                action: "isolate",
                subject: .hostName(name),
                duration: TimeBox("4h"),
                reason: "beacon; bascule:j-1 seen"
            )
        )
    }

    @Test func `without machines the answer is hold, needs-machine`() throws {
        let json = try explain(isolate("laptop-7"), estate: nil).json
        #expect(json["decision"] == "hold")
        #expect(json["reasons"] == ["needs-machine"])
        #expect(json["grant"] == .null)
        #expect(json["machine"] == .null)
        #expect(json["request"] == .null)
    }

    @Test func `an allowed isolate shows the request as it would be posted`() throws {
        let json = try explain(isolate("laptop-7"), estate: estate).json
        #expect(json["decision"] == "allow")
        #expect(json["grant"] == ["number": 1, "line": 31])
        #expect(json["reasons"] == ["granted"])
        #expect(json["machine"]?.string == String(repeating: "1", count: 40))
        #expect(json.at("request.method") == "POST")
        #expect(
            json.at("request.path")?.string == "/api/machines/\(String(repeating: "1", count: 40))/isolate"
        )
        #expect(json.at("request.body.IsolationType") == "Full")
        let comment = try #require(json.at("request.body.Comment")?.string)
        #expect(comment.hasPrefix("bascule:j-00000000000000000000000000 mia: beacon; bascule"))
        #expect(!comment.dropFirst(8).contains("bascule:"))
    }

    @Test func `what needs an approval says who may give it, and shows no request`() throws {
        var policy = policy
        policy.grants[0].approvals = ApprovalRule(of: ["leads"], within: .seconds(20 * 60))
        let page = try #require(MachinePage(listing: try JSONReader.read(Array(estate.utf8))))
        let intent = Intent(source: chat, asker: .identity("T024/U2147"), request: isolate("laptop-7"))
        let explained = IntentExplainer(policy: policy, machines: page, now: now).explain(intent)
        let said = "1 of leads (ines) must approve it within 20m."
        #expect(explained.json["decision"] == "hold")
        #expect(explained.json["reasons"]?[0] == "needs-approval")
        #expect(explained.json["request"] == .null)
        #expect(explained.json["explanation"]?.array?.last?.string == said)
        #expect(explained.text.hasPrefix("hold: mia at soc-chat asks to isolate laptop-7 for 4h"))
        #expect(explained.text.split(separator: "\n").contains("  \(said)"))
    }

    @Test func `a rehearsal says so and still shows the request`() throws {
        var policy = policy
        policy.rehearses = true
        let page = try #require(MachinePage(listing: try JSONReader.read(Array(estate.utf8))))
        let intent = Intent(source: chat, asker: .identity("T024/U2147"), request: isolate("laptop-7"))
        let explanation = IntentExplainer(policy: policy, machines: page, now: now).explain(intent)
        #expect(explanation.json["rehearses"] == true)
        #expect(explanation.json["reasons"] == ["granted", "rehearsal"])
        #expect(explanation.text.contains("if it did not rehearse"))
    }

    @Test func `a server that no grant covers is refused with who may`() throws {
        let explanation = try explain(isolate("files-1"), estate: estate)
        #expect(explanation.json["decision"] == "refuse")
        #expect(explanation.json["reasons"] == ["machine-not-granted"])
        #expect(explanation.json["request"] == .null)
        #expect(explanation.text.contains("Grant 1 (line 31)"))
        #expect(explanation.isRefused)
    }

    @Test func `a person without any grant is refused without the machine`() throws {
        for estate in [nil, estate] {
            let json = try explain(isolate("laptop-7"), by: "T024/U4000", estate: estate).json
            #expect(json["decision"] == "refuse")
            #expect(json["reasons"] == ["no-grant"])
            #expect(json["machine"] == .null)
        }
    }

    @Test func `twins are refused with the command for each`() throws {
        let explanation = try explain(isolate("twin"), estate: estate)
        #expect(explanation.json["decision"] == "refuse")
        #expect(explanation.json["reasons"] == ["machine-ambiguous"])
        for digit in ["4", "5"] {
            let id = String(repeating: digit, count: 40)
            #expect(explanation.text.contains("isolate \(id) for 4h because beacon"))
        }
    }

    @Test(arguments: [
        #"{"value": [], "@odata.nextLink": "https://api.example/next"}"#,
        #"{"value": [{"id": "not an id", "computerDnsName": "laptop-7"}]}"#,
    ])
    func `a list that may be cut chooses nothing`(estate: String) throws {
        let json = try explain(isolate("laptop-7"), estate: estate).json
        #expect(json["reasons"] == ["machine-page-cut"])
    }

    @Test func `a tag is explained with what would be posted`() throws {
        let request = ActionRequest(
            action: "scan",
            subject: .hostName("laptop-7"),
            parameters: ["type": "Full"]
        )
        #expect(
            try explain(.action(request), estate: estate).text.contains(
                "asks to scan laptop-7 with type=Full"
            )
        )
        var tagging = policy
        tagging.grants[0].actions = ["tag"]
        let tag = ActionRequest(
            action: "tag",
            subject: .hostName("laptop-7"),
            parameters: ["tag": "under review"]
        )
        let page = try #require(MachinePage(listing: try JSONReader.read(Array(estate.utf8))))
        let intent = Intent(source: chat, asker: .identity("T024/U2147"), request: .action(tag))
        let told = IntentExplainer(policy: tagging, machines: page, now: now).explain(intent)
        #expect(
            told.json["request"] == [
                "method": "POST", "path": "/api/machines/1111111111111111111111111111111111111111/tags",
                "body": ["Action": "Add", "Value": "under review"],
            ]
        )
        #expect(told.text.contains(#"asks to tag laptop-7 with tag="under review""#))
        #expect(told.text.contains("takes the place of the zeros") == false)
    }

    @Test func `what a list cannot answer is held`() throws {
        let alert = Request.action(ActionRequest(action: "isolate", subject: .alert("da1_2")))
        #expect(try explain(alert, estate: estate).json["decision"] == "hold")
        #expect(try explain(.cancel(JobID("j-1")), estate: estate).json["decision"] == "hold")
    }

    @Test func `questions are decided and post nothing`() throws {
        let status = try explain(.status(.hostName("laptop-7")), estate: estate)
        #expect(status.json["decision"] == "allow")
        #expect(status.machine?.dnsName == "laptop-7.corp.example")
        #expect(status.json["request"] == .null)
        #expect(try explain(.status(.hostName("twin")), estate: estate).json["decision"] == "refuse")
        #expect(try explain(.help, estate: nil).json["decision"] == "allow")
        #expect(try explain(.freeze(because: "drill"), estate: nil).json["decision"] == "allow")
        #expect(try explain(.unfreeze(because: nil), estate: nil).json["decision"] == "refuse")
        #expect(try explain(.isolated, by: "T024/U9", estate: nil).json["reasons"] == ["unknown-person"])
    }
}

struct ActionListingTests {
    @Test func `every action of the catalogue is listed with the same keys`() throws {
        let listed = try #require(ActionListing.json.array)
        #expect(listed.compactMap { $0["action"]?.string } == Catalogue.actions.map(\.word))
        #expect(Set(listed.compactMap { $0.object.map { Set($0.keys) } }).count == 1)
        #expect(try JSONReader.read(ActionListing.json.encoded()) == ActionListing.json)
    }

    @Test func `the text names each word, its parameters and permissions`() {
        for entry in Catalogue.actions {
            #expect(ActionListing.text.contains("\(entry.word)\n  \(entry.summary)"))
        }
        #expect(ActionListing.text.contains("type=Full|Selective|UnManagedDevice"))
        #expect(ActionListing.text.contains("Machine.Isolate"))
    }
}
