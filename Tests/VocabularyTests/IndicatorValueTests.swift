import Catalogue
import Testing
import Vocabulary

struct IndicatorValueTests {
    @Test(
        arguments: [
            (String(repeating: "4e", count: 16), .fileMD5, nil),
            (String(repeating: "4e", count: 20), .fileSHA1, nil),
            (String(repeating: "4e", count: 32), .fileSHA256, nil), ("1.2.3.4", .address, nil),
            ("2001:db8::1", .address, nil), ("::", .address, nil),
            ("evil.example", .domain, "evil.example"), ("4e.example", .domain, "4e.example"),
            ("https://Evil.example:8443/a", .url, "evil.example"),
            ("HTTP://evil.example.?a", .url, "evil.example"),
            ("http://[2001:db8::1]:80/", .url, "2001:db8::1"),
        ] as [(String, IndicatorValue.Kind, String?)]
    )
    func `the type follows from the value`(text: String, kind: IndicatorValue.Kind, host: String?) {
        let value = IndicatorValue(text)
        #expect(value?.kind == kind)
        #expect(value?.host == host)
    }

    @Test func `a thumbprint is what is said to be one, of 40 digits`() {
        let thumbprint = String(repeating: "4e", count: 20)
        #expect(IndicatorValue(thumbprint, isCertificate: true)?.kind == .certificate)
        for other in [
            "evil.example", String(repeating: "4e", count: 32), String(repeating: "4g", count: 20), "",
        ] {
            #expect(IndicatorValue(other, isCertificate: true) == nil)
        }
    }

    @Test func `a word that must be said and a moment are read strictly`() throws {
        let category = try #require(Catalogue.alertCreate.parameter("category"))
        #expect(category.isRequired && !category.isFreeText && category.defaultValue == nil)
        #expect(category.canonical("malware") == "Malware")
        #expect(category.canonical("bad") == nil)
        let time = try #require(Catalogue.alertCreate.parameter("time"))
        #expect(time.isRequired)
        for text in ["2026-11-02T09:14:07.1234567Z", "2026-11-02T09:14:07Z"] {
            #expect(time.canonical(text) == text)
        }
        for text in [
            "2026-11-02", "2026-11-02T09:14:07", "2026-13-02T09:14:07Z", "2026-11-02T09:14:07.12345678Z",
        ] {
            #expect(time.canonical(text) == nil)
        }
    }

    @Test func `every indicator that is set has an end and is undone by deleting it`() {
        let setting = Catalogue.actions.filter { Catalogue.setsIndicators($0.word) }
        #expect(setting.map(\.word) == ["block", "warn", "audit", "allow", "indicators-import"])
        for entry in setting {
            #expect(entry.needsEnd && entry.undoneBy == "indicator-delete" && entry.lane == .indicators)
            #expect(entry.applicationPermissions == ["Ti.ReadWrite", "Ti.ReadWrite.All"])
            #expect(entry.delegatedPermissions == ["Ti.ReadWrite"])
        }
        #expect(Catalogue.indicatorDelete.isRemoval)
        #expect(Catalogue.actions.filter(\.isRemoval).map(\.word).contains("indicator-delete"))
    }
}
