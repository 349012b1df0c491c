import Catalogue
import Testing

struct ActionParameterTests {
    private let tag = Catalogue.tag.parameters[0]

    @Test(
        arguments: [
            ("Contained", "Contained"), ("  under\u{a0} review ", "under review"), ("a\tb", nil),
            ("a=b,c", "a=b,c"),
            ("Cafe\u{301}", "Caf\u{e9}"),
            (String(repeating: "x", count: 200), String(repeating: "x", count: 200)),
            ("", nil), (" \u{a0}", nil), (String(repeating: "x", count: 201), nil),
            ("a" + String(repeating: "\u{301}", count: 4_000), nil), ("a\u{0}b", nil), ("a\u{1b}[2J", nil),
            ("Tier\u{200b}-0", nil), ("a\u{202e}b", nil), ("a\u{2028}b", nil), ("a\"b", nil), ("<a>", nil),
        ] as [(String, String?)]
    )
    func `a free text is kept on one line without what nobody sees`(text: String, kept: String?) {
        let canonical = tag.canonical(text)
        #expect(canonical == kept)
        // Equal texts may differ in their bytes; the kept one is composed.
        #expect(canonical.map { Array($0.utf8) } == kept.map { Array($0.utf8) })
    }

    @Test func `a free text must be said, and a word has its default`() throws {
        #expect(tag.isRequired)
        #expect(tag.isFreeText)
        #expect(tag.values == [])
        #expect(tag.defaultValue == nil)
        #expect(tag.charactersMax == 200)
        #expect(tag.placeholder == "<tag>")
        let type = try #require(Catalogue.isolate.parameter("type"))
        #expect(type.isRequired == false)
        #expect(type.canonical("sELECTIVE") == "Selective")
        #expect(type.canonical("half") == nil)
        #expect(type.placeholder == "Full|Selective|UnManagedDevice")
    }

    @Test func `a word without a default must be said`() throws {
        let value = try #require(Catalogue.setValue.parameter("value"))
        #expect(value.isRequired)
        #expect(value.isFreeText == false)
        #expect(value.canonical("hIGH") == "High")
        #expect(value.canonical("None") == nil)
        #expect(value.placeholder == "Normal|Low|High")
        #expect(value.expectation == "one of Normal, Low, High")
    }

    @Test(arguments: [("Contained", "tag=Contained"), ("under review", #"tag="under review""#)])
    func `a value with blanks is spelled in quotes`(value: String, spelled: String) {
        #expect(ActionParameter.spelled("tag", value) == spelled)
    }

    @Test func `tagging is a change of its own lane that leaves nothing to watch`() {
        for (entry, undo) in [(Catalogue.tag, Catalogue.untag), (Catalogue.untag, Catalogue.tag)] {
            #expect(entry.undoneBy == undo.word)
            #expect(entry.lane == .labels)
            #expect(entry.changesState)
            #expect(entry.isDoneAtOnce)
            #expect(entry.applicationPermissions == ["Machine.ReadWrite.All"])
            #expect(PermissionCheck(entry: entry, held: ["Machine.Read.All"]).isSatisfied == false)
            #expect(PermissionCheck(entry: entry, held: ["machine.readwrite.all"]).isSatisfied)
        }
        let others = Catalogue.actions.filter { $0.isDoneAtOnce && $0.lane == .labels }.map(\.word)
        #expect(others == ["tag", "untag", "set-value"])
        let unposted = Catalogue.actions.filter { !$0.isPosted && !$0.isLookUp }.map(\.word)
        #expect(unposted == ["cancel"])
    }
}
