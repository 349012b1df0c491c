import Deciding
import Testing
import Vocabulary

/// Indicators hold for the whole estate: what is never blocked, how long, and what `check` warns of.
struct IndicatorRuleTests {
    private func policy(_ change: (inout Grant) -> Void = { _ in }) -> Policy {
        var granted = grant(
            1,
            ["block", "warn", "audit", "allow", "indicators-import", "indicator-delete"],
            to: [.group("soc")]
        )
        change(&granted)
        var policy = examplePolicy(grants: [granted])
        policy.ownHosts = ["login.cloud.example", "api.cloud.example", "127.0.0.1", "192.0.2.7"]
        return policy
    }

    private func decide(
        _ action: String,
        _ value: String?,
        with parameters: [String: String] = [:],
        for duration: String? = "1h",
        under policy: Policy
    ) -> Decision {
        policy.decide(
            Question(
                source: chat,
                asker: mia,
                action: action,
                selector: value.map(Subject.thing) ?? .nothing,
                parameters: parameters,
                duration: duration.flatMap { TimeBox($0) },
                now: noon
            )
        )
    }

    @Test(arguments: [
        "login.cloud.example", "api.cloud.example", "cloud.example", "eu.api.cloud.example",
        "https://login.cloud.example/common", "http://API.cloud.example:8443", "192.0.2.7",
        "login.microsoftonline.com", "microsoftonline.com", "microsoft.com", "security.microsoft.com",
        "eu.api.security.microsoft.com", "securitycenter.microsoft.us", "127.0.0.1", "127.9.9.9", "0.0.0.0",
        "::1", "::", "255.255.255.255", "224.0.0.1", "ff02::1", "::ffff:7f00:1", "http://localhost/x",
        "http://[::1]/",
    ])
    func `what would cut off the bridge, Defender or every machine is never blocked`(value: String) {
        for word in ["block", "warn"] {
            let decision = decide(word, value, under: policy())
            #expect(decision.verdict == .refuse)
            #expect(decision.codes == [.indicator])
            #expect(decision.answer.hasSuffix("it is never blocked."), "\(decision.answer)")
            let list = ["list": "evil.example\n\(value)", "action": word]
            #expect(decide("indicators-import", nil, with: list, under: policy()).codes == [.indicator])
        }
        for word in ["audit", "allow"] { #expect(decide(word, value, under: policy()).isAllowed) }
    }

    @Test(arguments: [
        "evil.example", "notcloud.example", "1.2.3.4", "https://evil.example/login.cloud.example",
        "2001:db8::1", String(repeating: "4e", count: 20),
    ])
    func `anything else is a matter of grants`(value: String) {
        let decision = decide("block", value, under: policy())
        #expect(decision.isAllowed)
        #expect(decision.codes == [.granted])
    }

    @Test(arguments: [
        "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.1.1", "100.64.0.1", "fd00::1", "fe80::1",
    ])
    func `an address of networks inside is said to be one`(value: String) {
        let decision = decide("block", value, under: policy())
        #expect(decision.isAllowed)
        #expect(decision.codes == [.granted, .insideAddress])
        #expect(decision.explanation.last?.hasPrefix("\(value) is an address of networks inside") == true)
    }

    @Test func `who may not block at all is told no more than that`() {
        var policy = policy()
        policy.grants[0].grantees = [.group("leads")]
        #expect(decide("block", "login.cloud.example", under: policy).codes == [.noGrant])
    }

    @Test func `for ever needs a grant without a longest time`() {
        let never = ["expires": "never"]
        #expect(decide("block", "evil.example", with: never, for: nil, under: policy()).isAllowed)
        let bounded = policy {
            $0.durationMax = TimeBox("7d")
            $0.durationDefault = TimeBox("4h")
        }
        let decision = decide("block", "evil.example", with: never, for: nil, under: bounded)
        #expect(decision.codes == [.duration])
        #expect(decision.answer.hasPrefix("mia may block for at most 7d; for ever is more."))
        #expect(decide("block", "evil.example", for: "7d", under: bounded).isAllowed)
        #expect(decide("block", "evil.example", for: "8d", under: bounded).codes == [.duration])
        // The grant's usual time is not what somebody meant who said for ever.
        let usual = policy { $0.durationDefault = TimeBox("4h") }
        let open = decide("block", "evil.example", with: never, for: nil, under: usual)
        #expect(open.isAllowed && open.defaultDuration == nil)
    }

    @Test func `a grant for some machines gives no indicators`() {
        let some = policy { $0.machines = MachineCondition(osFamilies: [.server]) }
        #expect(decide("block", "evil.example", under: some).codes == [.machine])
    }

    @Test func `check warns of indicators that neither a limit nor anybody's agreement holds`() {
        func risks(_ words: [String], approvals: Bool, limits: [String]) -> [PolicyRisk] {
            var granted = grant(1, words, to: [.group("soc")])
            if approvals { granted.approvals = ApprovalRule(of: ["leads"], count: 1, within: .seconds(60)) }
            var policy = examplePolicy(grants: [granted])
            policy.limits = limits.map {
                Limit(action: $0, scope: .all, bound: .per(.seconds(3_600), most: 5))
            }
            return policy.risks
        }
        for word in ["block", "allow", "indicators-import"] {
            let loose = risks([word], approvals: false, limits: [])
            #expect(loose.map(\.kind) == [.noLimits])
            #expect(
                loose.first?.message
                    == "Nothing limits how often one account may \(word) on every machine at once, and nobody need agree."
            )
            #expect(loose.first?.fix.hasSuffix("or `approvals` to the grant.") == true)
            #expect(risks([word], approvals: true, limits: []).isEmpty)
            #expect(risks([word], approvals: false, limits: [word]).isEmpty)
        }
    }
}
