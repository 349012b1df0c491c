import JSONReader
import Testing
import Vocabulary

@testable import Simulating

struct ValueTests {
    private static let path = "/api/machines/\(laptopID)/setDeviceValue"

    @Test(arguments: [
        ("{}", 400, "MissingRequiredParameter"), (#"{"DeviceValue":"high"}"#, 400, "InvalidInput"),
        (#"{"DeviceValue":"None"}"#, 400, "InvalidInput"),
        (#"{"deviceValue":"High"}"#, 400, "InvalidRequestBody"),
        (#"{"DeviceValue":7}"#, 400, "InvalidRequestBody"), (#"{"DeviceValue":"High"}"#, 200, nil),
    ])
    func `a body is read with its case`(body: String, status: Int, code: String?) throws {
        let bench = Bench(twoMachines())
        let answer = bench.call("POST", Self.path, try bench.bearer(), body)
        #expect(answer.status == status)
        #expect(try bench.errorCode(answer) == code)
        #expect(answer.executed == (status == 200))
    }

    @Test func `the machine shows its value from then on, and can be found by it`() throws {
        let bench = Bench(twoMachines())
        let answer = try bench.post(Self.path, ["DeviceValue": "High"])
        #expect(try bench.json(answer)["deviceValue"] == "High")
        #expect(try bench.post(Self.path, ["DeviceValue": "High"]).executed == false)
        #expect(try bench.get("/api/machines/\(laptopID)")["deviceValue"] == "High")
        let found = try bench.get("/api/machines?$filter=deviceValue%20eq%20'High'")["value"]
        #expect(found?.array?.count == 1)
        #expect(bench.world.machines(at: bench.clock.now).map(\.value) == ["High", nil])
        bench.world.reset()
        #expect(bench.world.machines(at: bench.clock.now).map(\.value) == [nil, nil])
    }

    @Test func `permission and machine are checked first`() throws {
        var script = twoMachines()
        script.roles = ["Machine.Read.All", "Machine.Isolate"]
        #expect(try Bench(script).post(Self.path, ["DeviceValue": "High"]).status == 403)
        let bench = Bench(twoMachines())
        #expect(try bench.post("/api/machines/unknown/setDeviceValue", ["DeviceValue": "High"]).status == 404)
    }
}
