import Deciding
import Testing
import Vocabulary

struct MachineChoiceTests {
    @Test func `a bare host name is the first label and nothing that begins with it`() {
        let choice = choose(
            .hostName("laptop-7"),
            [machine("aa", "laptop-70.corp.example"), machine("bb", "laptop-7.corp.example")]
        )
        #expect(choice.chosenID == id("bb"))
        let none = choose(.hostName("laptop-7"), [machine("aa", "laptop-70.corp.example")])
        #expect(none.refusal?.kind == .notFound)
        #expect(none.refusal?.message.contains("laptop-70.corp.example") == true)
        #expect(none.refusal?.candidates.isEmpty == true)
    }

    @Test(arguments: [
        ("laptop-7.corp.example", "LAPTOP-7.Corp.Example"),
        ("laptop-7.corp.example.", "laptop-7.corp.example"),
        ("laptop-7.corp.example", "laptop-7.corp.example."),
    ])
    func `case and a trailing dot make no difference`(asked: String, known: String) {
        #expect(choose(.dnsName(asked), [machine("aa", known)]).chosenID == id("aa"))
    }

    @Test(arguments: [
        "laptop-7", "laptop-7.corp", "corp.example", "x.laptop-7.corp.example", "laptop-7.corp.example..",
        "laptop-7.corp.exampl\u{212A}",
    ])
    func `a whole name is compared whole`(known: String) {
        #expect(choose(.dnsName("laptop-7.corp.example"), [machine("aa", known)]).refusal?.kind == .notFound)
    }

    @Test func `a machine without a name is named by nothing but its id`() {
        let page = [machine("aa", nil), machine("bb", "laptop-7")]
        #expect(choose(.hostName("laptop-7"), page).chosenID == id("bb"))
        #expect(choose(.id(id("aa")), page).chosenID == id("aa"))
        #expect(choose(.hostName(""), [machine("cc", "")]).refusal?.kind == .notFound)
    }

    @Test func `equal names with different ids are refused with the command for each`() throws {
        let page = [
            machine("aaaaaaaa1", "laptop-7.corp.example", group: "Berlin", seen: .seconds(7_200)),
            machine("aaaaaaaa2", "laptop-7.corp.example", os: "Windows10", group: nil),
        ]
        let refusal = try #require(choose(.hostName("laptop-7"), page).refusal)
        #expect(refusal.kind == .ambiguous)
        #expect(refusal.candidates.map(\.machine.id) == [id("aaaaaaaa2"), id("aaaaaaaa1")])
        #expect(refusal.candidates.first?.command == "isolate \(id("aaaaaaaa2")) for 4h")
        let marks = refusal.candidates.map(\.marks)
        #expect(marks.first?.contains("no group, Windows10") == true)
        #expect(marks.first?.hasSuffix("id aaaaaaaa2…") == true)
        #expect(marks.last?.contains("group Berlin, Windows11") == true)
        #expect(marks.last?.contains((noon - .seconds(7_200)).iso8601) == true)
    }

    @Test func `one id listed four times is one machine, as last seen`() throws {
        let page = [3, 1, 2, 4].map { machine("aa", "laptop-7", group: "g\($0)", seen: .seconds($0 * 60)) }
        guard case .chosen(let chosen, let setAside) = choose(.hostName("laptop-7"), page) else {
            Issue.record("refused")
            return
        }
        #expect(chosen.deviceGroup == "g1")
        #expect(setAside.isEmpty)
    }

    @Test func `one stale twin is set aside and named`() {
        let old = machine("aa", "laptop-7", seen: .seconds(31 * 86_400))
        let fresh = machine("bb", "laptop-7")
        #expect(choose(.hostName("laptop-7"), [old, fresh]) == .chosen(fresh, setAside: [old]))
        let discovered = machine("cc", "laptop-7", onboarding: "CanBeOnboarded")
        #expect(choose(.hostName("laptop-7"), [discovered, fresh]) == .chosen(fresh, setAside: [discovered]))
    }

    @Test func `a twin seen within the time is no stale twin`() {
        let page = [machine("aa", "laptop-7", seen: .seconds(30 * 86_400)), machine("bb", "laptop-7")]
        #expect(choose(.hostName("laptop-7"), page).refusal?.kind == .ambiguous)
    }

    @Test func `a twin of unknown last sight is not stale`() {
        let page = [machine("aa", "laptop-7", seen: nil), machine("bb", "laptop-7")]
        #expect(choose(.hostName("laptop-7"), page).refusal?.kind == .ambiguous)
    }

    @Test func `if all are stale none is set aside`() throws {
        let page = [
            machine("aa", "laptop-7", seen: .seconds(40 * 86_400)),
            machine("bb", "laptop-7", seen: .seconds(50 * 86_400)),
            machine("cc", "laptop-7", onboarding: "CanBeOnboarded"),
        ]
        let refusal = try #require(choose(.hostName("laptop-7"), page).refusal)
        #expect(refusal.kind == .allStale)
        #expect(refusal.candidates.count == 3)
        #expect(refusal.candidates.first?.marks.contains("not onboarded") == true)
    }

    @Test func `the only machine of a name is chosen however long ago it was seen`() {
        let old = machine("aa", "laptop-7", seen: .seconds(400 * 86_400))
        #expect(choose(.hostName("laptop-7"), [old]) == .chosen(old, setAside: []))
    }

