import JSONReader
import Testing
import Vocabulary

@testable import Simulating

struct TagTests {
    private static let path = "/api/machines/\(laptopID)/tags"

    private func tagging(_ change: (inout SimulatorScript) -> Void = { _ in }) -> Bench {
        var script = twoMachines()
        change(&script)
        return Bench(script)
    }

    @Test(arguments: [
        ("{}", 400, "MissingRequiredParameter"), (#"{"Value":"a"}"#, 400, "MissingRequiredParameter"),
        (#"{"Action":"Add"}"#, 400, "MissingRequiredParameter"),
        (#"{"Value":" ","Action":"Add"}"#, 400, "MissingRequiredParameter"),
        (#"{"Value":"a","Action":"add"}"#, 400, "InvalidInput"),
        (#"{"Value":"a","Action":"Delete"}"#, 400, "InvalidInput"),
        (#"{"value":"a","Action":"Add"}"#, 400, "InvalidRequestBody"),
        (#"{"Value":7,"Action":"Add"}"#, 400, "InvalidRequestBody"), ("[]", 400, "InvalidRequestBody"),
        (#"{"Value":"a","Action":"Add","Comment":"x"}"#, 200, nil),
    ])
    func `a body is read with its case`(body: String, status: Int, code: String?) throws {
        let bench = tagging()
        let answer = bench.call("POST", Self.path, try bench.bearer(), body)
        #expect(answer.status == status)
        #expect(try bench.errorCode(answer) == code)
        #expect(answer.executed == (status == 200))
    }

    @Test func `the machine shows its tags from then on, and no other does`() throws {
        let bench = tagging { $0.machines[0].fields["machineTags"] = ["VIP"] }
        let answer = try bench.post(Self.path, ["Value": "Contained", "Action": "Add"])
        #expect(try bench.json(answer)["machineTags"] == ["VIP", "Contained"])
        #expect(try bench.json(answer)["id"] == .string(laptopID))
        #expect(try bench.get("/api/machines/\(laptopID)")["machineTags"] == ["VIP", "Contained"])
        #expect(try bench.get("/api/machines/\(serverID)")["machineTags"] == nil)
        let again = try bench.post(Self.path, ["Value": "Contained", "Action": "Add"])
        #expect(again.status == 200)
        #expect(again.executed == false)
        let removed = try bench.post(Self.path, ["Value": "VIP", "Action": "Remove"])
        #expect(try bench.json(removed)["machineTags"] == ["Contained"])
        #expect(try bench.get("/api/machines")["value"]?[0]?["machineTags"] == ["Contained"])
        #expect(bench.world.machines(at: bench.clock.now).map(\.tags) == [["Contained"], []])
        bench.world.reset()
        #expect(bench.world.machines(at: bench.clock.now).map(\.tags) == [["VIP"], []])
    }

    @Test func `the checks come in order: token, permission, quota, machine, body`() throws {
        let good: JSONValue = ["Value": "a", "Action": "Add"]
        let reader = tagging { $0.roles = ["Machine.Read.All", "Machine.Isolate"] }
        #expect(reader.call("POST", Self.path, [:], good.encodedText).status == 401)
        #expect(try reader.post(Self.path, good).status == 403)
        let few = tagging { $0.rate = CallRate(perMinute: 2, perHour: 10) }
        #expect(try few.post("/api/machines/unknown/tags", good).status == 404)
        // A name is enough for reading, not for acting.
        #expect(try few.post("/api/machines/laptop-7.corp.example/tags", good).status == 404)
        #expect(try few.post(Self.path, good).status == 429)
        #expect(few.world.machines(at: few.clock.now)[0].tags == [])
    }
}
