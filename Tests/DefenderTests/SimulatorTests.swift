import Cryptography
import Defender
import Foundation
import Simulating
import Synchronization
import Testing
import Vocabulary

/// The client against the simulator, which has its own reading of the wire, over real sockets.
struct SimulatorTests {
    @Test(
        arguments: [
            ("isolate", ["type": "Full"], "Isolate", "Full"),
            ("isolate", ["type": "Selective"], "Isolate", "Selective"),
            ("scan", ["type": "Quick"], "RunAntiVirusScan", "Quick"), ("release", [:], "Unisolate", nil),
            ("collect", [:], "CollectInvestigationPackage", nil),
        ] as [(String, [String: String], String, String?)]
    )
    func `an action is posted, found again and watched to its end`(
        word: String,
        parameters: [String: String],
        type: String,
        scope: String?
    ) async throws {
        try await SimulatedTenant.serve { tenant in
            let posted = try await tenant.post(word, parameters)
            #expect(posted.type == type)
            #expect(posted.scope == scope)
            #expect(posted.status.isEnd == false)
            #expect(posted.comment == "bascule:j-1 mia: \"it's\" Ünïcode")
            #expect(posted.requestor == tenant.client.clientID)
            #expect(tenant.executed == 1)
            tenant.clock.advance(10)
            #expect(try await tenant.client.action(posted.id, priority: .watching).status == .succeeded)
            let page = try await tenant.client.actions(
                ActionFilter(
                    machine: posted.machineID,
                    types: [type, "Other"],
                    createdNotBefore: posted.createdAt - .seconds(300)
                ),
                priority: .watching
            )
            #expect(page.actions.map(\.id) == [posted.id])
            #expect(page.mayBeCut == false)
            let later = try await tenant.client.actions(
                ActionFilter(createdNotBefore: posted.createdAt + .seconds(60)),
                priority: .watching
            )
            #expect(later.actions.isEmpty)
        }
    }

