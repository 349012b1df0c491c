import Catalogue
import Foundation
import Vocabulary

/// Tags and values that conditions of the settings rest on: whoever may change one moves machines out of a protection or into
/// a grant.
extension Policy {
    /// Where a condition names a tag, in words such as `grant 2 (line 41)`; empty for a tag that nothing names.
    ///
    /// More counts as the same here than conditions take for the same, so that a spelling which Defender might
    /// fold does not slip through.
    func places(naming tag: String) -> [String] {
        let wanted = Policy.folded(tag)
        return places { condition in condition.namedTags.contains { Policy.folded($0) == wanted } }
    }

    /// Where a condition asks for the value of a machine, whichever.
    ///
    /// A change of it takes a machine out of one value and puts it into another.
    var placesNamingValues: [String] { places { $0.values != nil } }

    private func places(where isNamed: (MachineCondition) -> Bool) -> [String] {
        let limited = limits.compactMap { limit -> String? in
            guard case .machines(let condition) = limit.scope, isNamed(condition) else { return nil }
            return "limit \(limit.action) \(limit.key) (line \(limit.line))"
        }
        return grants.filter { isNamed($0.machines) }.map(\.reference.description)
            + protections.filter { isNamed($0.machines) }.map { "protection \($0.name) (line \($0.line))" }
            + essentials.filter { isNamed($0.machines) }.map { "essential \($0.name) (line \($0.line))" }
            + limited
    }

    /// What stands between a grant and the tag or the value that is asked for; nil for every other action.
    ///
    /// A grant with `with: { tag: … }` or `with: { value: … }` was held against it before this.
    func changeFailure(_ grant: Grant, _ question: Question) -> Trial.Failure? {
        if question.action.lowercased() == Catalogue.setValue.word,
            grant.parameters[Catalogue.valueParameter] == nil,
            let value = question.parameters[Catalogue.valueParameter]
        {
            let places = placesNamingValues
            return places.isEmpty ? nil : .namedValue(value, by: places)
        }
        guard Catalogue.changesTags(question.action), grant.parameters[Catalogue.tagParameter] == nil,
            let tag = question.parameters[Catalogue.tagParameter]
        else { return nil }
        let places = places(naming: tag)
        return places.isEmpty ? nil : .namedTag(tag, by: places)
    }

    /// The first few of them in a sentence.
    static func listed(_ places: [String]) -> String {
        let shown = places.prefix(4)
        let left = places.count - shown.count
        return shown.joined(separator: ", ") + (left > 0 ? " and \(left) more" : "")
    }

    private static func folded(_ tag: String) -> String {
        tag.precomposedStringWithCompatibilityMapping.lowercased()
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

extension MachineCondition {
    /// Every tag that it asks about, whether for or against.
    fileprivate var namedTags: [String] { (tags ?? []) + (tagsAll ?? []) + (tagsNone ?? []) }
}
