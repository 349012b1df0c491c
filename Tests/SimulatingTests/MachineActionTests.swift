import JSONReader
import Testing
import Vocabulary

@testable import Simulating

struct MachineActionTests {
    private static let isolate = "/api/machines/\(laptopID)/isolate"
    private static let full: JSONValue = ["Comment": "case 1", "IsolationType": "Full"]

    private func status(_ bench: Bench, _ id: JSONValue?) throws -> String? {
        try bench.get("/api/machineactions/\(id?.string ?? "")")["status"]?.string
    }

    @Test func `an isolate runs from Pending to Succeeded, and only then the machine is isolated`() throws {
        var script = twoMachines()
        script.actions = ActionCourse(delaySeconds: 10)
        let bench = Bench(script)
        let answer = try bench.post(Self.isolate, Self.full)
        #expect(answer.status == 201)
        #expect(answer.executed)
        let body = try bench.json(answer)
        #expect(body["status"] == "Pending")
        #expect(body["requestor"] == .string(script.client))
        #expect(body["requestorComment"] == "case 1")
        #expect(body["scope"] == "Full")
        #expect(body["creationDateTimeUtc"] == "2026-11-18T11:06:40.0000000Z")
        bench.clock.advance(5)
        #expect(try status(bench, body["id"]) == "InProgress")
        #expect(bench.world.machines(at: bench.clock.now)[0].isIsolated == false)
        bench.clock.advance(5)
        #expect(try status(bench, body["id"]) == "Succeeded")
        #expect(bench.world.machines(at: bench.clock.now).map(\.isIsolated) == [true, false])
        _ = try bench.post("/api/machines/\(laptopID)/unisolate", ["Comment": "over"])
        bench.clock.advance(10)
        #expect(bench.world.machines(at: bench.clock.now)[0].isIsolated == false)
    }

    @Test func `an offline machine leaves its action pending for three days`() throws {
        var script = twoMachines()
        script.machines[0].isOffline = true
        let bench = Bench(script)
        let id = try bench.json(try bench.post(Self.isolate, Self.full))["id"]
        bench.clock.advance(3 * 86_400 - 1)
        #expect(try status(bench, id) == "Pending")
        bench.clock.advance(2)
        #expect(try status(bench, id) == "TimeOut")
    }

    @Test(arguments: ["Failed", "Cancelled", "Postponed"])
    func `a machine has a course of its own`(end: String) throws {
        var script = twoMachines()
        script.machines[0].course = ActionCourse(delaySeconds: 1, end: end)
        let bench = Bench(script)
        let id = try bench.json(try bench.post(Self.isolate, Self.full))["id"]
        bench.clock.advance(2)
        #expect(try status(bench, id) == end)
        #expect(bench.world.machines(at: bench.clock.now)[0].isIsolated == false)
    }

