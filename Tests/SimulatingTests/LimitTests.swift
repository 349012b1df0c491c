import JSONReader
import Testing
import Vocabulary

@testable import Simulating

struct LimitTests {
    @Test func `too many calls of one route are refused with the time to wait`() throws {
        var script = twoMachines()
        script.rate = CallRate(perMinute: 2, perHour: 3)
        let bench = Bench(script)
        let bearer = try bench.bearer()
        func list() -> SimulatedAnswer { bench.call("GET", "/api/machines", bearer) }
        #expect([list(), list()].map(\.status) == [200, 200])
        bench.clock.advance(20)
        let refused = list()
        #expect(refused.status == 429)
        #expect(refused.headers.first { $0.name == "Retry-After" }?.value == "40")
        let error = try bench.json(refused)["error"]
        #expect(error?["code"] == "429")
        let text =
            "API calls quota exceeded! Maximum allowed 2 per 00:01:00 for the key "
            + "Destination+TenantID+AppID. You can send requests again in 40 seconds."
        #expect(error?["message"] == .string(text))
        #expect(error?["target"] == .string(script.tenant))
        #expect(bench.call("GET", "/api/machineactions", bearer).status == 200)
        bench.clock.advance(40)
        #expect(list().status == 200)
        #expect(try bench.json(list())["error"]?["message"]?.string?.contains("3 per 01:00:00") == true)
        bench.clock.advance(3_541)
        #expect(bench.call("GET", "/api/machines", try bench.bearer()).status == 200)
    }

    @Test func `a package is there after the action ended, for a short time and without a token`() throws {
        let bench = Bench()
        let order: JSONValue = ["Comment": "x"]
        let made = try bench.post("/api/machines/\(laptopID)/collectInvestigationPackage", order)
        let path = "/api/machineactions/\(try bench.json(made)["id"]?.string ?? "")/getPackageUri"
        #expect(bench.call("GET", path, try bench.bearer()).status == 404)
        #expect(try bench.post("/api/machines/\(laptopID)/collectInvestigationPackage", order).status == 400)
        #expect(bench.call("POST", path, try bench.bearer()).status == 404)
        bench.clock.advance(2)
        let quoted = try bench.get(path)["value"]?.string ?? ""
        #expect(quoted.hasPrefix("\"http://127.0.0.1:1/safedownload/"))
        #expect(quoted.hasSuffix("\""))
        let address = String(quoted.dropFirst("\"http://127.0.0.1:1".count).dropLast())
        #expect(bench.call("GET", path, try bench.bearer()).status == 429)
        let package = bench.call("GET", address)
        #expect(package.status == 200)
        #expect(package.body.prefix(4) == [0x50, 0x4B, 3, 4])
        #expect(bench.call("GET", address, try bench.bearer()).status == 400)
        #expect(bench.call("GET", address + "x").status == 403)
        bench.clock.advance(301)
        #expect(bench.call("GET", address).status == 403)
    }

    @Test func `a checksum is the one that zip uses`() {
        #expect(ZipArchive.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    }

    @Test(arguments: [
        ("POST */isolate", "POST", "/api/machines/a/isolate", true),
        ("POST */isolate", "POST", "/api/machines/a/unisolate", false),
        ("POST */isolate", "GET", "/api/machines/a/isolate", false),
        ("* /api/*", "GET", "/api/machines", true),
        ("POST */ISOLATE", "POST", "/api/machines/a/isolate", true),
        ("GET */machineactions", "GET", "/api/machineactions/a", false),
        ("/api/machines", "GET", "/api/machines", true),
        ("*", "GET", "/api/machines", true),
    ])
    func `a fault's pattern fits method and path`(pattern: String, method: String, path: String, fits: Bool) {
        var plan = FaultPlan([ScriptedFault(request: pattern, kind: .hang)])
        #expect((plan.next(method: method, path: path) != nil) == fits)
    }

    @Test func `a fault comes at its turn only`() {
        var plan = FaultPlan([
            ScriptedFault(request: "* /a", nth: 2, kind: .hang),
            ScriptedFault(request: "* /a", nth: 3, kind: .slow),
        ])
        let found = (0..<4).map { _ in plan.next(method: "GET", path: "/a")?.kind }
        #expect(found == [nil, .hang, .slow, nil])
    }

    @Test(arguments: ["hang", "hang-after", "reset-before", "reset-after", "status-503", "slow", "truncate"])
    func `a fault is written as it is read`(word: String) {
        #expect(FaultKind(word: word)?.word == word)
    }

    @Test(arguments: ["", "status-99", "status-600", "status-", "status-x", "Hang"])
    func `what is no fault is not read`(word: String) {
        #expect(FaultKind(word: word) == nil)
    }

    @Test func `a sample replays and has the neighbours that matter`() {
        let now = Timestamp(seconds: 1_795_000_000)
        let sample = SimulatorScript.sample(seed: 7, now: now)
        #expect(sample == .sample(seed: 7, now: now))
        #expect(sample != .sample(seed: 8, now: now))
        let names = sample.machines.compactMap(\.name)
        #expect(Set(names).count == names.count - 1)
        let first = names[0].prefix { $0 != "." }
        #expect(names[1].hasPrefix(first + "0."))
        #expect(sample.machines.allSatisfy { MachineID($0.id) != nil })
        #expect(sample.machines.contains { $0.fields["rbacGroupName"] == "Tier-0" })
    }

    @Test func `a reset forgets actions, journal and messages`() throws {
        let bench = Bench()
        _ = try bench.post("/api/machines/\(laptopID)/isolate", ["Comment": "x"])
        #expect(bench.world.journal.map(\.number) == [1, 2])
        #expect(bench.call("POST", "/simulator/reset").status == 204)
        #expect(bench.world.journal.isEmpty)
        #expect(try bench.get("/api/machineactions")["value"] == [])
    }
}
