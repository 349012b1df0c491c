import Foundation
import JSONReader
import Testing
import Vocabulary

@testable import Simulating

struct StateTests {
    private func folder() throws -> URL {
        let folder = URL.temporaryDirectory.appending(path: "bascule-state-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    private func world(_ script: SimulatorScript, _ file: StateFile) -> Bench {
        Bench(script, file: file)
    }

    @Test func `an action that was under way goes on where the file is opened again`() throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "world.json").path
        var script = twoMachines()
        script.actions = ActionCourse(delaySeconds: 100)
        script.duplicates = .alternates
        let first = world(script, try StateFile(path: path))
        let isolate = "/api/machines/\(laptopID)/isolate"
        let body: JSONValue = ["Comment": "x", "IsolationType": "Full"]
        let id = try first.json(first.post(isolate, body))["id"]?.string
        // The first of two in turn returns what is there.
        #expect(try first.json(first.post(isolate, body))["id"]?.string == id)
        let second = world(script, try StateFile(path: path))
        #expect(second.world.machines(at: second.clock.now)[0].isIsolated == false)
        #expect(try second.post(isolate, body).status == 400)
        second.clock.advance(101)
        #expect(second.world.machines(at: second.clock.now)[0].isIsolated)
        #expect(try StateFile(path: path).kept.containment == [laptopID: "Full"])
        second.world.reset()
        var fresh = EstateState()
        fresh.records = RecordShelf(script)
        #expect(try StateFile(path: path).kept == fresh)
    }

    @Test func `a question changes nothing in the file`() throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "world.json").path
        let bench = world(twoMachines(), try StateFile(path: path))
        try FileManager.default.removeItem(atPath: path)
        _ = try bench.get("/api/machines")
        #expect(!FileManager.default.fileExists(atPath: path))
        _ = try bench.post("/api/machines/\(laptopID)/setDeviceValue", ["DeviceValue": "Low"])
        #expect(try StateFile(path: path).kept.values == [laptopID: "Low"])
    }

    @Test func `a file of fewer parts is read, and one that cannot be written is said`() throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "world.json").path
        try Data(#"{"version":1,"estate":{"tags":{"a":["b"]},"later":1}}"#.utf8).write(
            to: URL(filePath: path)
        )
        var expected = EstateState()
        expected.tags = ["a": ["b"]]
        #expect(try StateFile(path: path).kept == expected)
        let nowhere = folder.appending(path: "none/world.json").path
        #expect(throws: StateFileError.unwritable(nowhere)) { try StateFile(path: nowhere) }
    }
}
