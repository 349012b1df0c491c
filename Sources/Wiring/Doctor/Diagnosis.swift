import Catalogue
import CurlClient
import Deciding
import Entra
import Vocabulary

/// Concludes from what was seen: one finding for each cause, and no fault for what only follows from another.
struct Diagnosis: Sendable {
    let patient: Patient
    let seen: Examination
    let retirements: [Retirement]

    init(patient: Patient, seen: Examination, retirements: [Retirement]? = nil) {
        self.patient = patient
        self.seen = seen
        self.retirements = retirements ?? Retirement.all(patient.backEnds)
    }

    var report: DoctorReport {
        DoctorReport(
            groups: [
                DoctorReport.Group(title: "Way out", findings: [proxy, trust, loginHost, apiHost]),
                DoctorReport.Group(title: "Clock", findings: clock),
                DoctorReport.Group(title: "Token", findings: credentials + tokenFindings),
                DoctorReport.Group(title: "Permissions", findings: permissions),
                DoctorReport.Group(title: "Retirement", findings: retiring),
            ],
            limits: limits
        )
    }

    private var limits: [String] {
        var limits = [
            "Access tokens are officially opaque to whoever asks for them: what is held or missing is what this "
                + "token says today; Defender's own answer decides.",
            "In user context the person's RBAC role and device groups decide as well; nothing here can see them.",
        ]
        if patient.hasSecret {
            limits.append("When a secret ends is known to Entra ID alone; a certificate says it by itself.")
        }
        limits.append("Whether a machine supports an action shows when it is asked for.")
        return limits
    }

    // MARK: Clock

    /// Beyond this a clock is told.
    static let clockWarnMax = Duration.seconds(60)
    /// Beyond this Entra ID and Defender refuse what is dated by it.
    static let clockFaultMax = Duration.seconds(300)

    private var clock: [Finding] {
        guard !seen.clocks.isEmpty else { return [.note("clock", "no server told its time")] }
        let isClose = seen.clocks.allSatisfy { abs(Self.seconds($0.ahead)) <= 1 }
        let words = seen.clocks.map { clock in
            let seconds = Self.seconds(clock.ahead)
            let off = isClose ? "" : "\(abs(seconds)) s \(seconds > 0 ? "behind" : "ahead of") "
            return "\(off)\(clock.server)'s"
        }.joined(separator: " and ")
        let detail = "this machine's clock is \(isClose ? "within a second of " : "")\(words)"
        let fix =
            "Set this machine's clock right and keep it so with NTP: `timedatectl set-ntp true`, then look at `timedatectl`."
        let offs = seen.clocks.map { max(Self.magnitude($0.ahead) - $0.uncertainty, .zero) }
        if let two = disagreement {
            return [
                .warning(
                    "clock",
                    detail + "; the two servers differ by \(two) s, so at least one time is not its server's",
                    fix: "Look for a proxy that answers with an old `Date`, then at this machine's clock.",
                    code: "clock.unclear"
                )
            ]
        }
        let worst = offs.max() ?? .zero
        if worst > Self.clockFaultMax {
            let words = "\(detail): more than five minutes, which Entra ID and Defender do not take"
            return [.fault("clock", words, fix: fix, code: "clock.off")]
        }
        if worst > Self.clockWarnMax {
            return [.warning("clock", detail, fix: fix, code: "clock.drifts")]
        }
        return [.ok("clock", detail)]
    }

    /// Seconds between the two servers' clocks, if that is more than can be explained.
    private var disagreement: Int64? {
        guard seen.clocks.count == 2 else { return nil }
        let between = Self.magnitude(seen.clocks[0].ahead - seen.clocks[1].ahead)
        let doubt = seen.clocks[0].uncertainty + seen.clocks[1].uncertainty
        return between - doubt > Self.clockWarnMax ? Self.seconds(between) : nil
    }

    private static func magnitude(_ duration: Duration) -> Duration {
        duration < .zero ? .zero - duration : duration
    }

    /// Rounded to whole seconds.
    private static func seconds(_ duration: Duration) -> Int64 {
        let half: Duration = duration < .zero ? .milliseconds(-500) : .milliseconds(500)
        return (duration + half).wholeSeconds
    }

    // MARK: Retirement

    private var retiring: [Finding] {
        let granted = Set(patient.grants.flatMap(\.actions))
        let own = retirements.map { retirement in
            let text = retirement.text(at: seen.now)
            guard granted.contains(retirement.word) else {
                return Finding.note(retirement.word, text + "; no grant allows it")
            }
            return Finding.warning(
                retirement.word,
                text + "; a grant allows it",
                fix: "Choose the other back end under `back-ends` and add its permission before that day; "
                    + "`bascule actions` lists both.",
                code: "retirement"
            )
        }
        return own + [.note("Defender API", Retirement.announced)]
    }
}

// MARK: The way out

