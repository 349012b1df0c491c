import JSONReader
import Testing
import Vocabulary

@testable import Wiring

/// How a report is laid out.
struct DoctorTextTests {
    private let report = DoctorReport(
        groups: [
            DoctorReport.Group(title: "Way out", findings: [.ok("proxy", "none: calls go straight out")]),
            DoctorReport.Group(
                title: "Token",
                findings: [
                    .warning(
                        "certificate",
                        "ends in 6 days",
                        fix: "Make a new one.",
                        code: "certificate.ends"
                    ),
                    .fault(
                        "token",
                        "Entra ID refused the token with \u{1B}[2J some words that do not fit into one line",
                        fix: "Use the secret's Value.",
                        code: "entra.aadsts7000215"
                    ),
                    .note("offboard", "no grant allows it"),
                ]
            ),
            DoctorReport.Group(title: "Empty", findings: []),
        ],
        limits: ["Tokens are opaque."]
    )

    @Test func `a line a check, and below it what to do`() {
        let text = DoctorText(report: report, width: 60, hasColours: false).text
        #expect(
            text == #"""
                Way out
                  ok       proxy        none: calls go straight out

                Token
                  warning  certificate  ends in 6 days
                                   fix: Make a new one.
                  fault    token        Entra ID refused the token with
                                        \u{1b}[2J some words that do not fit
                                        into one line
                                   fix: Use the secret's Value.
                  -        offboard     no grant allows it

                What cannot be known from here
                  Tokens are opaque.

                Something is missing or wrong: 1 fault, 1 warning.
                """#
        )
        let coloured = DoctorText(report: report, width: 60, hasColours: true).text
        #expect(coloured.contains("\u{1B}[31mfault\u{1B}[0m    token        Entra ID"))
    }

    @Test func `programs get the same as JSON`() throws {
        #expect(report.json["end"] == "wrong")
        let check = try #require(report.json["groups"]?[1]?["checks"]?[1])
        #expect(check["check"] == "token")
        #expect(check["verdict"] == "fault")
        #expect(check["code"] == "entra.aadsts7000215")
        #expect(check["fix"] == "Use the secret's Value.")
        #expect(report.json["groups"]?[0]?["checks"]?[0]?["fix"] == .null)
        #expect(report.json["cannot_know"] == ["Tokens are opaque."])
    }

    @Test func `a fault of the outside outweighs one here`() {
        let outside = Finding.fault("proxy", "p", fix: "f", code: "c", isOutside: true)
        let here = Finding.fault("token", "t", fix: "f", code: "c")
        func end(_ findings: [Finding]) -> DoctorReport.End {
            DoctorReport(groups: [DoctorReport.Group(title: "", findings: findings)], limits: []).end
        }
        #expect(end([here, outside]) == .outside)
        #expect(end([here]) == .wrong)
        #expect(end([.note("n", "n"), .warning("w", "w", fix: "f", code: "c")]) == .well)
    }
}
