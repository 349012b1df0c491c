import CurlClient
import Foundation
import JSONReader
import TestKit
import Testing
import Vocabulary

extension EndToEndTests {
    /// What no decent sender sends: each gets its row of the table in design §11, and the bridge goes on.
    @Suite struct BadInputTests {
        private static let script = """
            machines:
            \(Settings.machine(7, "laptop-7.corp.example"))
            actions: { delay: 0.1 }
            """
        /// What the bridge may grow by, whatever it was sent: room for the buffers of a few bodies at a time.
        private static let growthKibibytesMax = 96 * 1_024

        @Test(.timeLimit(.minutes(3)))
        func `bad input gets its answer, and the next delivery is served`() async throws {
            try await TemporaryFolder.with { folder in
                try await SimulatorProcess.with(Self.script, in: folder) { simulator in
                    try Settings().write(to: folder, simulator)
                    try await BridgeProcess.with(in: folder, http: simulator.http) { bridge in
                        // One delivery first, so that what is made once is not counted as growth.
                        #expect(await bridge.deliver(try .alert("laptop-7", rule: "first"))?.status == 202)
                        let before = try #require(bridge.program.kibibytes("VmRSS"))
                        async let slow: Void = tooSlow(bridge)
                        try await strangers(bridge)
                        try await wire(bridge)
                        try await bodies(bridge)
                        try await masses(bridge)
                        try await slow
                        #expect(bridge.program.look() == nil, "the bridge ended")
                        let after = try #require(bridge.program.kibibytes("VmRSS"))
                        #expect(after - before < Self.growthKibibytesMax, "from \(before) to \(after) KiB")
                        #expect(await bridge.deliver(try .alert("laptop-7", rule: "last"))?.status == 202)
                        _ = try await bridge.job("scan", machine: "laptop-7", reaches: "succeeded")
                    }
                }
            }
        }

