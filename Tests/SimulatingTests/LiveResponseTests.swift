import JSONReader
import Testing
import Vocabulary

@testable import Simulating

struct LiveResponseTests {
    private static let path = "/api/machines/\(laptopID)/runliveresponse"
    private static let triage: JSONValue = [
        "Comment": "x",
        "Commands": [["type": "RunScript", "params": [["key": "ScriptName", "value": "triage.ps1"]]]],
    ]

    private func bench(_ change: (inout SimulatorScript) -> Void = { _ in }) -> Bench {
        var script = twoMachines()
        script.liveResponse.library = ["triage.ps1": LibraryScript(output: "a\nb")]
        script.liveResponse.files = ["/etc/hosts": "127.0.0.1"]
        change(&script)
        return Bench(script)
    }

    private func command(_ type: String, _ params: (String, String)...) -> JSONValue {
        [
            "type": .string(type),
            "params": .array(params.map { ["key": .string($0.0), "value": .string($0.1)] as JSONValue }),
        ]
    }

    @Test(arguments: [
        ("{}", 400, "MissingRequiredParameter"), (#"{"Commands":[]}"#, 400, "MissingRequiredParameter"),
        (#"{"commands":[]}"#, 400, "InvalidRequestBody"), (#"{"Commands":{}}"#, 400, "InvalidRequestBody"),
        (#"{"Commands":[{"type":"RunScript"}]}"#, 400, "InvalidRequestBody"),
        (#"{"Commands":[{"type":"runscript","params":[]}]}"#, 400, "InvalidInput"),
        (#"{"Commands":[{"type":"RunScript","params":[]}]}"#, 400, "MissingRequiredParameter"),
        (
            #"{"Commands":[{"type":"RunScript","params":[{"key":"scriptName","value":"a"}]}]}"#, 400,
            "InvalidRequestBody"
        ),
        (
            #"{"Commands":[{"type":"GetFile","params":[{"key":"Path","value":"/a"}]},"#
                + #"{"type":"PutFile","params":[{"key":"FileName","value":"a"}]}]}"#, 400, "InvalidInput"
        ),
        (#"{"Commands":[{"type":"GetFile","params":[{"key":"Path","value":"/a"}]}]}"#, 201, nil),
    ])
    func `a body is read with its case and its order`(body: String, status: Int, code: String?) throws {
        let bench = bench()
        let answer = bench.call("POST", Self.path, try bench.bearer(), body)
        #expect(answer.status == status)
        #expect(try bench.errorCode(answer) == code)
    }

    @Test func `commands have states of their own, and after a failure the rest is left`() throws {
        let bench = bench()
        let answer = try bench.post(
            Self.path,
            [
                "Comment": "x",
                "Commands": .array([
                    command("PutFile", ("FileName", "triage.ps1")),
                    command("RunScript", ("ScriptName", "none.ps1")),
                    command("GetFile", ("Path", "/etc/hosts")),
                ]),
            ]
        )
        let id = try bench.json(answer)["id"]?.string ?? ""
        func states() throws -> [String] {
            try bench.get("/api/machineactions/\(id)")["commands"]?.array?
                .compactMap { $0["commandStatus"]?.string } ?? []
        }
        #expect(try states() == ["Created", "Created", "Created"])
        bench.clock.advance(2)
        #expect(try states() == ["Completed", "Failed", "Created"])
        let action = try bench.get("/api/machineactions/\(id)")
        #expect(action["status"] == "Failed")
        #expect(action.at("commands.1.errors.0") == "The script none.ps1 is not in the library.")
        for index in 0...2 {
            let link = bench.call(
                "GET",
                "/api/machineactions/\(id)/GetLiveResponseResultDownloadLink(index=\(index))",
                try bench.bearer()
            )
            #expect(link.status == 404)
        }
    }

    @Test func `a file comes packed through a link that lives for half an hour, without a token`() throws {
        let bench = bench()
        let order: JSONValue = [
            "Comment": "x", "Commands": .array([command("GetFile", ("Path", "/etc/hosts"))]),
        ]
        let id = try bench.json(try bench.post(Self.path, order))["id"]?.string ?? ""
        bench.clock.advance(2)
        let path = "/api/machineactions/\(id)/GetLiveResponseResultDownloadLink(index=0)"
        let link = try #require(try bench.get(path)["value"]?.string)
        let target = String(link.dropFirst("http://127.0.0.1:1".count))
        #expect(bench.call("GET", target, try bench.bearer()).status == 400)
        let file = bench.call("GET", target)
        #expect(file.status == 200)
        #expect(file.body.prefix(3) == [0x1F, 0x8B, 8])
        #expect(file.body.dropFirst(15).prefix(9) == Array("127.0.0.1".utf8)[...])
        #expect(file.headers.contains { $0.value == "attachment; filename=\"hosts.gz\"" })
        bench.clock.advance(1_800)
        #expect(bench.call("GET", target).status == 403)
        #expect(try bench.get(path)["value"]?.string != link)
    }

    @Test func `one session a machine, so many in all, those of the portal among them`() throws {
        let bench = bench { $0.liveResponse.sessionsMax = 2 }
        #expect(try bench.post(Self.path, Self.triage).status == 201)
        let again = try bench.post(Self.path, Self.triage)
        #expect(again.status == 400)
        #expect(try bench.errorCode(again) == "ActiveRequestAlreadyExists")
        let other = "/api/machines/\(serverID)/runliveresponse"
        let portal: JSONValue = ["machineId": .string(serverID), "seconds": 60]
        #expect(bench.call("POST", "/simulator/sessions", [:], portal.encodedText).status == 204)
        #expect(try bench.errorCode(try bench.post(other, Self.triage)) == "ActiveRequestAlreadyExists")
        #expect(try bench.get("/api/machineactions")["value"]?.array?.count == 1)
        bench.clock.advance(61)
        #expect(try bench.post(other, Self.triage).status == 201)
        let full = self.bench { $0.liveResponse.sessionsMax = 1 }
        #expect(try full.post(Self.path, Self.triage).status == 201)
        let refused = try full.post(other, Self.triage)
        #expect(refused.status == 429)
        #expect(try full.errorCode(refused) == "TooManyRequests")
    }

    @Test func `permission, calls of a minute and the tenant's switches are looked at`() throws {
        let reader = bench { $0.roles = ["Machine.Read.All"] }
        #expect(try reader.post(Self.path, Self.triage).status == 403)
        let few = bench { $0.liveResponse.rate = CallRate(perMinute: 1, perHour: 10) }
        #expect(try few.post("/api/machines/unknown/runliveresponse", Self.triage).status == 404)
        #expect(try few.post(Self.path, Self.triage).status == 429)
        let off = bench { $0.liveResponse.isEnabled = false }
        #expect(try off.errorCode(try off.post(Self.path, Self.triage)) == "DisabledFeature")
        let plain = bench { $0.liveResponse.withoutAutomation = ["laptop-7.corp.example"] }
        #expect(try plain.errorCode(try plain.post(Self.path, Self.triage)) == "DisallowedOperation")
        #expect(
            try plain.post("/api/machines/\(serverID)/runliveresponse", Self.triage).status == 201
        )
    }
}
