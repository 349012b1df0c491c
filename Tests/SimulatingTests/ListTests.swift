import JSONReader
import Testing
import Vocabulary

@testable import Simulating

struct ListTests {
    private func names(_ bench: Bench, _ query: String) throws -> [String] {
        try bench.get("/api/machines?\(query)")["value"]?.array?.compactMap { $0["computerDnsName"]?.string }
            ?? []
    }

    @Test(arguments: [
        ("computerDnsName eq 'laptop-7.corp.example'", ["laptop-7.corp.example"]),
        ("computerDnsName eq 'LAPTOP-7.corp.example'", ["laptop-7.corp.example"]),
        ("startswith(computerDnsName,'laptop-7')", ["laptop-7.corp.example", "laptop-70.corp.example"]),
        ("startswith(computerDnsName,'laptop-7.')", ["laptop-7.corp.example"]),
        (
            "osPlatform eq 'Linux' or lastIpAddress eq '10.0.0.7'",
            ["laptop-7.corp.example", "laptop-70.corp.example"]
        ),
        ("osPlatform eq 'Linux' and lastIpAddress eq '10.0.0.7'", []),
        ("id in ('\(serverID)','x')", ["laptop-70.corp.example"]),
        ("osPlatform ne 'Linux'", ["laptop-7.corp.example"]),
        ("computerDnsName eq 'it''s'", []),
        (
            "(osPlatform eq 'Linux' or osPlatform eq 'x') AND onboardingStatus eq 'onboarded'",
            ["laptop-70.corp.example"]
        ),
    ])
    func `a filter selects`(filter: String, found: [String]) throws {
        #expect(try names(Bench(), "$filter=\(encoded(filter))") == found)
    }

    @Test(arguments: [
        "$filter=" + encoded("secret eq 'x'"), "$filter=" + encoded("id eq"),
        "$filter=" + encoded("id eq 'x"),
        "$filter=" + encoded("contains(id,'x')"), "$top=10001", "$top=-1", "$expand=x", "$top=1&$top=2",
        "$filter=" + String(repeating: "(", count: 70), "$filter=%ff",
    ])
    func `what is not documented is refused`(query: String) throws {
        let bench = Bench()
        let answer = bench.call("GET", "/api/machines?\(query)", try bench.bearer())
        #expect(answer.status == 400)
        #expect(try bench.errorCode(answer) == "ODataError")
    }

    @Test func `a list without top names the next page and keeps the filter`() throws {
        var script = SimulatorScript(
            machines: (0..<5).map { SimulatedMachine(fields: ["computerDnsName": .string("m\($0)")]) }
        )
        script.pageRows = 2
        let bench = Bench(script)
        var path = "/api/machines?$filter=startswith(computerDnsName,'m')"
        var seen: [String] = []
        for _ in 0..<3 {
            let page = try bench.get(path)
            seen += page["value"]?.array?.compactMap { $0["computerDnsName"]?.string } ?? []
            guard let next = page["@odata.nextLink"]?.string else { break }
            #expect(next.hasPrefix("http://127.0.0.1:1/api/machines?$filter="))
            path = String(next.dropFirst("http://127.0.0.1:1".count))
        }
        #expect(seen == ["m0", "m1", "m2", "m3", "m4"])
        let cut = try bench.get("/api/machines?$top=2&$skip=1&$count=true")
        #expect(cut["@odata.nextLink"] == nil)
        #expect(cut["@odata.count"] == 5)
        #expect(cut["value"]?[0]?["computerDnsName"] == "m1")
    }

    @Test func `the context names another host than the one that is called`() throws {
        let context = try Bench().get("/api/machines/\(laptopID)")["@odata.context"]?.string
        #expect(context == "https://api-eu3.securitycenter.microsoft.com/api/$metadata#Machines/$entity")
    }

    @Test func `actions come newest first and compare by time`() throws {
        let bench = Bench()
        for id in [laptopID, serverID] {
            _ = try bench.post("/api/machines/\(id)/isolate", ["Comment": "x"])
            bench.clock.advance(60)
        }
        let all = try bench.get("/api/machineactions")["value"]?.array
        #expect(all?.compactMap { $0["machineId"]?.string } == [serverID, laptopID])
        let since = (bench.clock.now - .seconds(70)).iso8601
        let filter = encoded("creationDateTimeUtc ge \(since) and type eq 'Isolate'")
        let late = try bench.get("/api/machineactions?$filter=\(filter)")["value"]?.array
        #expect(late?.compactMap { $0["machineId"]?.string } == [serverID])
    }

    @Test func `a machine is found by its internal address and by an alert`() throws {
        var script = twoMachines()
        script.alerts = ["da637_-1": laptopID]
        let bench = Bench(script)
        let now = bench.clock.now.iso8601
        let found = try bench.get("/api/machines/findbyip(ip='10.0.0.7',timestamp=\(now))")["value"]?.array
        #expect(found?.compactMap { $0["id"]?.string } == [laptopID])
        let old = (bench.clock.now - .seconds(31 * 86_400)).iso8601
        let path = "/api/machines/findbyip(ip='10.0.0.7',timestamp=\(old))"
        #expect(bench.call("GET", path, try bench.bearer()).status == 400)
        #expect(try bench.get("/api/alerts/da637_-1/machine")["id"] == .string(laptopID))
        #expect(bench.call("GET", "/api/alerts/other/machine", try bench.bearer()).status == 404)
    }

    @Test func `an empty estate is an empty list or not found`() throws {
        #expect(try Bench(SimulatorScript()).get("/api/machines")["value"] == [])
        var script = SimulatorScript()
        script.answersEmptyEstateNotFound = true
        let bench = Bench(script)
        #expect(bench.call("GET", "/api/machines", try bench.bearer()).status == 404)
    }
}
