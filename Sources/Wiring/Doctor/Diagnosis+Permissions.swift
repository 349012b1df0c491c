import Catalogue
import Deciding
import Entra
import Vocabulary

/// Each action of the catalogue with what it needs.
extension Diagnosis {
    /// What the token says it carries; nil where that is not known.
    private var held: Set<Permission>? {
        guard case .got(let token) = seen.token, !isForeignAudience, let names = token.permissions else {
            return nil
        }
        let graph = heldAtGraph.map { $0.map { Permission(resource: .graph, name: $0) } } ?? []
        return Set(names.map { Permission(resource: .defender, name: $0) } + graph)
    }

    /// What a token for Graph carries; nil where none was asked for or it cannot be read.
    private var heldAtGraph: Set<String>? {
        guard case .got(let token) = seen.graphToken else { return nil }
        return token.permissions
    }

    private var tokenContext: TokenContext {
        if case .got(let token) = seen.token, token.claims?.isDelegated == true { return .user }
        return .application
    }

    var permissions: [Finding] {
        let actions = Catalogue.actions.map { ActionNeeds(patient.backEnds.served($0)) }.compactMap {
            action in
            finding(
                action.word,
                action.needs(in: tokenContext),
                grants: patient.grants.filter { $0.actions.contains(action.word) }.map(
                    \.reference.description
                )
            )
        }
        guard tokenContext == .application else { return actions }
        let own = finding("the bridge", [ActionNeeds.reading], grants: [], isBridge: true)
        return [own].compactMap(\.self) + actions
    }

    private func finding(
        _ name: String,
        _ all: [PermissionNeed],
        grants: [String],
        isBridge: Bool = false
    ) -> Finding? {
        // Of a question about a machine, the action and the finding of the machine need the same.
        let needs = all.enumerated().filter { index, need in
            !all[..<index].contains { $0.anyOf == need.anyOf }
        }.map(\.element)
        guard !needs.isEmpty else { return nil }
        let who =
            isBridge
            ? "to find machines, to watch, and to see what others contain"
            : grants.isEmpty ? "no grant allows it" : "allowed by " + grants.joined(separator: ", ")
        guard let held else {
            let unknown = needs.map(\.text).joined(separator: ", and ")
            return .note(name, "needs \(unknown); not known whether it is held; \(who)")
        }
        // A token is for one API: what another needs is not in it.
        let others = needs.filter { need in
            heldAtGraph == nil && need.anyOf.contains { $0.resource != .defender }
        }
        let own = needs.filter { !others.contains($0) }
        let missing = own.filter { !$0.isMet(by: held) }
        let words = own.map { need in
            need.isMet(by: held)
                ? "\(need.anyOf.filter(held.contains).map(\.name).joined(separator: " and ")) held"
                : "\(need.text) missing"
        }
        let elsewhere = others.map { "\($0.text) of \(PermissionResource.graph.title) not looked at" }
        let detail = (words + elsewhere).joined(separator: ", ") + "; " + who
        if !others.isEmpty, !grants.isEmpty { return unseenAtGraph(name, detail) }
        if missing.isEmpty { return grants.isEmpty && !isBridge ? .note(name, detail) : .ok(name, detail) }
        guard isBridge || !grants.isEmpty else { return .note(name, detail) }
        let wanted = missing.map { need in
            need.anyOf.first(where: patient.plan.least.contains)?.name ?? need.text
        }
        let kind = tokenContext == .application ? "application" : "delegated"
        return .fault(
            name,
            detail,
            // Without any permission at all the consent is what is missing, and said once.
            fix: held.isEmpty
                ? nil
                : "Add the \(kind) permission \(wanted.joined(separator: " and ")) of "
                    + "\(missing.allSatisfy(isOfGraph) ? PermissionResource.graph.title : PermissionResource.defender.title) "
                    + "and grant admin consent.",
            code: "permission.missing"
        )
    }

    /// What is granted, goes to Graph, and could not be looked at.
    private func unseenAtGraph(_ name: String, _ detail: String) -> Finding {
        switch seen.graphToken {
        case .failed(let error):
            return .fault(name, "\(detail): \(error.message)", fix: error.fix, code: "graph.token")
        case .notAsked where patient.graphScope == nil:
            return .fault(
                name,
                "\(detail): the settings name no address of Graph",
                fix: "Add `graph` to `cloud`, or choose `defender` under `back-ends`.",
                code: "graph.missing"
            )
        default:
            return .warning(
                name,
                detail,
                fix: "Nothing is wrong that is known; the token cannot be read.",
                code: "graph.unseen"
            )
        }
    }

    private func isOfGraph(_ need: PermissionNeed) -> Bool {
        need.anyOf.allSatisfy { $0.resource == .graph }
    }
}