    @Test func `machines are found by every kind of selector`() async throws {
        try await SimulatedTenant.serve { tenant in
            let first = SimulatedTenant.first
            let id = try #require(MachineID(first))
            #expect(try await tenant.candidates(.id(id)) == [first])
            #expect(try await tenant.candidates(.hostName("laptop-7")) == [first])
            #expect(try await tenant.candidates(.hostName("LAPTOP-7")) == [first])
            #expect(try await tenant.candidates(.dnsName("Laptop-7.corp.example.")) == [first])
            #expect(try await tenant.candidates(.dnsName("laptop.corp.example")) == [])
            #expect(try await tenant.candidates(.address("10.1.2.4")) == [SimulatedTenant.second])
            #expect(try await tenant.candidates(.address("10.9.9.9")) == [])
            #expect(
                try await tenant.candidates(.entraDevice("80FE8FF8-2624-418E-9591-41F0491218FA"))
                    == [SimulatedTenant.second]
            )
            #expect(try await tenant.candidates(.alert("da637472900382838869_1364969609")) == [first])
            #expect(try await tenant.candidates(.alert("da1_2")) == [])
            #expect(try await tenant.candidates(.hostName("x' or id ne '")) == [])
            let unknown = try #require(MachineID(String(repeating: "b", count: 40)))
            #expect(try await tenant.candidates(.id(unknown)) == [])
        }
    }

    @Test(arguments: [true, false])
    func `an empty tenant has no candidates`(answersNotFound: Bool) async throws {
        var script = SimulatorScript()
        script.answersEmptyEstateNotFound = answersNotFound
        try await SimulatedTenant.serve(script) { tenant in
            let found = try await tenant.candidates(.hostName("laptop-7"))
            #expect(found == [])
        }
    }

    @Test func `a pending action is cancelled`() async throws {
        var script = SimulatedTenant.script()
        script.actions = ActionCourse(delaySeconds: 1_000)
        try await SimulatedTenant.serve(script) { tenant in
            let posted = try await tenant.post("isolate", ["type": "Full"])
            try await tenant.client.cancel(actionID: posted.id, comment: "why not", priority: .containment)
            let action = try await tenant.client.action(posted.id, priority: .containment)
            #expect(action.status == .cancelled)
            #expect(action.cancellationComment == "why not")
        }
    }

    @Test func `a second action is answered in both ways`() async throws {
        var script = SimulatedTenant.script()
        script.actions = ActionCourse(delaySeconds: 1_000)
        try await SimulatedTenant.serve(script) { tenant in
            let one = try await tenant.post("scan", ["type": "Full"])
            let two = try await tenant.post("scan", ["type": "Full"])
            #expect(one.id == two.id)
        }
        script.duplicates = .refuses
        try await SimulatedTenant.serve(script) { tenant in
            _ = try await tenant.post("scan", ["type": "Full"])
            let error = try await refusal { try await tenant.post("scan", ["type": "Full"]) }
            #expect(error.kind == .activeRequest)
            #expect(error.mayHaveBeenExecuted == false)
        }
    }

    @Test func `a missing role is a permission in Defender's words`() async throws {
        var script = SimulatedTenant.script()
        script.roles = ["Machine.Read.All"]
        try await SimulatedTenant.serve(script) { tenant in
            #expect(try await tenant.client.heldPermissions() == ["Machine.Read.All"])
            let error = try await refusal { try await tenant.post("isolate", ["type": "Full"]) }
            #expect(error.kind == .permission)
            #expect(error.defenderCode == "Forbidden")
            #expect(error.message.contains("Machine.Isolate"))
            #expect(tenant.executed == 0)
        }
    }

    @Test(arguments: [
        (FaultKind.resetBefore, DefenderError.Kind.transfer, 0), (.resetAfter, .transfer, 1),
        (.truncate, .transfer, 1), (.status(503), .server, 0),
    ])
    func `a post whose outcome is unknown says so and is not repeated`(
        fault: FaultKind,
        kind: DefenderError.Kind,
        executed: Int
    ) async throws {
        var script = SimulatedTenant.script()
        script.faults = [ScriptedFault(request: "POST */isolate", nth: 1, kind: fault)]
        try await SimulatedTenant.serve(script) { tenant in
            let error = try await refusal { try await tenant.post("isolate", ["type": "Full"]) }
            #expect(error.kind == kind)
            #expect(error.mayHaveBeenExecuted)
            #expect(tenant.executed == executed)
            #expect(tenant.calls.filter { $0.hasPrefix("POST") }.count == 1)
        }
    }

    @Test func `a post that hangs ends at its deadline as unknown`() async throws {
        var script = SimulatedTenant.script()
        script.faults = [ScriptedFault(request: "POST */isolate", kind: .hang)]
        try await SimulatedTenant.serve(script) { tenant in
            let error = try await refusal {
                try await tenant.post("isolate", ["type": "Full"], deadline: .seconds(4))
            }
            #expect(error.kind == .transfer)
            #expect(error.mayHaveBeenExecuted)
        }
    }

    @Test func `a 401 brings a new token and the post is made once`() async throws {
        var script = SimulatedTenant.script()
        script.faults = [ScriptedFault(request: "POST */isolate", nth: 1, kind: .status(401))]
        try await SimulatedTenant.serve(script) { tenant in
            _ = try await tenant.post("isolate", ["type": "Full"])
            #expect(tenant.executed == 1)
            #expect(tenant.simulator.journal.filter { $0.path.hasSuffix("/token") }.count == 2)
        }
    }

    @Test func `a token that ends during the run is renewed`() async throws {
        try await SimulatedTenant.serve { tenant in
            _ = try await tenant.post("isolate", ["type": "Full"])
            tenant.clock.advance(3_595)
            _ = try await tenant.post("scan", ["type": "Quick"])
            #expect(tenant.executed == 2)
            #expect(tenant.simulator.journal.allSatisfy { ($0.status ?? 0) < 300 })
        }
    }

    @Test func `a throttle of Defender is obeyed`() async throws {
        var script = SimulatedTenant.script()
        script.rate = CallRate(perMinute: 1, perHour: 100)
        try await SimulatedTenant.serve(script) { tenant in
            let id = try #require(MachineID(SimulatedTenant.first))
            _ = try await tenant.client.machine(id, priority: .question)
            let error = try await refusal { try await tenant.client.machine(id, priority: .question) }
            #expect(error.kind == .throttled)
            #expect(error.retryAfter.map { $0 > .seconds(1) && $0 <= .seconds(61) } == true)
            let calls = tenant.calls.count
            let again = try await refusal { try await tenant.client.machine(id, priority: .question) }
            #expect(again.kind == .throttled)
            #expect(tenant.calls.count == calls)
        }
    }

    @Test(arguments: [true, false])
    func `a package is not found before its time, then fetched without a token`(isQuoted: Bool) async throws {
        var script = SimulatedTenant.script()
        script.quotesPackageAddress = isQuoted
        try await SimulatedTenant.serve(script) { tenant in
            let posted = try await tenant.post("collect")
            let early = try await refusal { try await tenant.client.packageAddress(actionID: posted.id) }
            #expect(early.kind == .notFound)
            tenant.clock.advance(10)
            let address = try await tenant.client.packageAddress(actionID: posted.id)
            let file = tenant.folder.appending(path: "package.zip")
            let digest = RunningDigest()
            let bytes = try await tenant.client.download(address, to: file.path, bytesMax: 1 << 20) {
                digest.update($0)
            }
            let written = Array(try Data(contentsOf: file))
            #expect(Int64(written.count) == bytes)
            #expect(bytes > 1_000)
            #expect(digest.finish() == Digest.of(written))
            let fetched = try #require(tenant.simulator.journal.last)
            #expect(fetched.method == "GET")
            #expect(fetched.headers["authorization"] == nil)
        }
    }

    @Test func `a package address that has ended is not found`() async throws {
        try await SimulatedTenant.serve { tenant in
            let posted = try await tenant.post("collect")
            tenant.clock.advance(10)
            let address = try await tenant.client.packageAddress(actionID: posted.id)
            tenant.clock.advance(3_000)
            let file = tenant.folder.appending(path: "package.zip").path
            let error = try await refusal {
                try await tenant.client.download(address, to: file, bytesMax: 1 << 20) { _ in }
            }
            #expect(error.kind == .notFound)
        }
    }

    @Test func `a package larger than allowed is given up`() async throws {
        try await SimulatedTenant.serve { tenant in
            let posted = try await tenant.post("collect")
            tenant.clock.advance(10)
            let address = try await tenant.client.packageAddress(actionID: posted.id)
            let file = tenant.folder.appending(path: "package.zip").path
            let error = try await refusal {
                try await tenant.client.download(address, to: file, bytesMax: 100) { _ in }
            }
            #expect(error.kind == .tooLarge)
        }
    }
}
