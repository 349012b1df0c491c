import CurlClient
import Foundation
import JSONReader
import Testing
import Vocabulary

@testable import Simulating

/// A simulator whose clock is off, and a secret whose time is over.
struct ScriptedClockTests {
    @Test(arguments: [0, 600, -600])
    func `answers are dated by the script's clock, tokens too`(seconds: Int) async throws {
        var script = SimulatorScript()
        script.clockAheadSeconds = seconds
        try await Simulator.serve(script, keys: sharedKeys) { simulator, addresses in
            let curl = try CurlClient()
            let url = Secret("\(addresses.entra)/\(addresses.tenant)/v2.0/.well-known/openid-configuration")
            let before = Timestamp.now().seconds
            let answer = try await curl.send(OutgoingRequest(.get, url, isIdempotent: true))
            let date = try #require(answer.header("Date").flatMap { Timestamp(httpDate: $0) })
            #expect(abs(date.seconds - before - Int64(seconds)) <= 5)
            #expect(answer.headers.count { $0.name.lowercased() == "date" } == 1)
            let at = try #require(simulator.journal.first?.json["at"]?.number)
            #expect(abs(at - Double(before) - Double(seconds)) <= 5)
            await curl.close()
        }
    }

    @Test func `a date is written as HTTP wants it`() {
        #expect(ScriptedDate.text(of: Timestamp(seconds: 784_111_777)) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    @Test func `an expired secret is told from a wrong one`() throws {
        var script = twoMachines()
        script.expiredSecret = "last-years"
        let bench = Bench(script)
        let expired = bench.token(["client_secret": "last-years"])
        #expect(expired.status == 401)
        let body = try bench.json(expired)
        #expect(body["error"] == "invalid_client")
        #expect(body["error_codes"] == [7_000_222])
        #expect(try bench.json(bench.token(["client_secret": "other"]))["error_codes"] == [7_000_215])
        #expect(bench.token().status == 200)
    }
}
