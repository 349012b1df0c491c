import Foundation
import JSONReader
import Testing
import Vocabulary

@testable import Classifying

/// Reads deliveries of one ticket kind through the routes that a test names.
struct TicketBench {
    let reader: any TicketReader.Type
    var routes: [Route] = []
    var own: Set<String> = []
    var tenants: Set<String> = []

    var kind: SourceKind { reader.kind }

    func classified(_ body: [UInt8], at moment: Timestamp = sampleTime) async throws -> Classification {
        let classifier = Classifier(
            SourceReading(
                name: SourceName("tickets"),
                reader: reader,
                tenants: tenants,
                ownAccounts: own,
                routes: routes
            )
        )
        return try #require(
            try await classifier.classified(verified(body, kind: kind, at: moment)).first
        )
    }

    func classified(_ body: JSONValue, at moment: Timestamp = sampleTime) async throws -> Classification {
        try await classified(body.encoded(), at: moment)
    }

    /// What happened, by the reader alone.
    func event(_ body: JSONValue) throws -> TicketEvent {
        try #require(try reader.read(body, of: verified(body.encoded(), kind: kind)))
    }

    func code(_ body: JSONValue) -> String? {
        do throws(Unreadable) {
            _ = try reader.read(body, of: verified(body.encoded(), kind: kind))
            return nil
        } catch {
            return error.code
        }
    }

    /// Two routes: a trigger that isolates what jq finds, and commands out of comments.
    static func routes(_ trigger: Trigger, machine: String) throws -> [Route] {
        [
            try Route(
                name: "contain",
                when: nil,
                trigger: trigger,
                action: "isolate",
                machine: machine,
                duration: .word("8h")
            ),
            Route(name: "commands", commentCommand: "@bascule"),
        ]
    }

    static func isolation(_ machine: String) -> Request {
        .action(
            ActionRequest(action: "isolate", subject: .hostName(machine), duration: TimeBox("8h"))
        )
    }
}

extension Payload {
    static func json(_ name: String) throws -> JSONValue {
        try JSONReader.read(bytes(name), root: .object)
    }
}

extension JSONValue {
    /// The value with another one at a dotted path; nil takes it out.
    func with(_ path: String, _ value: JSONValue?) -> JSONValue {
        let steps = path.split(separator: ".", maxSplits: 1).map(String.init)
        guard let step = steps.first else { return self }
        if case .array(var elements) = self, let index = Int(step), elements.indices.contains(index) {
            elements[index] = steps.count > 1 ? elements[index].with(steps[1], value) : value ?? .null
            return .array(elements)
        }
        var members = object ?? [:]
        if steps.count > 1 {
            members[step] = (members[step] ?? .object([:])).with(steps[1], value)
        } else {
            members[step] = value
        }
        return .object(members)
    }
}
