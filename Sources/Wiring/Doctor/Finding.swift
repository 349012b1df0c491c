import JSONReader

/// One thing that `doctor` looked at.
struct Finding: Sendable, Equatable {
    enum Verdict: String, Sendable {
        case ok
        /// It works, and somebody should act.
        case warning
        case fault
        /// Not looked at, because something before it failed; or nothing that can be right or wrong.
        case note
    }

    let name: String
    let verdict: Verdict
    /// What was found; may hold foreign text.
    let detail: String
    /// What to do, for warnings and faults; nil where another finding says it.
    let fix: String?
    /// Stable, for programs.
    let code: String
    /// True for a fault of the outside world: nothing here can be corrected, or nothing more can be said.
    let isOutside: Bool

    private init(
        _ name: String,
        _ verdict: Verdict,
        _ detail: String,
        _ fix: String?,
        _ code: String,
        _ out: Bool
    ) {
        self.name = name
        self.verdict = verdict
        self.detail = detail
        self.fix = fix
        self.code = code
        isOutside = out
    }

    static func ok(_ name: String, _ detail: String) -> Finding {
        Finding(name, .ok, detail, nil, "ok", false)
    }

    static func note(_ name: String, _ detail: String) -> Finding {
        Finding(name, .note, detail, nil, "note", false)
    }

    static func warning(_ name: String, _ detail: String, fix: String, code: String) -> Finding {
        Finding(name, .warning, detail, fix, code, false)
    }

    static func fault(
        _ name: String,
        _ detail: String,
        fix: String?,
        code: String,
        isOutside: Bool = false
    ) -> Finding {
        Finding(name, .fault, detail, fix, code, isOutside)
    }

    var json: JSONValue {
        [
            "check": .string(name), "verdict": .string(verdict.rawValue), "code": .string(code),
            "detail": .string(detail), "fix": fix.map { .string($0) } ?? .null,
            "outside": .bool(isOutside),
        ]
    }
}

/// Everything that `doctor` found.
struct DoctorReport: Sendable, Equatable {
    struct Group: Sendable, Equatable {
        let title: String
        let findings: [Finding]
    }

    /// How the command ends.
    enum End: String, Sendable {
        case well
        /// Something is missing or wrong here.
        case wrong
        /// The outside world failed, so that not all could be looked at.
        case outside
    }

    let groups: [Group]
    /// What no program can see from here.
    let limits: [String]

    var findings: [Finding] { groups.flatMap(\.findings) }

    /// Where the outside failed, what was found is not all there is.
    var end: End {
        let faults = findings.filter { $0.verdict == .fault }
        if faults.isEmpty { return .well }
        return faults.contains { $0.isOutside } ? .outside : .wrong
    }

    var json: JSONValue {
        [
            "end": .string(end.rawValue),
            "groups": .array(
                groups.map { group in
                    ["group": .string(group.title), "checks": .array(group.findings.map(\.json))]
                }
            ),
            "cannot_know": .array(limits.map { .string($0) }),
        ]
    }
}
