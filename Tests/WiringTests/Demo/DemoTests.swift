import Deciding
import Foundation
import JSONReader
import Simulating
import Testing
import Vocabulary

@testable import Wiring

struct DemoTests {
    private let now = Timestamp(seconds: 1_793_610_836)

    @Test(arguments: UInt64(0)...40)
    func `every seed has a machine for each part`(seed: UInt64) throws {
        let cast = try DemoCast(SimulatorScript.sample(seed: seed, now: now), seed: seed)
        #expect(cast.neighbour.host.hasPrefix(cast.laptop.host))
        #expect(cast.neighbour.host != cast.laptop.host)
        #expect(Set(cast.shared.map(\.host)).count == 1)
        #expect(Set(cast.shared.map(\.name)).count == 2)
        #expect(Set(cast.all.map(\.id)).count == cast.all.count)
    }

    @Test func `another seed names other machines and another ticket`() throws {
        let one = try DemoCast(SimulatorScript.sample(seed: 1, now: now), seed: 1)
        let two = try DemoCast(SimulatorScript.sample(seed: 2, now: now), seed: 2)
        #expect(Set(one.all.map(\.id)).isDisjoint(with: two.all.map(\.id)))
        #expect(one.ticket != two.ticket)
    }

    @Test func `an estate without the parts is refused by name`() {
        #expect(throws: DemoFailure.estateLacks("workstation beside one of a longer name")) {
            try DemoCast(SimulatorScript(), seed: 1)
        }
    }

    @Test func `its settings are settings`() throws {
        let folder = try DemoFolder()
        defer { folder.remove() }
        for name in DemoSettings.secretFiles { try folder.writeSecret(name) }
        try folder.write(DemoSettings.applicationSecretFile, "secret of the simulator\n")
        let address = "http://127.0.0.1:40000"
        let simulator: JSONValue = [
            "entra": .string(address), "defender": .string(address), "chat": .string(address),
            "ca": .string(folder.file("ca.pem")), "tenant": "7f1c0f5e-3a52-4f0e-9b1d-5c2f6a8e1d40",
            "client": "0c5a9d7e-61b4-4c38-8f27-93d0b1e6a254",
        ]
        try folder.write("ca.pem", "")
        try folder.write("bascule.yaml", try DemoSettings.text(simulator))
        let settings = try SettingsReader.read(folder.file("bascule.yaml"), environment: [:])
        #expect(settings.sources.map(\.name.text) == [DemoSettings.chat, DemoSettings.tickets])
        #expect(settings.policy.grants.contains { $0.rehearses })
        #expect(throws: DemoFailure.notUnderstood(what: "`bascule simulate`")) {
            try DemoSettings.text(["entra": .string(address)])
        }
    }

    @Test func `the folder is for this user alone and is gone afterwards`() throws {
        let folder = try DemoFolder()
        try folder.writeSecret("key")
        let files = FileManager.default
        let mode = try files.attributesOfItem(atPath: folder.path)[.posixPermissions] as? Int
        let fileMode = try files.attributesOfItem(atPath: folder.file("key"))[.posixPermissions] as? Int
        #expect(mode == 0o700)
        #expect(fileMode == 0o600)
        folder.remove()
        #expect(!files.fileExists(atPath: folder.path))
    }

    @Test(arguments: [
        (Int64(0), "+ 0.00 s"), (4, "+ 0.00 s"), (5, "+ 0.01 s"), (1_234, "+ 1.23 s"), (12_300, "+12.30 s"),
        (-40, "+ 0.00 s"),
    ])
    func `times are of one width`(milliseconds: Int64, text: String) {
        #expect(DemoPage.spoken(.milliseconds(milliseconds)) == text)
    }

    @Test func `long text is broken at blanks, and no word is lost`() {
        #expect(DemoPage.wrapped("one two three", to: 7) == ["one two", "three"])
        #expect(DemoPage.wrapped("unbreakable word", to: 4) == ["unbreakable", "word"])
        #expect(DemoPage.wrapped("", to: 4) == [""])
    }

    @Test func `what comes from outside cannot move the cursor, and no colour is sent unasked`() throws {
        let lines = Lines()
        let page = DemoPage(isColoured: false) { lines.add($0) }
        try page.say("word", "red \u{1B}[31malarm")
        try page.quote("in chat", "one\u{1B}[2J\ntwo")
        try page.moment("states", after: .seconds(1), "succeeded", "Defender says: Succeeded")
        #expect(lines.all.count == 4)
        #expect(lines.all.allSatisfy { !$0.contains("\u{1B}") })
    }

    @Test func `a message is found by job and state, and read without its fields`() throws {
        let message: JSONValue = [
            "kind": "comment", "text": "isolate l: succeeded.\njob: j-1\nstate: succeeded", "updates": 0,
        ]
        let told = try #require(Told(of: "j-1", in: "succeeded", among: [message]))
        #expect(told.text == "isolate l: succeeded.")
        #expect(Told(of: "j-1", in: "failed", among: [message]) == nil)
        #expect(Told(of: "j-2", in: "succeeded", among: [message]) == nil)
    }
}

private final class Lines: @unchecked Sendable {
    // One test's own, used from one task.
    private(set) var all: [String] = []

    func add(_ line: String) { all.append(line) }
}
