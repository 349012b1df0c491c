import CurlClient
import JSONReader
import Testing
import Vocabulary

@testable import Simulating

struct WireFaultTests {
    private static let isolate = "/api/machines/\(laptopID)/isolate"
    private static let order = #"{"Comment":"x","IsolationType":"Full"}"#

    @Test(arguments: [false, true])
    func `a token opens a machine, and the journal holds both calls`(isTLS: Bool) async throws {
        try await Wire.serve(twoMachines(), isTLS: isTLS) { wire in
            let bearer = try await wire.bearer()
            let answer = try await wire.send(.post, Self.isolate, headers: bearer, body: Self.order)
            #expect(answer.status == 201)
            let journal = try JSONReader.read(
                try await wire.send(.get, "/simulator/journal").body,
                root: .array
            )
            #expect(journal.array?.count == 2)
            #expect(journal[0]?["path"] == .string("/\(wire.addresses.tenant)/oauth2/v2.0/token"))
            #expect(journal[1]?["n"] == 2)
            #expect(journal[1]?["status"] == 201)
            #expect(journal[1]?["executed"] == true)
            #expect(journal[1]?["fault"] == .null)
            #expect(journal[1]?["body"] == .string(Self.order))
            #expect(journal[1]?["headers"]?["content-type"] == ["application/json"])
        }
    }

    @Test(
        arguments: [
            (FaultKind.resetBefore, false, TransferFailure.Kind.reset), (.resetAfter, true, .reset),
            (.hang, false, .timeout), (.hangAfter, true, .timeout), (.truncate, true, .reset),
        ],
        [false, true]
    )
    func `a fault happens on the socket`(
        fault: (kind: FaultKind, executes: Bool, failure: TransferFailure.Kind),
        isTLS: Bool
    ) async throws {
        var script = twoMachines()
        script.faults = [ScriptedFault(request: "POST */isolate", nth: 1, kind: fault.kind)]
        // Longer than any wait below, so that the second order meets the first action still under way.
        script.actions.delaySeconds = 120
        try await Wire.serve(script, isTLS: isTLS) { wire in
            let bearer = try await wire.bearer()
            do {
                let answer = try await wire.send(
                    .post,
                    Self.isolate,
                    headers: bearer,
                    body: Self.order,
                    deadline: fault.failure == .timeout ? .seconds(3) : .seconds(20)
                )
                Issue.record("an answer came: \(answer.status)")
            } catch let failure as TransferFailure {
                #expect(failure.kind == fault.failure)
            }
            let entry = try #require(wire.simulator.journal.last)
            #expect(entry.fault == fault.kind.word)
            #expect(entry.executed == fault.executes)
            #expect(entry.status == (fault.kind == .truncate ? 201 : nil))
            let again = try await wire.send(.post, Self.isolate, headers: bearer, body: Self.order)
            #expect(again.status == 201)
            #expect(wire.simulator.journal.filter(\.executed).count == 1)
        }
    }

    @Test func `a slow answer comes whole`() async throws {
        var script = twoMachines()
        script.faults = [ScriptedFault(request: "GET */machines", kind: .slow)]
        try await Wire.serve(script) { wire in
            let answer = try await wire.send(.get, "/api/machines", headers: try await wire.bearer())
            #expect(try JSONReader.read(answer.body)["value"]?.array?.count == 2)
            #expect(wire.simulator.journal.last?.fault == "slow")
        }
    }

    @Test func `a status comes with its wait and nothing is done`() async throws {
        var script = twoMachines()
        script.faults = [
            ScriptedFault(request: "POST */isolate", kind: .status(503), retryAfterSeconds: 7)
        ]
        try await Wire.serve(script) { wire in
            let bearer = try await wire.bearer()
            let answer = try await wire.send(.post, Self.isolate, headers: bearer, body: Self.order)
            #expect(answer.status == 503)
            #expect(answer.header("Retry-After") == "7")
            #expect(wire.simulator.journal.filter(\.executed).isEmpty)
        }
    }

    @Test func `a simulator ends although a call hangs`() async throws {
        var script = twoMachines()
        script.faults = [ScriptedFault(request: "GET /api/machines", kind: .hang)]
        try await Wire.serve(script) { wire in
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask { _ = try? await wire.send(.get, "/api/machines", deadline: .seconds(1)) }
                await tasks.waitForAll()
            }
            #expect(wire.simulator.journal.last?.status == nil)
        }
    }
}
