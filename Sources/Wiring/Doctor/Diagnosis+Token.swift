import Defender
import Entra
import Vocabulary

/// What is presented to Entra ID, and what comes of it.
extension Diagnosis {
    /// A certificate that ends sooner than this is warned of.
    static let expiryWarnMax = Duration.seconds(30 * 86_400)

    var credentials: [Finding] {
        var findings = [Finding.ok("credential", seen.credential)]
        findings += seen.certificates.map(certificate)
        if let federated = seen.federated { findings.append(self.federated(federated)) }
        findings += seen.unreadable.map {
            .fault($0.name, $0.problem, fix: $0.fix, code: "certificate.unreadable")
        }
        return findings
    }

    /// It is written anew all the time: that it ends soon is no news.
    private func federated(_ token: (file: String, endsAt: Timestamp)) -> Finding {
        guard token.endsAt <= seen.now else {
            return .ok("federated token", "\(token.file), ends on \(token.endsAt.iso8601)")
        }
        // Asked for a token, the bridge says the same.
        guard seen.token == .notAsked else {
            return .note("federated token", "\(token.file), ended on \(token.endsAt.iso8601): see token")
        }
        return .fault(
            "federated token",
            "\(token.file), ended on \(token.endsAt.iso8601)",
            fix: "Look at whoever writes it there: it is not renewed any more.",
            code: "federated.ended"
        )
    }

    private func certificate(_ own: Examination.OwnCertificate) -> Finding {
        let shown = "\(own.detail), "
        let fix =
            own.isApplication
            ? "Make a new certificate, upload it to the application beside the old one, then put it into the PEM file."
            : "Put a new certificate into the files under `listen: { tls }`, then reload."
        let left = own.endsAt.since(seen.now)
        guard left > .zero else {
            let detail = "\(shown)ended on \(own.endsAt.iso8601)"
            return .fault(own.name, detail, fix: fix, code: "certificate.ended")
        }
        let detail = "\(shown)ends on \(own.endsAt.iso8601), in \(Self.days(left))"
        guard left > Self.expiryWarnMax else {
            return .warning(own.name, detail, fix: fix, code: "certificate.ends")
        }
        return .ok(own.name, detail)
    }

    private static func days(_ left: Duration) -> String {
        let days = left.wholeSeconds / 86_400
        return days == 1 ? "1 day" : days < 1 ? "less than a day" : "\(days) days"
    }

    var tokenFindings: [Finding] {
        switch seen.token {
        case .notAsked: return [.note("token", "not asked for: the login host is not reached")]
        case .failed(let error):
            return [
                .fault("token", error.message, fix: error.fix, code: error.code, isOutside: error.isOfOutside)
            ]
        case .got(let token):
            let life = token.expiresAt.since(seen.now).wholeSeconds / 60
            let end = Timestamp(seconds: token.expiresAt.seconds)
            let until = "got; good until \(end.iso8601), \(life) minutes"
            guard let claims = token.claims else {
                return [
                    .ok("token", until),
                    .note("claims", "the token is opaque: only Defender can say what it is good for"),
                ] + defenderWord(nil)
            }
            return [.ok("token", until), tenant(claims), application(claims), context(claims)]
                + defenderWord(claims) + consent(claims)
        }
    }

    private func tenant(_ claims: TokenClaims) -> Finding {
        let wanted = patient.tenant
        guard let given = claims.tenant else { return .note("tenant", "the token names none") }
        let isDomain = wanted.contains(".")
        guard isDomain || given.lowercased() == wanted.lowercased() else {
            return .fault(
                "tenant",
                "the token is for tenant \(given), the settings say \(wanted)",
                fix: "Correct `tenant` in the settings.",
                code: "token.tenant"
            )
        }
        return .ok("tenant", isDomain ? "\(given) (\(wanted))" : given)
    }

    private func application(_ claims: TokenClaims) -> Finding {
        guard let given = claims.client else { return .note("application", "the token names none") }
        guard given.lowercased() == patient.client.lowercased() else {
            return .fault(
                "application",
                "the token is for application \(given), the settings say \(patient.client)",
                fix: "Correct `client` in the settings.",
                code: "token.application"
            )
        }
        return .ok("application", given)
    }

    private func context(_ claims: TokenClaims) -> Finding {
        claims.isDelegated
            ? .note(
                "context",
                "a person's: the token has `scp`, so their RBAC role and device groups decide as well"
            )
            : .ok("context", "the application's own")
    }

    // MARK: Audience and consent

    /// True if the token is for something else than Defender: what it carries then says nothing of Defender.
    var isForeignAudience: Bool {
        guard case .got(let token) = seen.token, let audience = token.claims?.audience else { return false }
        return !DefenderAudience.isKnown(audience) && seen.probe?.status != 200
    }

    /// True if the token may list machines; nil where that cannot be read.
    private func mayRead(_ claims: TokenClaims?) -> Bool? {
        claims.map { claims in
            let need = ActionNeeds.reading.anyOf.map(\.name)
            let wanted = claims.isDelegated ? need.map(Permission.delegated) : need
            let held = Set(claims.permissions.map { $0.lowercased() })
            return wanted.contains { held.contains($0.lowercased()) }
        }
    }

    private func defenderWord(_ claims: TokenClaims?) -> [Finding] {
        let audience = claims?.audience ?? patient.resource
        let fix = DefenderAudience.fix(besides: audience)
        guard let probe = seen.probe else {
            return [.note("audience", "\(audience); Defender was not reached to try it")]
        }
        // An estate without machines is answered 404 in Defender's own words.
        let isEmptyEstate = probe.status == 404 && probe.refusal?.defenderCode != nil
        if isEmptyEstate || (200...299).contains(probe.status) {
            return [.ok("audience", "\(audience): Defender takes the token")]
        }
        switch probe.status {
        case 401, 403:
            let said = "Defender answers \(probe.status)"
            if isForeignAudience {
                let detail = "the token is for \(audience), which is not Defender for Endpoint's; \(said)"
                return [.fault("audience", detail, fix: fix, code: "token.audience")]
            }
            if probe.status == 403, mayRead(claims) == false {
                return [
                    .ok("audience", "\(audience)"),
                    .note(
                        "Defender",
                        "answers 403, for the token may not list machines: see the permissions"
                    ),
                ]
            }
            let words =
                probe.status == 403
                ? "\(audience): \(said) although the token may list machines; the host does not take this audience"
                : "\(audience): \(said), it does not take the token"
            let advice = probe.status == 403 ? fix : "\(probe.refusal?.fix ?? "Look at the clock.") \(fix)"
            return [.fault("audience", words, fix: advice, code: "token.not-taken")]
        case 429:
            return [
                .warning(
                    "Defender",
                    "throttles this application at the first call",
                    fix: "Look for other programs that use the same application.",
                    code: "defender.throttled"
                )
            ]
        default: return [.note("audience", "\(audience); Defender answers \(probe.status)")]
        }
    }

    private func consent(_ claims: TokenClaims) -> [Finding] {
        guard claims.permissions.isEmpty, !isForeignAudience else { return [] }
        return [
            .fault(
                "consent",
                "the token carries no permission at all: none was granted, or nobody consented",
                fix: """
                    Add what `bascule permissions --config \(patient.file)` lists and let an administrator grant \
                    consent; deploy/entra/register.sh does both. A new consent shows in the next token.
                    """,
                code: "token.no-consent"
            )
        ]
    }
}