        /// Who is not who he says, or talks to nobody.
        private func strangers(_ bridge: BridgeProcess) async throws {
            let genuine = try SignedDelivery.alert("laptop-7")
            let elsewhere = SignedDelivery(source: "nobody", headers: genuine.headers, body: genuine.body)
            var forged = genuine.headers.filter { $0.name.lowercased() != "webhook-signature" }
            forged.append(.init("webhook-signature", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="))
            let deliveries = [
                elsewhere, SignedDelivery(source: "siem", headers: forged, body: genuine.body),
                SignedDelivery(source: "siem", headers: [], body: genuine.body),
                SignedDelivery(source: "siem", headers: genuine.headers, body: genuine.body + [0x20]),
            ]
            for delivery in deliveries {
                let answer = try #require(await bridge.deliver(delivery))
                #expect(answer.status == 401)
                #expect(String(decoding: answer.body, as: UTF8.self) == #"{"error":"unauthorized"}"#)
            }
            let old = try SignedDelivery.slack(
                "isolate laptop-7",
                chat: "https://127.0.0.1:9",
                now: Timestamp.now() - .seconds(600)
            )
            #expect(await bridge.deliver(old)?.status == 401)
            let get = OutgoingRequest(.get, Secret("\(bridge.hooks)/hooks/siem"), isIdempotent: false)
            #expect(try await bridge.http.send(get).status == 405)
        }

        /// What lies about its length, or is too large.
        private func wire(_ bridge: BridgeProcess) async throws {
            let raw = try #require(RawConnection(bridge.hooks))
            func post(_ headers: String, _ body: String = "") -> [UInt8] {
                Array("POST /hooks/siem HTTP/1.1\r\nHost: bridge\r\n\(headers)\r\n\r\n\(body)".utf8)
            }
            let large = post("Content-Length: 2097152")
            #expect(await raw.status(of: [large]) == 413)
            let chunk =
                Array("10000\r\n".utf8) + [UInt8](repeating: 0x61, count: 0x10000) + Array("\r\n".utf8)
            let chunks = [post("Transfer-Encoding: chunked")] + Array(repeating: chunk, count: 20)
            #expect(await raw.status(of: chunks) == 413)
            let header = "X-Long: " + String(repeating: "a", count: 70_000)
            #expect(await raw.status(of: [post(header)]) == 431)
            // Fewer bytes announced than sent: the rest is no request, and none of it is taken for one.
            #expect(await raw.status(of: [post("Content-Length: 2", "{}{}{}{}{}")]) == 401)
            #expect(await raw.status(of: [post("Content-Length: 5\r\nContent-Length: 7", "{}{}{}{}")]) == 400)
            #expect(await raw.status(of: [post("Content-Length: -1", "{}")]) == 400)
            #expect(await raw.status(of: [Array("\u{0}\u{1}\u{2} nonsense\r\n\r\n".utf8)]) == 400)
        }

        /// More bytes announced than sent, and one byte a second of headers or body.
        private func tooSlow(_ bridge: BridgeProcess) async throws {
            let raw = try #require(RawConnection(bridge.hooks))
            let head = "POST /hooks/siem HTTP/1.1\r\nHost: bridge\r\n"
            let short = Array("\(head)Content-Length: 100\r\n\r\n{}".utf8)
            let drops = Array("\(head)Content-Length: 100\r\n\r\n{}{}{}{}{}{}{}{}{}{}{}{}{}".utf8).map {
                [$0]
            }
            let body =
                [Array(drops.prefix(head.utf8.count + 23).joined())]
                + Array(drops.dropFirst(head.utf8.count + 23).prefix(14))
            let headers = [Array(head.utf8)] + Array("X-Slowly: aaaaaaaaaaaa".utf8).prefix(14).map { [$0] }
            let clock = ContinuousClock()
            let began = clock.now
            await withTaskGroup(of: Int?.self) { group in
                group.addTask { await raw.status(of: [short]) }
                group.addTask { await raw.status(of: body, pause: .seconds(1)) }
                group.addTask { await raw.status(of: headers, pause: .seconds(1)) }
                for await status in group { #expect(status == 408) }
            }
            #expect(clock.now - began < .seconds(40))
        }

        /// Signed, and still not to be read: 202, recorded as unreadable, nothing started.
        private func bodies(_ bridge: BridgeProcess) async throws {
            let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
            let bodies: [[UInt8]] = [
                [0x7B, 0x22, 0x61, 0x22, 0x3A, 0x22, 0xFF, 0xFE, 0x22, 0x7D],
                Array("not JSON".utf8),
                Array(#"{"type":"alert.raised","data":{"host":"a"},"data":{"host":"laptop-7"}}"#.utf8),
                Array(#"{"type":"alert.raised","data":\#(deep)}"#.utf8),
                [],
            ]
            for body in bodies {
                #expect(await bridge.deliver(try .alert("", body: body))?.status == 202)
            }
            let metrics = try await bridge.metrics()
            let lines = metrics.split(separator: "\n").filter {
                $0.hasPrefix("bascule_deliveries_total") && $0.contains("unreadable") && $0.contains("siem")
            }
            #expect(lines.count == 1)
            #expect(lines.first?.hasSuffix(" \(bodies.count)") == true, "\(lines)")
            #expect(try await bridge.jobs().count == 1)
        }

        /// Much of it, as large as may be.
        private func masses(_ bridge: BridgeProcess) async throws {
            let mebibyte = 1 << 20
            let deep = [UInt8](repeating: 0x5B, count: mebibyte - 1_024)
            let wide =
                Array("[".utf8) + Array(repeatElement(Array("0,".utf8), count: mebibyte / 2 - 1_024).joined())
            for round in 0..<12 {
                let body = round.isMultiple(of: 2) ? deep : wide + Array("\(round)]".utf8)
                let genuine = try SignedDelivery.alert("", body: body + Array(repeating: 0x20, count: round))
                #expect(await bridge.deliver(genuine)?.status == 202)
                let forged = SignedDelivery(source: "siem", headers: [], body: body)
                #expect(await bridge.deliver(forged)?.status == 401)
            }
        }
    }
}
