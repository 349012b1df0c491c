import CurlClient
import Defender
import Foundation
import Testing
import Vocabulary

/// How machines are looked for (`reference/defender-api.md` §2.2 and §5).
struct LookUpTests {
    static let empty = Bench.list([])

    private func query(_ selector: Subject) async throws -> String? {
        let bench = Bench([.json(200, Self.empty)])
        let page = try await bench.client.candidates(for: selector, now: Bench.now, priority: .question)
        #expect(page == MachinePage(machines: [], mayBeCut: false))
        #expect(bench.sender.sent.count == 1)
        return bench.sender.sent.first?.url.removingPercentEncoding
    }

    @Test func `a whole name is asked for as typed, in lower and in upper case`() async throws {
        #expect(
            try await query(.dnsName("Laptop-7.Corp.example.")) == """
                https://api.example/api/machines?$filter=computerDnsName eq 'Laptop-7.Corp.example' or \
                computerDnsName eq 'laptop-7.corp.example' or computerDnsName eq 'LAPTOP-7.CORP.EXAMPLE'&$top=1000
                """
        )
    }

    @Test func `a bare name is asked for whole and as first label`() async throws {
        #expect(
            try await query(.hostName("web1")) == """
                https://api.example/api/machines?$filter=computerDnsName eq 'web1' or computerDnsName eq 'WEB1' or \
                startswith(computerDnsName,'web1.') or startswith(computerDnsName,'WEB1.')&$top=1000
                """
        )
    }

    @Test func `a quote in a name cannot end the text`() async throws {
        let url = try await query(.hostName("x' or id ne '"))
        #expect(url?.contains("computerDnsName eq 'x'' or id ne '''") == true)
    }

    @Test func `an address is asked for at this moment`() async throws {
        #expect(
            try await query(.address("10.248.240.38"))
                == "https://api.example/api/machines/findbyip(ip='10.248.240.38',timestamp=2026-11-02T09:14:07Z)"
        )
        #expect(
            try await query(.address("fe80::1"))
                == "https://api.example/api/machines/findbyip(ip='fe80::1',timestamp=2026-11-02T09:14:07Z)"
        )
    }

    @Test func `an Entra device is asked for without quotes, then with them`() async throws {
        let bench = Bench([
            .json(400, #"{"error":{"code":"ODataError","message":"bad"}}"#),
            .json(200, Bench.list([Bench.machine(Bench.machine, "a.example")])),
        ])
        let page = try await bench.client.candidates(
            for: .entraDevice("80FE8FF8-2624-418e-9591-41f0491218f9"),
            now: Bench.now,
            priority: .containment
        )
        #expect(page.machines.map(\.id.text) == [Bench.machine])
        #expect(
            bench.sender.sent.map { $0.url.removingPercentEncoding } == [
                "https://api.example/api/machines?$filter=aadDeviceId eq 80fe8ff8-2624-418e-9591-41f0491218f9&$top=1000",
                "https://api.example/api/machines?$filter=aadDeviceId eq '80fe8ff8-2624-418e-9591-41f0491218f9'&$top=1000",
            ]
        )
    }

    @Test func `an alert leads to its machine`() async throws {
        let bench = Bench([.json(200, Bench.machine(Bench.machine, nil))])
        let page = try await bench.client.candidates(
            for: .alert("da637472900382838869_1364969609"),
            now: Bench.now,
            priority: .question
        )
        #expect(page.machines.map(\.dnsName) == [nil])
        #expect(
            bench.sender.sent.map(\.url)
                == ["https://api.example/api/alerts/da637472900382838869_1364969609/machine"]
        )
    }

    @Test func `a machine is read with everything that decisions look at`() async throws {
        let bench = Bench([.json(200, Bench.machine(Bench.machine, "ws-1.corp.example"))])
        let machine = try await bench.client.machine(try Bench.machineID(), priority: .question)
        #expect(
            machine
                == Machine(
                    id: try Bench.machineID(),
                    dnsName: "ws-1.corp.example",
                    osPlatform: "Windows11",
                    lastSeen: Timestamp(iso8601: "2026-11-02T09:00:00Z"),
                    firstSeen: Timestamp(iso8601: "2026-01-02T03:04:05.123Z"),
                    onboardingStatus: "Onboarded",
                    lastIPAddress: "10.1.2.3",
                    ipAddresses: ["10.1.2.3"],
                    deviceGroup: "Workstations",
                    tags: ["VIP"]
                )
        )
        #expect(bench.sender.sent.map(\.url) == ["https://api.example/api/machines/\(Bench.machine)"])
    }

    @Test func `another machine than the one asked for is no answer`() async throws {
        let bench = Bench([.json(200, Bench.machine(String(repeating: "a", count: 40), "x"))])
        let error = try await refusal {
            try await bench.client.machine(try Bench.machineID(), priority: .question)
        }
        #expect(error.kind == .unreadable)
    }

    @Test(arguments: [Subject.dnsName("a.b"), .address("10.0.0.1"), .alert("da1_2")])
    func `an empty tenant and an unknown id give no candidates`(selector: Subject) async throws {
        let bench = Bench([
            .json(404, #"{"error":{"code":"ResourceNotFound","message":"none","target":"t"}}"#)
        ])
        let page = try await bench.client.candidates(for: selector, now: Bench.now, priority: .question)
        #expect(page == MachinePage(machines: [], mayBeCut: false))
    }

    @Test(arguments: [
        "<html>not here</html>", "",
        #"{"error":{"code":"NotFound","message":"No HTTP resource was found that matches the request URI"}}"#,
    ])
    func `a 404 of something else than Defender is an error, not an empty list`(body: String) async throws {
        let bench = Bench([.json(404, body)])
        let error = try await refusal {
            try await bench.client.candidates(for: .dnsName("a.b"), now: Bench.now, priority: .question)
        }
        #expect(error.kind == .notFound)
    }

    @Test func `full pages are followed with our own skip`() async throws {
        let full = (0..<1_000).map { index in
            let digits = String(index, radix: 16)
            let id = String(repeating: "0", count: 40 - digits.count) + digits
            return #"{"id":"\#(id)","computerDnsName":"web.\#(index)"}"#
        }
        let link = #","@odata.nextLink":"https://elsewhere.example/api/machines?$skip=10000""#
        let bench = Bench([
            .json(200, Bench.list(full, more: link)),
            .json(200, Bench.list([Bench.machine(Bench.machine, "web.x")])),
        ])
        let page = try await bench.client.candidates(
            for: .hostName("web"),
            now: Bench.now,
            priority: .question
        )
        #expect(page.machines.count == 1_001)
        #expect(page.mayBeCut == false)
        #expect(bench.sender.sent.map { $0.url.hasSuffix("$top=1000&$skip=1000") } == [false, true])
        #expect(bench.sender.sent.allSatisfy { $0.url.contains("$filter=computerDnsName") })
    }

    @Test func `after ten pages the list may be cut`() async throws {
        let link = #","@odata.nextLink":"https://api.example/api/machines?$skip=1""#
        let page = Bench.list([Bench.machine(Bench.machine, "web.x")], more: link)
        let bench = Bench(Array(repeating: .json(200, page), count: 20))
        let found = try await bench.client.candidates(
            for: .hostName("web"),
            now: Bench.now,
            priority: .question
        )
        #expect(found.mayBeCut)
        #expect(bench.sender.sent.count == 10)
    }

    @Test func `a row that cannot be read makes the list one that may be cut`() async throws {
        let bench = Bench([
            .json(200, Bench.list([Bench.machine(Bench.machine, "web.x"), #"{"id":null}"#]))
        ])
        let page = try await bench.client.candidates(
            for: .hostName("web"),
            now: Bench.now,
            priority: .question
        )
        #expect(page.machines.count == 1)
        #expect(page.mayBeCut)
    }
}
