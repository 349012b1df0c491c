import Foundation
import Simulating
import Testing
import Vocabulary

@testable import Wiring

/// `doctor` against real parts: a simulator over TLS, real sockets, and each thing that can be wrong with them.
struct DoctorTests {
    @Test func `where all is well every check says so`() async throws {
        let report = try await DoctorRig().report()
        #expect(report.faults == [])
        #expect(report.end == .well)
        #expect(report["tenant"]?.detail == DoctorRig.tenant)
        #expect(report["context"]?.detail == "the application's own")
        #expect(
            report["audience"]?.detail == "https://api.securitycenter.microsoft.com: Defender takes the token"
        )
        #expect(
            report["isolate"]?.detail
                == "Machine.Isolate held, Machine.Read.All held; allowed by grant 1 (line 11)"
        )
        #expect(report["clock"]?.verdict == .ok)
        let trust = try #require(report["TLS"]?.detail)
        #expect(trust.hasPrefix("1.2 or newer; trusted are the system's CAs and those of /"))
        #expect(
            trust.contains(/\/ca\.pem; the hosts' certificates are signed by CN ?= ?Bascule simulator$/),
            "\(trust)"
        )
        // What no grant allows is no fault.
        #expect(report["offboard"]?.verdict == .note)
        #expect(
            report["offboard"]?.detail
                == "Machine.Offboard missing, Machine.Read.All held; no grant allows it"
        )
        #expect(report["login host"]?.detail.hasPrefix("https://127.0.0.1:") == true)
        #expect(report.limits.contains { $0.contains("opaque") })
        #expect(report.limits.contains { $0.contains("device groups") })
    }

    @Test func `a certificate is named by its thumbprints and its end`() async throws {
        var rig = DoctorRig()
        rig.hasCertificate = true
        let report = try await rig.report()
        #expect(report.end == .well)
        #expect(
            report["credential"]?.detail.hasPrefix("certificate: the certificate with thumbprint ") == true
        )
        // The simulator's lives for 30 days, from an hour ago on.
        #expect(report.warnings == ["certificate: certificate.ends"])
        let detail = try #require(report["certificate"]?.detail)
        #expect(
            detail.wholeMatch(
                of: /thumbprint [0-9A-F]{40}, ends on 20[0-9T:Z-]+, in 29 days/
            ) != nil,
            "\(detail)"
        )
        // Nobody but Entra knows the end of a secret; a certificate says it.
        #expect(!report.limits.contains { $0.contains("secret") })
    }

    // MARK: The credential

    @Test func `a wrong secret`() async throws {
        var rig = DoctorRig()
        rig.secret = "not-the-secret"
        let report = try await rig.report()
        #expect(report.faults == ["token: entra.aadsts7000215"])
        #expect(report.end == .wrong)
        let token = try #require(report["token"])
        #expect(token.detail.contains("AADSTS7000215): the secret is wrong, with secret 1 of 1"))
        #expect(
            token.fix
                == "Use the secret's Value, not its Secret ID, of this very application; make a new one if in doubt."
        )
        #expect(report["API host"]?.verdict == .ok)
        #expect(
            report["isolate"]?.detail
                == "needs Machine.Isolate, and Machine.Read.All or Machine.ReadWrite.All; not known whether it is held; "
                + "allowed by grant 1 (line 11)"
        )
        #expect(!"\(report)".contains("not-the-secret"))
    }

    @Test func `an expired secret`() async throws {
        var rig = DoctorRig()
        rig.secret = "last-years-secret"
        rig.script.expiredSecret = "last-years-secret"
        let report = try await rig.report()
        #expect(report.faults == ["token: entra.aadsts7000222"])
        #expect(report.end == .wrong)
        #expect(report["token"]?.detail.contains("the secret has expired") == true)
        #expect(
            report["token"]?.fix
                == "Create a new secret or, better, upload a certificate; deploy it, then remove the old one."
        )
    }

    @Test func `a wrong tenant`() async throws {
        var rig = DoctorRig()
        rig.tenant = "7f1c0f5e-0000-4000-8000-00000000dead"
        let report = try await rig.report()
        #expect(report.faults == ["token: entra.aadsts90002"])
        #expect(report.end == .wrong)
        #expect(report["token"]?.detail.contains("the tenant was not found") == true)
        #expect(
            report["token"]?.fix == "Check `tenant`, and `cloud`: national clouds have their own login host."
        )
    }

    @Test func `a federated token that is not renewed`() async throws {
        var rig = DoctorRig()
        rig.federatedEndsAt = .now() - .seconds(3_600)
        let report = try await rig.report()
        #expect(report.faults == ["token: entra.stale-token"])
        #expect(report.end == .wrong)
        #expect(report["federated token"]?.detail.hasSuffix(": see token") == true)
        // Where nobody can be asked, what is at hand is looked at all the same.
        rig.trusts = false
        let unreached = try await rig.report()
        #expect(unreached.faults == ["TLS: tls.untrusted", "federated token: federated.ended"])
        #expect(
            unreached["federated token"]?.fix
                == "Look at whoever writes it there: it is not renewed any more."
        )
    }

    // MARK: What the token is good for

    @Test func `no consent: a token that carries nothing`() async throws {
        var rig = DoctorRig()
        rig.script.roles = []
        let report = try await rig.report()
        #expect(
            report.faults == [
                "consent: token.no-consent", "the bridge: permission.missing", "isolate: permission.missing",
                "release: permission.missing", "scan: permission.missing",
            ]
        )
        #expect(report.end == .wrong)
        let consent = try #require(report["consent"]?.fix)
        #expect(consent.contains("let an administrator grant consent"))
        #expect(consent.contains("bascule permissions --config "))
        // Said once; the rows below only show what it is about.
        #expect(report["isolate"]?.fix == nil)
        #expect(report["Defender"]?.detail.contains("403") == true)
        #expect(report["audience"]?.verdict == .ok)
    }

    @Test func `a permission that a grant needs and the token lacks`() async throws {
        var rig = DoctorRig()
        rig.script.roles = ["Machine.ReadWrite.All", "machine.isolate"]
        rig.grants = "[isolate, collect, status]"
        let report = try await rig.report()
        #expect(report.faults == ["collect: permission.missing"])
        #expect(report.end == .wrong)
        #expect(
            report["collect"]?.fix
                == "Add the application permission Machine.CollectForensics of WindowsDefenderATP and grant admin consent."
        )
        #expect(
            report["isolate"]?.detail
                == "Machine.Isolate held, Machine.ReadWrite.All held; allowed by grant 1 (line 11)"
        )
        #expect(report["status"]?.detail == "Machine.ReadWrite.All held; allowed by grant 1 (line 11)")
    }

    @Test(arguments: ["https://graph.microsoft.com", "https://api.security.microsoft.com"])
    func `a wrong audience`(resource: String) async throws {
        var rig = DoctorRig()
        rig.scope = "\(resource)/.default"
        let report = try await rig.report()
        #expect(report.faults == ["audience: token.audience"])
        #expect(report.end == .wrong)
        #expect(
            report["audience"]?.detail
                == "the token is for \(resource), which is not Defender for Endpoint's; Defender answers 403"
        )
        #expect(
            report["audience"]?.fix
                == "Ask for https://api.securitycenter.microsoft.com/.default: a name such as `cloud: commercial` does, "
                + "or `scope` where `cloud` is spelt out."
        )
        // Of Defender's permissions such a token says nothing: they are not called missing.
        #expect(report["isolate"]?.verdict == .note)
        #expect(report["consent"] == nil)
    }

    @Test func `an audience that Defender should know and does not take`() async throws {
        var rig = DoctorRig()
        rig.script.faults = [ScriptedFault(request: "GET /api/machines", kind: .status(403))]
        let report = try await rig.report()
        #expect(report.faults == ["audience: token.not-taken"])
        #expect(
            report["audience"]?.fix
                == "Ask for https://securitycenter.onmicrosoft.com/windowsatpservice/.default: a name such as "
                + "`cloud: commercial` does, or `scope` where `cloud` is spelt out."
        )
    }

    // MARK: Clock

    private static let clockFix =
        "Set this machine's clock right and keep it so with NTP: `timedatectl set-ntp true`, then look at `timedatectl`."

    @Test(arguments: [(-600, "behind"), (600, "ahead of")])
    func `our clock ten minutes off`(seconds: Int, way: String) async throws {
        var rig = DoctorRig()
        rig.ourClock = .seconds(seconds)
        let report = try await rig.report()
        #expect(report.faults == ["clock: clock.off"])
        #expect(report.end == .wrong)
        let clock = try #require(report["clock"])
        let pattern = try Regex(
            "this machine's clock is (599|600|601) s \(way) Entra ID's and (599|600|601) s \(way) Defender's: more than "
                + "five minutes, which Entra ID and Defender do not take"
        )
        #expect(clock.detail.wholeMatch(of: pattern) != nil, "\(clock.detail)")
        #expect(clock.fix == Self.clockFix)
    }

    @Test(arguments: [(600, "behind"), (-600, "ahead of")])
    func `the servers' clocks ten minutes off`(seconds: Int, way: String) async throws {
        var rig = DoctorRig()
        rig.script.clockAheadSeconds = seconds
        let report = try await rig.report()
        #expect(report.faults == ["clock: clock.off"])
        #expect(report["clock"]?.detail.contains(" s \(way) Entra ID's and ") == true)
        #expect(report["clock"]?.fix == Self.clockFix)
    }

    @Test(arguments: [-600, 1_200])
    func `an assertion out of its time, with a certificate`(seconds: Int) async throws {
        var rig = DoctorRig()
        rig.hasCertificate = true
        rig.script.clockAheadSeconds = seconds
        let report = try await rig.report()
        #expect(report.faults == ["clock: clock.off", "token: entra.aadsts700024"])
        #expect(report.end == .wrong)
        #expect(
            report["token"]?.fix
                == "Set this machine's clock right (NTP); a federated token may be stale as well."
        )
        #expect(report["token"]?.detail.contains("the signed assertion is outside its time") == true)
    }

    @Test(arguments: [(100, ["clock: clock.drifts"]), (50, [])])
    func `a clock that drifts is warned of beyond a minute`(seconds: Int, warnings: [String]) async throws {
        var rig = DoctorRig()
        rig.ourClock = .seconds(seconds)
        let report = try await rig.report()
        #expect(report.warnings == warnings)
        #expect(report.end == .well)
    }

    // MARK: The way out

    @Test func `a certificate that is not trusted`() async throws {
        var rig = DoctorRig()
        rig.trusts = false
        let report = try await rig.report()
        #expect(report.faults == ["TLS: tls.untrusted"])
        #expect(report.end == .outside)
        let trust = try #require(report["TLS"])
        #expect(trust.detail.contains(" is not trusted, by the system's CAs: "))
        #expect(
            trust.fix?.contains("put its CA into a PEM file and name it: `trust: { file: PATH }`") == true
        )
        #expect(report["login host"]?.detail.hasSuffix("is not reached: see TLS") == true)
        #expect(report["token"]?.detail == "not asked for: the login host is not reached")
    }

    @Test(arguments: [
        (
            "403 Forbidden", "proxy.refuses",
            "Let the proxy permit CONNECT to https://login.bascule.test, or name the host under `proxy: { except }` if it "
                + "can be reached without."
        ),
        (
            "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"corp\"",
            "proxy.authentication",
            "It wants a user name and password: put them into `proxy: { url }` as a secret, "
                + "http://USER:PASSWORD@HOST:PORT."
        ),
    ])
    func `a proxy that refuses`(answer: String, code: String, fix: String) async throws {
        let proxy = try RefusingProxy(answer)
        defer { proxy.stop() }
        var rig = DoctorRig()
        rig.login = "https://login.bascule.test"
        rig.api = "https://api.bascule.test"
        rig.more = "proxy: { url: http://127.0.0.1:\(proxy.port) }"
        let report = try await rig.report()
        #expect(report.faults == ["proxy: \(code)"])
        #expect(report.end == .outside)
        let found = try #require(report["proxy"])
        #expect(
            found.detail.hasPrefix(
                "http://127.0.0.1:\(proxy.port) refuses the way to https://login.bascule.test: "
            )
        )
        #expect(found.detail.contains(answer.prefix(3)))
        #expect(found.fix == fix)
        #expect(report["login host"]?.detail == "https://login.bascule.test is not reached: see proxy")
        #expect(report["API host"]?.detail == "https://api.bascule.test is not reached: see proxy")
        #expect(
            proxy.asked == [
                "CONNECT login.bascule.test:443 HTTP/1.1", "CONNECT api.bascule.test:443 HTTP/1.1",
            ]
        )
    }

    @Test func `a proxy that is not there`() async throws {
        let port = try RefusingProxy.deadPort()
        var rig = DoctorRig()
        rig.login = "https://login.bascule.test"
        rig.api = "https://api.bascule.test"
        rig.more = "proxy: { url: http://127.0.0.1:\(port) }"
        let report = try await rig.report()
        #expect(report.faults == ["proxy: proxy.unreachable"])
        #expect(report.end == .outside)
        #expect(
            report["proxy"]?.fix
                == "Check `proxy: { url }` and that the proxy runs and can be reached from here."
        )
    }

    @Test func `hosts that nobody answers at, and one that answers with a page`() async throws {
        let port = try RefusingProxy.deadPort()
        var rig = DoctorRig()
        rig.login = "https://127.0.0.1:\(port)"
        let dead = try await rig.report()
        #expect(dead.faults == ["login host: transfer.connect"])
        #expect(dead.end == .outside)
        rig = DoctorRig()
        rig.script.faults = [ScriptedFault(request: "GET */openid-configuration", kind: .status(503))]
        let down = try await rig.report()
        #expect(down.faults == ["login host: host.unavailable"])
        #expect(down.end == .outside)
    }

    @Test func `an application certificate that ended is named before Entra is asked`() async throws {
        var rig = DoctorRig()
        rig.hasCertificate = true
        rig.ourClock = .seconds(31 * 86_400)
        let report = try await rig.report()
        #expect(
            report.faults == [
                "clock: clock.off", "certificate: certificate.ended", "token: entra.credential",
            ]
        )
        #expect(report["certificate"]?.fix?.hasPrefix("Make a new certificate, upload it") == true)
    }
}
