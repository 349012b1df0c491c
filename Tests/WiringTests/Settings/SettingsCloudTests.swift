import Testing

@testable import Wiring

/// Which addresses a cloud stands for (`reference/defender-api.md` §1.1).
struct SettingsCloudTests {
    private static func file(_ cloud: String) -> String {
        SettingsFolder.base.replacing("defender:\n", with: "defender:\n  \(cloud)\n")
    }

    @Test(arguments: [
        (
            "cloud: commercial", "https://api.security.microsoft.com", "https://login.microsoftonline.com",
            "https://api.securitycenter.microsoft.com/.default", "https://graph.microsoft.com"
        ),
        (
            "cloud: gcc", "https://api-gcc.securitycenter.microsoft.us", "https://login.microsoftonline.com",
            "https://api-gcc.securitycenter.microsoft.us/.default", "https://graph.microsoft.com"
        ),
        (
            "cloud: gcc-high", "https://api-gov.securitycenter.microsoft.us",
            "https://login.microsoftonline.us", "https://api-gov.securitycenter.microsoft.us/.default",
            "https://graph.microsoft.us"
        ),
        (
            "cloud: dod", "https://api-gov.securitycenter.microsoft.us", "https://login.microsoftonline.us",
            "https://api-gov.securitycenter.microsoft.us/.default", "https://dod-graph.microsoft.us"
        ),
    ])
    func `each cloud has its own addresses`(
        cloud: String,
        api: String,
        login: String,
        scope: String,
        graph: String
    ) throws {
        let defender = try SettingsFolder().readWhole(Self.file(cloud)).defender
        #expect(defender.api == api)
        #expect(defender.login == login)
        #expect(defender.scope == scope)
        #expect(defender.graph == graph)
        #expect(defender.graphScope == "\(graph)/.default")
    }

    @Test(arguments: ["us", "eu", "uk", "au", "swa", "ina", "aea"], ["cloud: commercial\n  ", ""])
    func `a region of commercial is another host and the same token`(region: String, cloud: String) throws {
        let defender = try SettingsFolder().readWhole(Self.file("\(cloud)region: \(region)")).defender
        #expect(defender.api == "https://\(region).api.security.microsoft.com")
        #expect(defender.scope == "https://api.securitycenter.microsoft.com/.default")
        #expect(defender.login == "https://login.microsoftonline.com")
        #expect(defender.graph == "https://graph.microsoft.com")
    }

    @Test func `a cloud that is spelt out may name Graph and what a token for it is asked for`() throws {
        let bare =
            "cloud: { api: https://a.example, login: https://l.example, scope: https://s.example/.default }"
        let folder = try SettingsFolder()
        #expect(try folder.readWhole(Self.file(bare)).defender.graph == nil)
        #expect(try folder.readWhole(Self.file(bare)).defender.graphScope == nil)
        let named = bare.replacing(" }", with: ", graph: https://g.example/ }")
        #expect(try folder.readWhole(Self.file(named)).defender.graph == "https://g.example")
        // Tokens for a Graph behind another address are Microsoft's all the same.
        let usual = "https://graph.microsoft.com/.default"
        #expect(try folder.readWhole(Self.file(named)).defender.graphScope == usual)
        let whole = named.replacing(" }", with: ", graph-scope: https://h.example/.default }")
        #expect(try folder.readWhole(Self.file(whole)).defender.graphScope == "https://h.example/.default")
    }

    @Test(arguments: [
        (
            "cloud: gcc-high\n  region: eu",
            #"5:3: "region" has no meaning in gcc-high; remove it; only commercial has regional hosts"#
        ),
        (
            "cloud: gcc\n  region: us",
            #"5:3: "region" has no meaning in gcc; remove it; only commercial has regional hosts"#
        ),
        (
            "region: ue",
            #"4:11: "region" of "defender" is "ue"; did you mean "us"?"#
        ),
        (
            "region: moon",
            #"4:11: "region" of "defender" is "moon"; write one of: us, eu, uk, au, swa, ina, aea"#
        ),
        (
            "cloud: { api: https://a.example, login: https://l.example, scope: s/.default }\n  region: eu",
            #"5:3: "region" has no meaning in a cloud that is spelt out; write the region's host as "api""#
        ),
        (
            "cloud: { api: https://a.example, login: https://l.example, scope: s/.default, graph: http://g.example }",
            #"4:88: "graph" is "http://g.example"; write an https address"#
        ),
        (
            "cloud: { api: https://a.example, login: https://l.example, scope: s/.default, graph-scope: g }",
            #"4:81: "graph-scope" stands without "graph"; add Graph's address as "graph""#
        ),
        (
            "cloud: comercial",
            #"4:10: "cloud" of "defender" is "comercial"; did you mean "commercial"?"#
        ),
    ])
    func `a cloud or region that cannot be is an error at its place`(cloud: String, error: String) throws {
        #expect(try SettingsFolder().errorsOfWhole(Self.file(cloud)) == [error])
    }
}
