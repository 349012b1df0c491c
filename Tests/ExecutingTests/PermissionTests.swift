import Catalogue
import Deciding
import Enqueuing
import Synchronization
import Testing
import Vocabulary

/// What the token does not permit is refused in words, without a call.
struct PermissionTests {
    /// What must be said with an action.
    private static let said = [
        "quarantine-file": ["sha1": "4e1243bd22c66e76c2ba9eddc1f91394e57f9f83"], "tag": ["tag": "VIP"],
        "untag": ["tag": "VIP"], "set-value": ["value": "High"],
    ]
    private static let words = [
        "isolate", "release", "restrict", "unrestrict", "scan", "collect", "quarantine-file", "offboard",
        "tag",
        "untag", "set-value", "status",
    ]

    private func refused(_ word: String, holding roles: Set<String>) async throws -> (Bench, Outcome?) {
        let bench = Bench(policy: Bench.policy([Bench.grant(1, Self.words)]))
        bench.defender.state.withLock { $0.roles = roles }
        let id = try await bench.ask(word, with: Self.said[word] ?? [:])
        try await bench.settle()
        let job = try await bench.job(id)
        #expect(job.state == .refused)
        return (bench, job.outcome)
    }

    private func expectNoCalls(_ bench: Bench) {
        bench.defender.state.withLock { state in
            #expect(state.posted.isEmpty)
            #expect(state.changed == [])
            #expect(state.listCalls == 0)
            #expect(state.actions.isEmpty)
        }
    }

    @Test(arguments: words.filter { $0 != "status" })
    func `an action whose permission the token lacks is refused without a call`(word: String) async throws {
        let entry = try #require(Catalogue.entry(word))
        // Every other permission there is.
        let all = Set(Catalogue.actions.flatMap(\.applicationPermissions) + Catalogue.readingMachines)
        let (bench, outcome) = try await refused(word, holding: all.subtracting(entry.applicationPermissions))
        #expect(outcome?.code == "application-permission")
        #expect(
            outcome?.message
                == "The application lacks the permission \(entry.applicationPermissions.joined(separator: " or ")) "
                + "to \(word)."
        )
        #expect(outcome?.fix?.contains("grant consent") == true)
        expectNoCalls(bench)
    }

    /// But for those whose own permission lets machines be read as well.
    @Test(arguments: words.filter { !["tag", "untag", "set-value"].contains($0) })
    func `what cannot be watched is not begun`(word: String) async throws {
        let entry = try #require(Catalogue.entry(word))
        let own = Set(entry.applicationPermissions).subtracting(Catalogue.readingMachines)
        let (bench, outcome) = try await refused(word, holding: own)
        #expect(outcome?.code == "application-permission")
        #expect(outcome?.message.contains("Machine.Read.All or Machine.ReadWrite.All") == true)
        expectNoCalls(bench)
    }

    @Test(arguments: words)
    func `a permission is compared without regard to case`(word: String) async throws {
        let entry = try #require(Catalogue.entry(word))
        let needed = [entry.applicationPermissions[0].lowercased(), "machine.readwrite.all"]
        #expect(PermissionCheck(entry: entry, held: Set(needed)).isSatisfied)
        // An opaque token is believed to hold what it takes.
        #expect(PermissionCheck(entry: entry, held: nil).isSatisfied)
    }

    /// Everything that is carried out or looked up, machine or not.
    private static let everything = Catalogue.actions.filter { $0.isPosted || $0.isLookUp }.map(\.word)

    @Test(arguments: everything)
    func `every entry of the catalogue is refused without a call where its permission is missing`(
        word: String
    ) async throws {
        let entry = try #require(Catalogue.entry(word))
        let everywhere = Catalogue.actions.flatMap {
            $0.applicationPermissions + $0.others.flatMap(\.applicationPermissions)
        }
        let all = Set(everywhere + Catalogue.readingMachines)
        var approved = Bench.grant(1, Self.everything)
        approved.parameters = [:]
        let bench = Bench(policy: Bench.policy([approved]))
        bench.defender.state.withLock { $0.roles = all.subtracting(entry.applicationPermissions) }
        let subject: Subject? =
            switch entry.about {
            case .machine: nil
            case .nothing: .nothing
            default: .thing("abababababababababababababababababababab")
            }
        var parameters = Self.said[word] ?? [:]
        for parameter in entry.parameters where parameter.isRequired && parameters[parameter.name] == nil {
            parameters[parameter.name] = Self.value(of: parameter)
        }
        let id = try await bench.ask(
            word,
            about: subject,
            for: entry.needsEnd ? "1h" : nil,
            with: parameters
        )
        try await bench.settle()
        let job = try await bench.job(id)
        #expect(job.state == .refused)
        #expect(job.outcome?.code == "application-permission", "\(job.outcome?.message ?? "")")
        expectNoCalls(bench)
        #expect(bench.defender.state.withLock { $0.asked.isEmpty && $0.ordered.isEmpty })
    }

    private static func value(of parameter: ActionParameter) -> String {
        switch parameter.domain {
        case .words(let words, _): words.first ?? ""
        case .hexadecimal(let digits): String(repeating: "a", count: digits)
        case .moment: "2026-11-02T09:14:07Z"
        case .path: #"C:\temp\out.zip"#
        case .libraryFile: "triage.ps1"
        case .text, .document, .arguments: "x"
        }
    }
}
