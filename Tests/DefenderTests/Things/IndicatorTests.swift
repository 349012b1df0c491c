import Defender
import Testing
import Vocabulary

/// Indicators on the wire, beyond one request and its answer.
struct IndicatorTests {
    private func request(
        _ action: String,
        _ subject: String? = nil,
        _ parameters: [String: String] = [:],
        endsAt: Timestamp? = nil
    ) -> DefenderRequest {
        let usual = ["severity": "Medium", "type": "as-written", "alert": "yes", "expires": "in-time"]
        return DefenderRequest(
            action: action,
            subject: subject,
            parameters: usual.merging(parameters) { _, new in new },
            endsAt: endsAt,
            comment: "bascule:j-1 mia: SEC-1"
        )
    }

    private func rows(_ ids: [String], of value: String = "evil.example") -> RecordingSender.Answer {
        let rows = ids.map {
            #"{"id":"\#($0)","action":"Block","indicatorType":"FileSha1","indicatorValue":"\#(value)","title":"block by j-\#($0)"}"#
        }
        return .json(200, #"{"value":[\#(rows.joined(separator: ","))]}"#)
    }

    @Test func `an indicator is deleted by its value in two calls, the id found first`() async throws {
        let bench = Bench([rows(["995"]), .json(204, "")])
        let answer = try await bench.client.order(
            request("indicator-delete", "evil.example"),
            deadline: .seconds(30)
        )
        #expect(answer.words == "The indicator is deleted.")
        #expect(
            bench.sender.sent.map { "\($0.method) \($0.url)" } == [
                "GET https://api.example/api/indicators?$filter=indicatorValue%20eq%20%27evil.example%27&$top=20",
                "DELETE https://api.example/api/indicators/995",
            ]
        )
        #expect(bench.sender.sent.allSatisfy { $0.body == nil })
    }

    @Test func `a value that no indicator has is not found, and nothing is deleted`() async throws {
        let bench = Bench([rows([])])
        let error = try await refusal {
            try await bench.client.order(request("indicator-delete", "evil.example"), deadline: .seconds(30))
        }
        #expect(error.kind == .notFound)
        #expect(error.mayHaveBeenExecuted == false)
        #expect(error.message == "Defender knows no indicator evil.example.")
        #expect(bench.sender.sent.count == 1)
    }

    @Test func `several of one value are listed with the command for each, and nothing is deleted`()
        async throws
    {
        let hash = String(repeating: "ab", count: 20)
        let bench = Bench([rows(["3", "4"], of: hash)])
        let error = try await refusal {
            try await bench.client.order(request("indicator-delete", hash), deadline: .seconds(30))
        }
        #expect(error.kind == .refused)
        #expect(error.mayHaveBeenExecuted == false)
        #expect(
            error.message == "Defender knows 2 of indicator \(hash). Name one by its id:"
                + "\n• Block, FileSha1, block by j-3: indicator-delete 3"
                + "\n• Block, FileSha1, block by j-4: indicator-delete 4"
        )
        #expect(bench.sender.sent.count == 1)
    }

    @Test func `a row of another value is not believed, whatever the filter let through`() async throws {
        let bench = Bench([rows(["995"], of: "other.example")])
        let error = try await refusal {
            try await bench.client.order(request("indicator-delete", "evil.example"), deadline: .seconds(30))
        }
        #expect(error.kind == .notFound)
        #expect(bench.sender.sent.count == 1)
    }

    @Test func `an entity without an id is never guessed at`() async throws {
        let row = #"{"action":"Block","indicatorValue":"evil.example"}"#
        let bench = Bench([.json(200, #"{"value":[\#(row)]}"#)])
        let error = try await refusal {
            try await bench.client.order(request("indicator-delete", "evil.example"), deadline: .seconds(30))
        }
        #expect(error.kind == .unreadable)
        #expect(error.mayHaveBeenExecuted == false)
        #expect(bench.sender.sent.count == 1)
    }

    @Test(arguments: ["block", "warn", "audit", "allow"])
    func `without an end nothing is sent, nor with two`(word: String) async throws {
        for (parameters, end) in [([:], nil), (["expires": "never"], Bench.now)]
            as [([String: String], Timestamp?)]
        {
            let bench = Bench([.json(200, "{}")])
            let error = try await refusal {
                try await bench.client.order(
                    request(word, "evil.example", parameters, endsAt: end),
                    deadline: .seconds(30)
                )
            }
            #expect(error.kind == .refused)
            #expect(error.mayHaveBeenExecuted == false)
            #expect(bench.sender.sent.isEmpty)
        }
    }

    @Test func `what is no thumbprint is never sent as a certificate`() async throws {
        let bench = Bench([.json(200, "{}")])
        let parameters = ["type": "certificate", "expires": "never"]
        _ = try await refusal {
            try await bench.client.order(
                request("block", "evil.example", parameters),
                deadline: .seconds(30)
            )
        }
        #expect(bench.sender.sent.isEmpty)
    }

    @Test func `an import counts what Defender did, and names what it did not`() async throws {
        let results =
            #"{"value":[{"indicator":"a.example","isFailed":false},{"indicator":"b.example","isFailed":true,"failureReason":null}]}"#
        let bench = Bench([.json(200, results)])
        let answer = try await bench.client.order(
            request(
                "indicators-import",
                nil,
                ["list": "a.example\nb.example\nc.example", "action": "audit", "alert": "no"],
                endsAt: Bench.now
            ),
            deadline: .seconds(30)
        )
        #expect(answer.count == 3)
        #expect(answer.failures == 2)
        #expect(
            answer.words == "1 of 3 done. 2 failed:\n• b.example: Defender does not say why"
                + "\n• c.example: Defender does not say why"
        )
        // An audit always raises an alert.
        #expect(bench.sender.sent.first?.body?.contains(#""generateAlert":false"#) == false)
    }

    @Test func `an answer without results is unreadable, and all may have been done`() async throws {
        let bench = Bench([.json(200, "{}")])
        let error = try await refusal {
            try await bench.client.order(
                request(
                    "indicators-import",
                    nil,
                    ["list": "a.example", "action": "block"],
                    endsAt: Bench.now
                ),
                deadline: .seconds(30)
            )
        }
        #expect(error.kind == .unreadable)
        #expect(error.mayHaveBeenExecuted)
    }
}
