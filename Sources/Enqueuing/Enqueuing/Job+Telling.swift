import Catalogue
package import Vocabulary

/// What is said about a job, to people and to the audit.
extension Job {
    /// `isolate laptop-7`, `tag laptop-7 with tag=Contained`, as messages begin.
    package var title: String {
        needed.isEmpty ? deed : "\(deed) with \(needed.map(ActionParameter.spelled).joined(separator: " "))"
    }

    /// `isolate laptop-7`.
    var deed: String { machineText.isEmpty ? action : "\(action) \(machineText)" }

    /// What has no default and was said, without which the action says little.
    private var needed: [(String, String)] {
        let entry = Catalogue.entry(action)
        return (entry?.parameters ?? []).filter { $0.defaultValue == nil && !$0.isDocument }
            .compactMap { parameter in parameters[parameter.name].map { (parameter.name, $0) } }
    }

    /// What stands before what the job is about: `machine`, `alert`.
    private var subjectLabel: String { (Catalogue.entry(action)?.about ?? .machine).label }

    func tellAsker(
        _ tone: Notice.Tone,
        _ code: String,
        _ text: String,
        isFinal: Bool = false,
        buttons: [Button] = []
    ) -> JobEffect {
        .tell(.conversation(conversationID), notice(tone, code, text, isFinal: isFinal, buttons: buttons))
    }

    func tellAll(
        _ tone: Notice.Tone,
        _ code: String,
        _ text: String,
        buttons: [Button] = []
    ) -> JobEffect {
        .tell(.tell, notice(tone, code, text, isFinal: false, buttons: buttons))
    }

    /// A time box's release is talked about where its isolate was; a group where its first job is.
    package var conversationID: JobID { group ?? subject }

    /// What it is about for people: itself, or for a time box's release the isolate.
    package var subject: JobID {
        if case .timeBox(let isolate) = origin { isolate } else { id }
    }

    /// A notice about this job with the facts that people look for.
    package func notice(
        _ tone: Notice.Tone,
        _ code: String,
        _ text: String,
        isFinal: Bool,
        buttons: [Button] = []
    ) -> Notice {
        var fields = [
            Notice.Field("action", action), Notice.Field(subjectLabel, machineText),
            Notice.Field("asked by", askerText), Notice.Field("job", id.text),
            Notice.Field("state", state.rawValue),
        ]
        if machineText.isEmpty { fields.remove(at: 1) }
        if let inNameOf { fields.append(Notice.Field("in the name of", inNameOf)) }
        if let ticket { fields.append(Notice.Field("ticket", ticket)) }
        if let reason { fields.append(Notice.Field("reason", reason)) }
        if let duration { fields.append(Notice.Field("for", duration.description)) }
        if let given = approval?.given, !given.isEmpty {
            fields.append(Notice.Field("approved by", given.map(\.by).joined(separator: ", ")))
        }
        return Notice(
            code: code,
            tone: tone,
            text: text,
            fields: fields,
            isFinal: isFinal,
            buttons: buttons.isEmpty ? nil : buttons
        )
    }

    func transitionEntry(from old: JobState) -> AuditEntry {
        var detail = ["from": old.rawValue, "to": state.rawValue, "action": action]
        detail["machine"] = machine?.id.text
        if !isAboutMachine { detail["subject"] = selector.description }
        detail["defender-action"] = machineAction?.id
        detail["outcome"] = outcome?.code
        detail["grant"] = decision?.grantNumber.map(String.init)
        detail["break-glass"] = decision?.breakGlass
        detail["in-name-of"] = inNameOf
        detail["limits-waived-by"] = limitsWaivedBy
        if let given = approval?.given, !given.isEmpty {
            detail["approved-by"] = given.map(\.by).joined(separator: " ")
            detail["approval"] = approval?.digest
        }
        return AuditEntry(kind: "job.\(state.rawValue)", subject: id.text, actor: askerText, detail: detail)
    }
}
