import Catalogue
import Deciding
import Enqueuing
import JSONReader
import Showing
import Testing
import Vocabulary

@testable import Wiring

/// The words about machines that are restricted, alone and beside a containment of the same machine.
struct RestrictWordTests {
    private static let noon = OperatorScene.noon
    private static let end = noon + .seconds(4 * 3_600)

    private func ask(
        _ scene: OperatorScene,
        _ path: String,
        _ body: JSONValue
    ) async throws
        -> (status: Int, words: String)
    {
        let answer = await scene.desk.answer(
            ControlRequest(
                user: "mia",
                userID: 1_000,
                method: "POST",
                path: path,
                query: [:],
                body: body.encoded()
            )
        )
        let json = try JSONReader.read(answer.json)
        return (answer.status, json["words"]?.string ?? json["message"]?.string ?? "")
    }

    /// Mia holds laptop-7 by `words`, each for four hours since noon: job `j-1` with its release `j-2`, and so on.
    private func scene(
        _ words: [(begins: String, ends: String)],
        grants: [Grant]
    ) async throws -> OperatorScene {
        let scene = OperatorScene(grants: grants)
        let machine = try #require(OperatorScene.laptop)
        for (index, word) in words.enumerated() {
            let id = "j-\(index * 2 + 1)"
            var begun = OperatorScene.located(id)
            begun.action = word.begins
            begun.parameters = [:]
            begun.state = .succeeded
            begun.due = nil
            var release = OperatorScene.located("j-\(index * 2 + 2)")
            release.origin = .timeBox(of: JobID(id))
            release.action = word.ends
            release.parameters = [:]
            release.state = .ready
            release.due = Self.end
            release.validUntil = nil
            try await scene.add(begun)
            try await scene.add(release)
            let lane = try #require(begun.lane)
            try await scene.ledger.write { transaction in
                var claim = Claim(
                    id: JobID(id),
                    sequence: Int64(index + 1),
                    machine: machine,
                    machineName: "laptop-7.corp.example",
                    owner: .person("mia"),
                    ownerText: "mia",
                    source: SourceName("soc-chat"),
                    ticket: nil,
                    reason: "beacon",
                    isolationType: "Full",
                    lane: lane,
                    openedAt: Self.noon
                )
                claim.containedAt = Self.noon
                claim.endsAt = Self.end
                try transaction.put(claim)
            }
        }
        return scene
    }

    private static let both = [
        (begins: "isolate", ends: "release"), (begins: "restrict", ends: "unrestrict"),
    ]

    private func ends(_ scene: OperatorScene) async throws -> [Timestamp?] {
        try await scene.ledger.read { try [$0.claim(JobID("j-1"))?.endsAt, $0.claim(JobID("j-3"))?.endsAt] }
    }

    @Test func `both are extended and held by one word`() async throws {
        let scene = try await scene(
            Self.both,
            grants: [OperatorScene.grant(1, ["isolate", "restrict"], to: "mia")]
        )
        let extended = try await ask(scene, "/extend", ["machine": "laptop-7", "for": "1h"])
        #expect(extended.status == 200)
        #expect(extended.words.contains("The containment of laptop-7.corp.example is extended by 1h."))
        #expect(extended.words.contains("The restriction of laptop-7.corp.example is extended by 1h."))
        let later = Self.end + .seconds(3_600)
        #expect(try await ends(scene) == [later, later])
        #expect(try await ask(scene, "/hold", ["machine": "laptop-7"]).status == 200)
        #expect(try await scene.state(of: "j-2") == .held)
        #expect(try await scene.state(of: "j-4") == .held)
    }

    @Test func `where one of the two may not be moved neither is`() async throws {
        let scene = try await scene(Self.both, grants: [OperatorScene.grant(1, ["isolate"], to: "mia")])
        let refused = try await ask(scene, "/extend", ["machine": "laptop-7", "for": "1h"])
        #expect(refused.status == 403)
        #expect(refused.words.contains("No grant allows mia to restrict."), "\(refused.words)")
        #expect(try await ends(scene) == [Self.end, Self.end])
    }

    @Test func `a restriction is listed as one, and a containment as ever`() async throws {
        let scene = try await scene(Self.both, grants: [])
        let words = try await scene.ledger.read { try LedgerWords.isolated(in: $0) }
        #expect(
            words == """
                laptop-7.corp.example: mia until \(Self.end.iso8601) [beacon]
                laptop-7.corp.example (restricted): mia until \(Self.end.iso8601) [beacon]
                """
        )
        let rows = try await scene.ledger.read { try ClaimListing.json(in: $0) }.array ?? []
        #expect(rows.map { $0["machine"] } == ["laptop-7.corp.example", "laptop-7.corp.example"])
        #expect(rows.map { $0["held"] } == [nil, "restricted"])
        #expect(rows.map { $0["claims"]?[0]?["job"] } == ["j-1", "j-3"])
    }
}
