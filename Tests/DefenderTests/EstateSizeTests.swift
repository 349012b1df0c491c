import CurlClient
import Defender
import Foundation
import JSONReader
import Simulating
import Testing
import Vocabulary

/// How the machines of an estate are counted.
struct EstateSizeTests {
    private static let asked =
        "https://api.example/api/machines?$filter=onboardingStatus eq 'Onboarded'&$top=1&$count=true"
    private static let listed =
        "https://api.example/api/machines?$filter=onboardingStatus eq 'Onboarded'&$top=1000"

    private func row(_ digit: String) -> String {
        Bench.machine(String(repeating: digit, count: 40), "ws-\(digit).corp.example")
    }

    @Test func `one call asks for one row and the number of all`() async throws {
        let bench = Bench([.json(200, Bench.list([row("1")], more: #","@odata.count":4711"#))])
        #expect(try await bench.client.estateSize(priority: .containment) == 4_711)
        #expect(
            bench.sender.sent.map(\.url) == [
                "https://api.example/api/machines?$filter=onboardingStatus%20eq%20%27Onboarded%27&$top=1&$count=true"
            ]
        )
        #expect(bench.sender.sent.map(\.method) == ["GET"])
    }

    @Test(
        arguments: [
            .json(200, Bench.list([Bench.machine(Bench.machine, "ws-0")])),
            .json(
                400,
                #"{"error":{"code":"BadRequest","message":"The query option '$count' is not supported."}}"#
            ),
            .json(400, #"{"error":{"code":"ODataError","message":"bad"}}"#),
        ] as [RecordingSender.Answer]
    )
    func `where the number is not told the machines are counted, each id once`(
        first: RecordingSender.Answer
    ) async throws {
        let bench = Bench([first, .json(200, Bench.list([row("1"), row("2"), row("2")]))])
        #expect(try await bench.client.estateSize(priority: .containment) == 2)
        #expect(
            bench.sender.sent.map { $0.url.removingPercentEncoding } == [Self.asked, Self.listed]
        )
    }

    @Test func `an empty tenant has none`() async throws {
        let none = #"{"error":{"code":"ResourceNotFound","message":"none","target":"t"}}"#
        let bench = Bench([.json(404, none)])
        #expect(try await bench.client.estateSize(priority: .containment) == 0)
        #expect(bench.sender.sent.count == 1)
    }

    @Test func `a failure is no number`() async throws {
        let bench = Bench([.json(403, #"{"error":{"code":"Forbidden","message":"no"}}"#)])
        let error = try await refusal { try await bench.client.estateSize(priority: .containment) }
        #expect(error.kind == .permission)
    }

    @Test func `the simulator tells the onboarded machines, however many it shows on a page`() async throws {
        var script = SimulatedTenant.script()
        script.pageRows = 1
        script.machines.append(
            SimulatedMachine(fields: [
                "computerDnsName": "new.corp.example", "onboardingStatus": "CanBeOnboarded",
            ])
        )
        try await SimulatedTenant.serve(script) { tenant in
            let size = try await tenant.client.estateSize(priority: .question)
            #expect(size == 2)
        }
    }
}