    @Test(arguments: [
        ("isolate", "{}", 400, "MissingRequiredParameter"),
        ("isolate", #"{"comment":"x","IsolationType":"Full"}"#, 400, "InvalidRequestBody"),
        ("isolate", #"{"Comment":"x","IsolationType":"full"}"#, 400, "InvalidInput"),
        ("isolate", #"{"Comment":"x","Comment":"y"}"#, 400, "InvalidRequestBody"),
        ("isolate", "[]", 400, "InvalidRequestBody"),
        ("runAntiVirusScan", #"{"Comment":"x"}"#, 400, "MissingRequiredParameter"),
        ("RUNANTIVIRUSSCAN", #"{"Comment":"x","ScanType":"Quick"}"#, 201, nil),
        ("restrictCodeExecution", #"{"Comment":"x"}"#, 201, nil),
        ("StopAndQuarantineFile", #"{"Comment":"x"}"#, 400, "MissingRequiredParameter"),
        ("StopAndQuarantineFile", #"{"Comment":"x","Sha1":"4388963a"}"#, 400, "InvalidInput"),
        ("offboard", "{}", 400, "MissingRequiredParameter"),
        ("startInvestigation", #"{"Comment":"x"}"#, 404, "NotFound"),
    ])
    func `a body is read with its case`(action: String, body: String, status: Int, code: String?) throws {
        let bench = Bench()
        let answer = bench.call("POST", "/api/v1.0/machines/\(laptopID)/\(action)", try bench.bearer(), body)
        #expect(answer.status == status)
        #expect(try bench.errorCode(answer) == code)
        #expect(answer.executed == (status == 201))
    }

    @Test func `the checks come in order: token, permission, machine, body`() throws {
        var script = twoMachines()
        script.roles = ["Machine.Read.All"]
        let bench = Bench(script)
        let nowhere = "/api/machines/unknown/isolate"
        #expect(bench.call("POST", nowhere, [:], "{}").status == 401)
        #expect(bench.call("POST", nowhere, try bench.bearer(), "{}").status == 403)
        let other = Bench()
        let unknown = other.call("POST", nowhere, try other.bearer(), "{}")
        #expect(unknown.status == 404)
        #expect(try other.errorCode(unknown) == "ResourceNotFound")
        #expect(other.call("POST", Self.isolate, try other.bearer(), "{}").status == 400)
        // A name is enough for reading, not for acting.
        let byName = "/api/machines/laptop-7.corp.example"
        #expect(other.call("GET", byName, try other.bearer()).status == 200)
        #expect(try other.post(byName + "/isolate", Self.full).status == 404)
    }

    @Test(arguments: [
        (DuplicateAnswer.returnsExisting, [201, 201, 201]), (.refuses, [201, 400, 400]),
        (.alternates, [201, 201, 400]),
    ])
    func `a second action of a kind makes no new one`(answers: DuplicateAnswer, statuses: [Int]) throws {
        var script = twoMachines()
        script.duplicates = answers
        let bench = Bench(script)
        let calls = try (0..<3).map { _ in try bench.post(Self.isolate, Self.full) }
        #expect(calls.map(\.status) == statuses)
        #expect(calls.map(\.executed) == [true, false, false])
        let first = try bench.json(calls[0])["id"]
        for call in calls.dropFirst() {
            if call.status == 201 {
                #expect(try bench.json(call)["id"] == first)
            } else {
                #expect(try bench.errorCode(call) == "ActiveRequestAlreadyExists")
            }
        }
        #expect(try bench.post("/api/machines/\(laptopID)/unisolate", ["Comment": "x"]).executed)
        #expect(try bench.post("/api/machines/\(serverID)/isolate", Self.full).executed)
    }

    @Test func `a repeated isolate is carried out after the releases, if the script wants that`() throws {
        var script = twoMachines()
        script.reordersRepeatedIsolate = true
        let bench = Bench(script)
        let release = "/api/machines/\(laptopID)/unisolate"
        for path in [Self.isolate, Self.isolate, release, release] {
            bench.clock.advance(0.1)
            #expect(try bench.post(path, path == release ? ["Comment": "x"] : Self.full).executed)
        }
        bench.clock.advance(10)
        #expect(bench.world.machines(at: bench.clock.now)[0].isIsolated)
    }

    @Test func `a repeated isolate of an isolated machine stays pending, if the script wants that`() throws {
        var script = twoMachines()
        script.leavesRepeatedIsolatePending = true
        let bench = Bench(script)
        _ = try bench.post(Self.isolate, Self.full)
        bench.clock.advance(5)
        let id = try bench.json(try bench.post(Self.isolate, Self.full))["id"]
        bench.clock.advance(3_600)
        #expect(try status(bench, id) == "Pending")
        let cancelled = try bench.post("/api/machineactions/\(id?.string ?? "")/cancel", ["Comment": "stop"])
        #expect(cancelled.status == 200)
        #expect(cancelled.executed == false)
        #expect(try bench.json(cancelled)["status"] == "Cancelled")
        #expect(try bench.post("/api/machineactions/\(id?.string ?? "")/cancel", [:]).status == 400)
        #expect(try bench.post("/api/machineactions/unknown/cancel", [:]).status == 404)
    }

    @Test func `a new action is not seen at once, if the script wants that`() throws {
        var script = twoMachines()
        script.visibilityLagSeconds = 5
        let bench = Bench(script)
        let id = try bench.json(try bench.post(Self.isolate, Self.full))["id"]?.string ?? ""
        #expect(bench.call("GET", "/api/machineactions/\(id)", try bench.bearer()).status == 404)
        #expect(try bench.get("/api/machineactions")["value"] == [])
        bench.clock.advance(5)
        #expect(bench.call("GET", "/api/machineactions/\(id)", try bench.bearer()).status == 200)
    }

    @Test func `somebody else can act, and is named`() throws {
        let bench = Bench()
        let body: JSONValue = [
            "machineId": .string(laptopID), "type": "Isolate", "requestor": "ann@corp.example",
        ]
        #expect(bench.call("POST", "/simulator/actions", [:], body.encodedText).status == 201)
        bench.clock.advance(5)
        let action = try bench.get("/api/machineactions")["value"]?[0]
        #expect(action?["requestor"] == "ann@corp.example")
        #expect(action?["status"] == "Succeeded")
        #expect(bench.world.machines(at: bench.clock.now)[0].isIsolated)
        #expect(bench.world.journal.contains { $0.path.hasPrefix("/simulator") } == false)
    }
}
