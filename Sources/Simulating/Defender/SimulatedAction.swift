import Foundation
import JSONReader
import Vocabulary

/// A machine action in its life.
struct SimulatedAction: Sendable, Codable, Equatable {
    enum Effect: Sendable { case isolate, release, restrict, unrestrict, offboard, none }

    let id: String
    let type: String
    let scope: String?
    let machineID: String
    let machineName: String?
    let requestor: String
    let requestSource: String
    let comment: String
    /// The SHA-1 of the file that it is about.
    var file: String?
    let createdAt: Timestamp
    let visibleAt: Timestamp
    /// Nil leaves it Pending until it times out.
    let course: ActionCourse?
    /// Carried out only after a release asked for later has ended.
    var waitsForRelease: Bool
    var status = "Pending"
    var updatedAt: Timestamp
    var cancellation: Cancellation?
    /// Of a live-response session; nil for all others.
    var session: [SimulatedCommand]?

    struct Cancellation: Sendable, Codable, Equatable {
        let requestor: String
        let comment: String?
        let at: Timestamp
    }

    /// Defender gives up on a machine that does not answer after this.
    static let patience = Duration.seconds(3 * 86_400)
    static let finalStates: Set<String> = ["Succeeded", "Failed", "TimeOut", "Cancelled"]

    var isActive: Bool { status == "Pending" || status == "InProgress" }

    var commands: [SimulatedCommand] {
        get { session ?? [] }
        set { session = newValue }
    }

    /// It came to its own end, so that its commands have one.
    var hasEndedByItself: Bool { status == "Succeeded" || status == "Failed" }

    var effect: Effect {
        switch type {
        case "Isolate": .isolate
        case "Unisolate": .release
        case "RestrictCodeExecution": .restrict
        case "UnrestrictCodeExecution": .unrestrict
        case "Offboard": .offboard
        default: .none
        }
    }

    /// When it ends by itself.
    var endsAt: Timestamp {
        guard let course else { return createdAt + Self.patience }
        return createdAt + .milliseconds(Int64(course.delaySeconds * 1000))
    }

    /// When it leaves Pending; nil for an action that never does.
    var runsAt: Timestamp? {
        course.map { createdAt + .milliseconds(Int64($0.delaySeconds * 500)) }
    }

    /// The entity, `@odata.context` left out.
    func json(addsUnknown: Bool) -> [String: JSONValue] {
        func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        let isFailed = status == "Failed"
        var fields: [String: JSONValue] = [
            "id": .string(id),
            "type": .string(type),
            "title": .null,
            "scope": text(scope),
            "requestor": .string(requestor),
            "requestorComment": .string(comment),
            "requestSource": .string(requestSource),
            "externalId": .null,
            "status": .string(status),
            "machineId": .string(machineID),
            "computerDnsName": text(machineName),
            "creationDateTimeUtc": .string(Self.stamp(createdAt)),
            "lastUpdateDateTimeUtc": .string(Self.stamp(updatedAt)),
            "cancellationRequestor": text(cancellation?.requestor),
            "cancellationComment": text(cancellation?.comment),
            "cancellationDateTimeUtc": text(cancellation.map { Self.stamp($0.at) }),
            "errorHResult": isFailed ? -2_147_024_891 : 0,
            "troubleshootInfo": isFailed ? "The device refused the command." : .null,
            "relatedFileInfo": file.map {
                ["fileIdentifier": .string($0), "fileIdentifierType": "Sha1"]
            } ?? .null,
            "commands": .array(
                commands.enumerated().map {
                    $1.json(
                        index: $0,
                        hasEnded: hasEndedByItself,
                        Self.stamp(createdAt),
                        Self.stamp(updatedAt)
                    )
                }
            ),
        ]
        if addsUnknown { fields["futureProperty"] = ["nested": [1, .null, "x"]] }
        return fields
    }

    /// Seven fractional digits, as Defender writes moments.
    static func stamp(_ moment: Timestamp) -> String {
        let fraction = String(moment.milliseconds - moment.seconds * 1000)
        let padded = String(repeating: "0", count: 3 - fraction.count) + fraction
        return Timestamp(seconds: moment.seconds).iso8601.dropLast() + "." + padded + "0000Z"
    }
}
