import Deciding
import JSONReader

/// A plan as it is shown.
struct PermissionListing {
    let plan: PermissionPlan
    let file: String

    /// A paragraph for each API.
    var text: String {
        let kind = plan.context == .application ? "Application" : "Delegated"
        var lines = ["\(kind) permissions that the grants of \(file) need:"]
        guard !plan.least.isEmpty else { return "The grants of \(file) need no permission." }
        for resource in PermissionResource.allCases {
            let own = plan.least.filter { $0.resource == resource }
            guard !own.isEmpty else { continue }
            lines += ["", "\(resource.title) (\(resource.appID))"]
            let width = own.map(\.name.count).max() ?? 0
            for permission in own {
                let padding = String(repeating: " ", count: width - permission.name.count)
                let reasons = plan.reasons(for: permission).map(\.text).joined(separator: "; ")
                lines.append("  \(permission.name)\(padding)  \(reasons)")
            }
        }
        return lines.joined(separator: "\n")
    }

    /// What `deploy/entra/register.sh` reads: an API, `Role` or `Scope`, and a permission a line.
    var script: String {
        let kind = plan.context == .application ? "Role" : "Scope"
        return plan.least.map { "\($0.resource.appID) \(kind) \($0.name)" }.joined(separator: "\n")
    }

    var json: JSONValue {
        [
            "context": .string(plan.context.rawValue),
            "permissions": .array(plan.least.map(object)),
        ]
    }

    private func object(_ permission: Permission) -> JSONValue {
        [
            "api": .string(permission.resource.title),
            "api_id": .string(permission.resource.appID),
            "permission": .string(permission.name),
            "reasons": .array(plan.reasons(for: permission).map(PermissionListing.object)),
        ]
    }

    static func object(_ reason: PermissionPlan.Reason) -> JSONValue {
        [
            "any_of": .array(reason.need.anyOf.map { .string($0.name) }),
            "actions": .array(reason.words.map { .string($0) }),
            "grants": .array(
                reason.grants.map { ["grant": .integer(Int64($0.number)), "line": .integer(Int64($0.line))] }
            ),
            "purpose": reason.need.purpose == .action ? "action" : "watching",
            "bridge": .bool(reason.isForBridge),
        ]
    }
}

extension PermissionComparison {
    /// Nothing but what differs; a sentence if nothing does.
    var text: String {
        guard !isExact else { return "The token holds exactly these." }
        var lines: [String] = []
        if !missing.isEmpty {
            lines.append("Missing in the token:")
            lines += missing.map { "  \($0.need.text)  \($0.text)" }
        }
        if !excess.isEmpty {
            if !lines.isEmpty { lines.append("") }
            lines.append("Held and not needed:")
            lines += excess.map { excess in
                let why = excess.wouldDo.map(\.name).joined(separator: ", ")
                return "  \(excess.permission.name)  "
                    + (excess.wouldDo.isEmpty ? "no grant needs it" : "\(why) would do")
            }
        }
        return lines.joined(separator: "\n")
    }

    var json: JSONValue {
        [
            "missing": .array(missing.map(PermissionListing.object)),
            "not_needed": .array(
                excess.map { excess in
                    [
                        "permission": .string(excess.permission.name),
                        "would_do": .array(excess.wouldDo.map { .string($0.name) }),
                    ]
                }
            ),
        ]
    }
}
