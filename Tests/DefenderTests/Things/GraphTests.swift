import Catalogue
import CurlClient
import Defender
import Logging
import Testing
import Vocabulary

/// Which back end serves what, with which token, permission and address.
struct GraphTests {
    @Test func `the permissions of a back end are those of its own token`() async throws {
        let bench = Bench([], permissions: ["Machine.Isolate"])
        #expect(try await bench.client.heldPermissions(at: .defender) == ["Machine.Isolate"])
        #expect(try await bench.client.heldPermissions(at: .graph) == ["ThreatHunting.Read.All"])
    }

    @Test func `without an address of Graph nothing is sent and it is said what to do`() async throws {
        let sender = RecordingSender([])
        let client = DefenderClient(
            base: "https://api.example",
            clientID: "c",
            sender: sender,
            tokens: TokenSupply(
                token: { HeldToken(bearer: Secret("T"), permissions: nil) },
                discard: { _, _ in }
            ),
            budget: RateBudget(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let request = DefenderRequest(action: "hunt", parameters: ["query": "DeviceInfo"])
        let error = try await refusal { try await client.ask(request) }
        #expect(error.kind == .refused)
        #expect(error.fix == "Add `graph` to `cloud`, or choose `defender` under `back-ends`.")
        #expect(sender.sent.isEmpty)
    }

    @Test func `an entry takes the permissions, window and end of the back end that serves it`() {
        let defender = BackEndChoice(hunting: .defender, alerts: .graph)
        let hunt = defender.served(Catalogue.hunt)
        #expect(hunt.applicationPermissions == ["AdvancedQuery.Read.All"])
        #expect(hunt.delegatedPermissions == ["AdvancedQuery.Read"])
        #expect(hunt.retires == "2027-02-01")
        #expect(
            defender.served(Catalogue.alertUpdate).applicationPermissions == ["SecurityAlert.ReadWrite.All"]
        )
        #expect(BackEndChoice().served(Catalogue.hunt).applicationPermissions == ["ThreatHunting.Read.All"])
        #expect(BackEndChoice().served(Catalogue.hunt).retires == nil)
        #expect(defender.served(Catalogue.isolate) == Catalogue.isolate)
    }

    @Test func `a result that has no room is counted whole and handed on`() async throws {
        let row = #"{"Text":"\#(String(repeating: "x", count: 1_000))"}"#
        let rows = Array(repeating: row, count: 300).joined(separator: ",")
        let bench = Bench([.json(200, #"{"schema":[{"name":"Text"}],"results":[\#(rows)]}"#)])
        let answer = try await bench.client.ask(
            DefenderRequest(action: "hunt", parameters: ["query": "T"])
        )
        #expect(answer.count == 300)
        #expect(answer.isCut)
        #expect(answer.json.utf8.count <= Answer.bytesMax)
        #expect(answer.whole?.count ?? 0 > 300_000)
        #expect(answer.lines.count == Answer.linesMax)
    }
}
