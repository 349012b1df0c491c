import Foundation
import JSONReader
import Testing
import Vocabulary

@testable import Simulating

struct LibraryTests {
    private static let path = "/api/libraryfiles"

    private func form(_ parts: [(String, String)]) -> String {
        parts.map { "--x\r\nContent-Disposition: form-data; name=\"\($0)\"\r\n\r\n\($1)\r\n" }.joined()
            + "--x--\r\n"
    }

    private func upload(_ bench: Bench, _ body: String) throws -> SimulatedAnswer {
        var headers = try bench.bearer()
        headers["content-type"] = ["multipart/form-data; boundary=x"]
        return bench.call("POST", Self.path, headers, body)
    }

    private let hello = [("file\"; filename=\"a.sh", "hel\r\n--y\r\nlo")]

    @Test func `a file is uploaded, listed, replaced only if that is said, and deleted`() throws {
        let bench = Bench()
        let made = try upload(bench, form(hello + [("Description", "d\u{e4}"), ("HasParameters", "true")]))
        #expect(made.status == 200 && made.executed)
        let row = try bench.json(made)
        #expect(row["fileName"] == "a.sh" && row["description"] == "d\u{e4}" && row["hasParameters"] == true)
        #expect(row["sha256"] == "85d70062482b901817450d534a4df79e9e7ebeb5a1a9164b55a47201c9da1279")
        #expect(try bench.get(Self.path)["value"]?[0]?["fileName"] == "a.sh")
        let again = try upload(bench, form(hello))
        #expect(again.status == 400)
        #expect(try upload(bench, form(hello + [("OverrideIfExists", "true")])).status == 200)
        #expect(bench.call("DELETE", Self.path + "/a.sh", try bench.bearer()).status == 204)
        #expect(bench.call("DELETE", Self.path + "/a.sh", try bench.bearer()).status == 404)
        #expect(try bench.get(Self.path)["value"] == [])
    }

    @Test(arguments: [
        ("--x--\r\n", "MissingRequiredParameter"), ("", "InvalidRequestBody"),
        ("nonsense", "InvalidRequestBody"),
        ("--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n", "InvalidRequestBody"),
        (
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a/b\"\r\n\r\na\r\n--x--\r\n",
            "InvalidInput"
        ),
        (
            "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\na\r\n--x--\r\n",
            "MissingRequiredParameter"
        ),
    ])
    func `a body is read as what it is`(body: String, code: String) throws {
        let bench = Bench()
        let answer = try upload(bench, body)
        #expect(answer.status == 400)
        #expect(try bench.errorCode(answer) == code)
    }

    @Test func `the library has a permission of its own`() throws {
        var script = twoMachines()
        script.roles = ["Machine.LiveResponse", "Machine.Read.All"]
        let bench = Bench(script)
        #expect(bench.call("GET", Self.path, try bench.bearer()).status == 403)
        #expect(try upload(bench, form(hello)).status == 403)
        #expect(bench.call("DELETE", Self.path + "/a.sh", try bench.bearer()).status == 403)
    }

    @Test func `what was uploaded is there after a restart`() throws {
        let path = NSTemporaryDirectory() + "library-\(Timestamp.now().milliseconds).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = try upload(Bench(file: try StateFile(path: path)), form(hello))
        let again = Bench(file: try StateFile(path: path))
        #expect(try again.get(Self.path)["value"]?[0]?["fileName"] == "a.sh")
    }

    @Test func `what was uploaded can be run`() throws {
        let bench = Bench()
        _ = try upload(bench, form(hello))
        let order: JSONValue = [
            "Commands": [["type": "RunScript", "params": [["key": "ScriptName", "value": "a.sh"]]]]
        ]
        let id =
            try bench.json(try bench.post("/api/machines/\(laptopID)/runliveresponse", order))["id"]?.string
            ?? ""
        bench.clock.advance(5)
        #expect(try bench.get("/api/machineactions/\(id)").at("commands.0.commandStatus") == "Completed")
    }
}
