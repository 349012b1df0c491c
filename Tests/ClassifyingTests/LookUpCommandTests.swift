import Catalogue
import Testing
import Vocabulary

@testable import Classifying

/// Look-ups as they are typed.
struct LookUpCommandTests {
    private static let sha1 = "4e1243bd22c66e76c2ba9eddc1f91394e57f9f83"

    private static func ask(
        _ action: String,
        _ subject: Subject,
        _ parameters: [String: String] = [:]
    ) -> Request {
        .action(ActionRequest(action: action, subject: subject, parameters: parameters))
    }

    @Test(arguments: [
        ("machine-users laptop-7", [ask("machine-users", .hostName("laptop-7"))]),
        (
            "machine-software laptop-7, laptop-70",
            [
                ask("machine-software", .hostName("laptop-7")),
                ask("machine-software", .hostName("laptop-70")),
            ]
        ),
        ("file \(sha1.uppercased())", [ask("file", .thing(sha1))]),
        ("file-stats \(sha1) with hours=24", [ask("file-stats", .thing(sha1), ["hours": "24"])]),
        ("address 2001:DB8:0::7", [ask("address", .thing("2001:db8::7"))]),
        ("domain <http://Evil.example|Evil.example>", [ask("domain", .thing("evil.example"))]),
        ("user jdoe", [ask("user", .thing("jdoe"))]),
        ("vulnerability cve-2026-40417", [ask("vulnerability", .thing("CVE-2026-40417"))]),
        ("software Google-_-Chrome", [ask("software", .thing("google-_-chrome"))]),
        (
            #"software-list with name="Visual Studio" with top=10"#,
            [ask("software-list", .nothing, ["name": "Visual Studio", "top": "10"])]
        ),
        (
            "software-list with vendor=google name=chrome",
            [ask("software-list", .nothing, ["name": "chrome", "vendor": "google"])]
        ),
        ("exposure-score", [ask("exposure-score", .nothing)]),
        ("find-tag VIP", [ask("find-tag", .thing("VIP"))]),
        (#"find-tag "Under  review""#, [ask("find-tag", .thing("Under review"))]),
        ("find-tag a,b", [ask("find-tag", .thing("a,b"))]),
    ])
    func `a look-up names its subject in one spelling`(text: String, requests: [Request]) throws {
        #expect(try ChatGrammar.parse(text) == requests)
    }

    @Test(arguments: [
        ("file 4e12", "\"4e12\" is no file: a SHA-1 of 40 or a SHA-256 of 64 hexadecimal digits."),
        ("address evil.example", "\"evil.example\" is no address: an IPv4 or IPv6 address."),
        ("domain 10.1.2.3", "\"10.1.2.3\" is no domain: a domain name, such as evil.example."),
        ("user jdoe@corp.example", "\"jdoe@corp.example\" is no user: the bare name of a user"),
        ("vulnerability heartbleed", "\"heartbleed\" is no vulnerability: an id such as CVE-2026-12345."),
        ("software ../x", "\"../x\" is no software: an id such as microsoft-_-edge."),
        ("find-tag", "\"find-tag\" needs a tag."), ("machine-users", "\"machine-users\" needs a machine."),
        ("address 10.1.2.3 with hours=25", "24, 168, 720"),
        ("exposure-score laptop-7", "\"laptop-7\" was not understood."),
    ])
    func `what is no subject is said with what would be one`(text: String, said: String) {
        do {
            let requests = try ChatGrammar.parse(text)
            Issue.record("understood as \(requests)")
        } catch {
            #expect(error.words.contains(said), "\(error.words)")
        }
    }

    @Test func `help names every look-up, and each says its right form`() {
        let line = CommandForms.help.first { $0.hasPrefix("Look-ups: ") } ?? ""
        for entry in Catalogue.facts {
            #expect(line.contains(" \(entry.word),") || line.contains(" \(entry.word)."), "\(entry.word)")
            #expect(CommandForms.rightForm(entry.word).contains(entry.word))
        }
        let form = "address <address> [with hours=24|168|720] [because <reason>]"
        #expect(CommandForms.rightForm("address").contains(form))
    }
}