extension Diagnosis {
    /// Why a host was not reached, as far as it is not the host's own fault.
    private func isProxyFault(_ contact: Examination.Contact, proxied: Bool) -> TransferFailure? {
        guard proxied, case .failed(let failure) = contact, [.proxy, .connect].contains(failure.kind) else {
            return nil
        }
        return failure
    }

    private var proxyFailure: (failure: TransferFailure, host: String)? {
        if let failure = isProxyFault(seen.login, proxied: patient.isLoginProxied) {
            return (failure, patient.login)
        }
        if let failure = isProxyFault(seen.api, proxied: patient.isAPIProxied) {
            return (failure, patient.api)
        }
        return nil
    }

    fileprivate var proxy: Finding {
        guard let proxy = patient.proxy else { return .ok("proxy", "none: calls go straight out") }
        guard patient.isLoginProxied || patient.isAPIProxied else {
            return .note("proxy", "\(proxy) is used for neither host")
        }
        guard let (failure, host) = proxyFailure else { return .ok("proxy", "\(proxy) lets calls through") }
        let detail = failure.detail
        if failure.kind == .connect || detail.lowercased().contains("resolve proxy") {
            return .fault(
                "proxy",
                "\(proxy) does not answer: \(detail)",
                fix: "Check `proxy: { url }` and that the proxy runs and can be reached from here.",
                code: "proxy.unreachable",
                isOutside: true
            )
        }
        let isAsking = detail.contains("407")
        return .fault(
            "proxy",
            "\(proxy) refuses the way to \(host): \(detail)",
            fix: isAsking
                ? "It wants a user name and password: put them into `proxy: { url }` as a secret, http://USER:PASSWORD@HOST:PORT."
                : "Let the proxy permit CONNECT to \(host), or name the host under `proxy: { except }` if it can be reached without.",
            code: isAsking ? "proxy.authentication" : "proxy.refuses",
            isOutside: true
        )
    }

    fileprivate var trust: Finding {
        let whom =
            "the system's CAs" + (patient.trustFile.map { " and those of \($0)" } ?? "")
        for (contact, host) in [(seen.login, patient.login), (seen.api, patient.api)] {
            guard case .failed(let failure) = contact, failure.kind == .tls else { continue }
            let fix =
                patient.trustFile.map {
                    "Add the CA that signed the certificate of \(host) to \($0), if it is one to be trusted."
                }
                    ?? """
                    If this network opens TLS on the way, or the host is your own, put its CA into a PEM file and name it: \
                    `trust: { file: PATH }`. Else look at the clock and at who answers for \(host).
                    """
            return .fault(
                "TLS",
                "\(host) is not trusted, by \(whom): \(failure.detail)",
                fix: fix,
                code: "tls.untrusted",
                isOutside: true
            )
        }
        let isPlain = [patient.login, patient.api].allSatisfy { $0.hasPrefix("http://") }
        if isPlain { return .note("TLS", "both hosts are plain http on this machine") }
        let issuers = Set(seen.issuers.compactMap(\.self)).sorted()
        let signed =
            issuers.isEmpty
            ? "" : "; the hosts' certificates are signed by \(issuers.joined(separator: " and "))"
        return .ok("TLS", "1.2 or newer; trusted are \(whom)\(signed)")
    }

    fileprivate var loginHost: Finding {
        host("login host", patient.login, seen.login, whose: "Entra ID", proxied: patient.isLoginProxied)
    }

    fileprivate var apiHost: Finding {
        host("API host", patient.api, seen.api, whose: "Defender", proxied: patient.isAPIProxied)
    }

    private func host(
        _ name: String,
        _ url: String,
        _ contact: Examination.Contact,
        whose: String,
        proxied: Bool
    ) -> Finding {
        switch contact {
        case .notTried: return .note(name, "\(url) was not tried")
        case .failed(let failure):
            if failure.kind == .tls { return .note(name, "\(url) is not reached: see TLS") }
            if isProxyFault(contact, proxied: proxied) != nil {
                return .note(name, "\(url) is not reached: see proxy")
            }
            return .fault(
                name,
                "\(url): \(failure.message)",
                fix: failure.fix,
                code: failure.code,
                isOutside: true
            )
        case .answered(let status, _, _) where status >= 500:
            return .fault(
                name,
                "\(url) answers \(status)",
                fix: "Wait; see the service health page if it lasts.",
                code: "host.unavailable",
                isOutside: true
            )
        case .answered(let status, false, _):
            return .fault(
                name,
                "\(url) answers \(status) with something that is not \(whose)'s, such as the page of a proxy",
                fix: "Check `cloud` in the settings and what stands between here and there.",
                code: "host.foreign",
                isOutside: true
            )
        case .answered(_, true, let took):
            return .ok(name, "\(url) answers in \(max(took.wholeMilliseconds, 1)) ms")
        }
    }
}
