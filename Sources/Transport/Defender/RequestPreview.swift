package import JSONReader
import Vocabulary

/// A request as it would be posted, to be shown; nothing is sent.
package struct RequestPreview: Sendable, Hashable {
    package let method: String
    /// Behind the API's base address.
    package let path: String
    package let body: JSONValue

    /// Nil for what is not posted to a machine, and for parameters that are not the action's.
    package init?(_ submission: ActionSubmission) {
        guard let route = ActionRoute(word: submission.action),
            let body = route.body(parameters: submission.parameters, comment: submission.comment)
        else { return nil }
        method = "POST"
        path = "\(DefenderPath.machine(submission.machine))/\(route.segment)"
        self.body = body
    }
}

extension MachinePage {
    /// Reads a list of machines as Defender answers it: an object with the rows under `value`.
    ///
    /// Nil without rows. A row that cannot be read could be the very machine meant, and a link to a next page
    /// means more: then the page may be cut.
    package init?(listing: JSONValue) {
        guard let rows = listing["value"]?.array else { return nil }
        let machines = rows.compactMap(EntityReading.machine)
        let hasMore = listing["@odata.nextLink"]?.string != nil
        self.init(machines: machines, mayBeCut: machines.count != rows.count || hasMore)
    }
}
