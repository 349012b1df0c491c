import Cryptography
package import Vocabulary

/// Whose agreement a job needs, by the policy of one moment.
package struct ApprovalNeed: Sendable, Hashable, Codable {
    /// Groups and people, as the settings name them.
    package var of: [String]
    /// The people who may approve this job, by name.
    package var approvers: Set<String>
    /// Groups with their people, to be told.
    package var shown: [String]
    package var count: Int
    /// How long they may take once asked.
    package var within: TimeBox

    package init(of: [String], approvers: Set<String>, shown: [String], count: Int, within: TimeBox) {
        self.of = of
        self.approvers = approvers
        self.shown = shown
        self.count = count
        self.within = within
    }
}

/// A question to others whether a job may go on, and their answers so far.
package struct ApprovalRequest: Sendable, Hashable, Codable {
    package var of: [String]
    package var shown: [String]
    package var count: Int
    package var until: Timestamp
    /// What was asked, as ``Job/approvalDigest`` said at that moment.
    package var digest: String
    package var given: [Approval]
}

/// One person's agreement.
package struct Approval: Sendable, Hashable, Codable {
    /// The person's name in the settings.
    package var by: String
    /// Where they said so.
    package var source: SourceName
    package var at: Timestamp

    package init(by: String, source: SourceName, at: Timestamp) {
        self.by = by
        self.source = source
        self.at = at
    }
}

extension Job {
    /// True if enough of those who may now have agreed to what the job asks for now.
    package func isAgreed(by need: ApprovalNeed) -> Bool {
        guard let approval, approval.digest == approvalDigest else { return false }
        return Set(approval.given.map(\.by)).intersection(need.approvers).count >= need.count
    }

    /// Lower-case hex SHA-256 of what an approval agrees to; any change of it makes given approvals worthless.
    ///
    /// The bytes are the JSON array `["bascule-approval-1", job, action, machine id, [[name, value], …] sorted by
    /// name, requester]` without blanks, strings escaped as in the audit; where an action is about no machine, what
    /// it is about stands in the place of the id. The time box is the pair `for` with its whole seconds. `deploy/AUDIT.md` documents it.
    package var approvalDigest: String {
        var values = parameters
        values["for"] = duration.map { String($0.seconds) } ?? ""
        let pairs = values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { "[\(CanonicalText.quoted($0.key)),\(CanonicalText.quoted($0.value))]" }
            .joined(separator: ",")
        let subject = isAboutMachine ? machine?.id.text ?? "" : selector.description
        let words = ["bascule-approval-1", id.text, action, subject]
            .map(CanonicalText.quoted).joined(separator: ",")
        let text = "[\(words),[\(pairs)],\(CanonicalText.quoted(principal?.name ?? ""))]"
        return Hex.encode(Digest.of(Array(text.utf8)))
    }
}