    @Test(arguments: [Subject.hostName("laptop-7"), .id(id("aa"))])
    func `a machine that is not onboarded is found and cannot be isolated`(selector: Subject) throws {
        let refusal = try #require(
            choose(selector, [machine("aa", "laptop-7", onboarding: "CanBeOnboarded")]).refusal
        )
        #expect(refusal.kind == .notOnboarded)
        #expect(refusal.message.contains("isolation"))
        #expect(refusal.message.contains("CanBeOnboarded"))
    }

    @Test(arguments: ["CanBeOnboarded", "Unsupported", "InsufficientInfo", "canbeonboarded"])
    func `what is for machines that are not onboarded takes one and no other`(status: String) throws {
        let need = OnboardingNeed.unmanaged(instead: "isolate laptop-7")
        let printer = machine("aa", "laptop-7", onboarding: status)
        #expect(choose(.hostName("laptop-7"), [printer], need: need) == .chosen(printer, setAside: []))
        // The managed twin is not meant, and which of two is meant is not guessed.
        let twin = machine("bb", "laptop-7", onboarding: "Onboarded")
        let both = try #require(choose(.hostName("laptop-7"), [printer, twin], need: need).refusal)
        #expect(both.kind == .ambiguous)
        #expect(both.candidates.count == 2)
        #expect(choose(.id(id("aa")), [printer, twin], need: need) == .chosen(printer, setAside: []))
    }

    @Test(arguments: ["Onboarded", "onboarded", "SomethingNew", nil])
    func `one that is onboarded, or may be, is refused with the form for it`(status: String?) throws {
        let need = OnboardingNeed.unmanaged(instead: "isolate laptop-7")
        let refusal = try #require(
            choose(.hostName("laptop-7"), [machine("aa", "laptop-7", onboarding: status)], need: need).refusal
        )
        #expect(refusal.code == "machine-onboarded")
        #expect(refusal.message.contains("(\(status ?? "no word of it"))"))
        #expect(refusal.fix == "For a machine that is onboarded: `isolate laptop-7`.")
    }

    @Test func `a refusal of one that is not onboarded names the type for it where there is one`() throws {
        let printer = machine("aa", "laptop-7", onboarding: "Unsupported")
        let command = "isolate laptop-7 with type=UnManagedDevice"
        let refusal = try #require(
            choose(.hostName("laptop-7"), [printer], need: .onboarded(instead: command)).refusal
        )
        #expect(refusal.kind == .notOnboarded)
        #expect(refusal.fix.hasPrefix("`\(command)` has the onboarded machines block it."))
        #expect(choose(.hostName("laptop-7"), [printer], need: .either).chosenID == id("aa"))
    }

    @Test func `a page that may be cut chooses nothing`() {
        let page = [machine("aa", "laptop-7")]
        #expect(choose(.hostName("laptop-7"), page, mayBeCut: true).refusal?.kind == .pageCut)
        #expect(choose(.hostName("laptop-7"), [], mayBeCut: true).refusal?.kind == .pageCut)
    }

    @Test func `an external address shared by many names none of them`() throws {
        let page = ["aa", "bb", "cc"].map {
            machine($0, "laptop-\($0)", address: "10.0.0.\($0 == "aa" ? 1 : 2)", external: "203.0.113.9")
        }
        let shared = try #require(choose(.address("203.0.113.9"), page).refusal)
        #expect(shared.kind == .notFound)
        #expect(shared.message.contains("external"))
        #expect(choose(.address("203.0.113.9"), [page[0]]).refusal?.kind == .notFound)
        #expect(choose(.address("10.0.0.1"), page).chosenID == id("aa"))
        #expect(choose(.address("10.0.0.2"), page).refusal?.kind == .ambiguous)
    }

    @Test(arguments: [
        ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1", "10.0.0.10", false), ("10.0.0.1", "10.0.0.01", false),
        ("fe80::1", "FE80:0:0:0:0:0:0:1", true), ("::ffff:10.0.0.1", "10.0.0.1", true), ("::", "0::0", true),
        ("1::2::3", "1::2::3", false), ("laptop", "laptop", false), ("", "", false),
        ("::1%eth0", "::1", false),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", false), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304", true),
    ])
    func `addresses are compared as addresses`(asked: String, known: String, isFound: Bool) {
        let page = [machine("aa", "laptop-7", address: known)]
        #expect((choose(.address(asked), page).chosenID != nil) == isFound)
        var other = machine("bb", "laptop-8")
        other.ipAddresses = ["192.0.2.1", known]
        #expect((choose(.address(asked), [other]).chosenID != nil) == isFound)
    }

    @Test func `an Entra device id is compared without regard to case`() {
        var page = [machine("aa", "laptop-7"), machine("bb", "laptop-8")]
        page[1].entraDeviceID = "0C5A7F1C-aaaa-bbbb-cccc-000000000001"
        #expect(choose(.entraDevice("0c5a7f1c-AAAA-bbbb-cccc-000000000001"), page).chosenID == id("bb"))
        #expect(choose(.entraDevice("0c5a7f1c-aaaa-bbbb-cccc-000000000002"), page).refusal?.kind == .notFound)
    }

    @Test func `an alert means the one machine of its page`() {
        #expect(choose(.alert("da1_2"), [machine("aa", nil)]).chosenID == id("aa"))
        #expect(
            choose(.alert("da1_2"), [machine("aa", nil), machine("bb", nil)]).refusal?.kind == .ambiguous
        )
    }

    @Test func `more candidates than are listed are counted`() throws {
        let page = (0..<25).map { machine("aa\($0 < 10 ? "0" : "")\($0)", "laptop-7") }
        let refusal = try #require(choose(.hostName("laptop-7"), page).refusal)
        #expect(refusal.candidates.count == MachineRefusal.candidatesMax)
        #expect(refusal.message.contains("25"))
    }
}
