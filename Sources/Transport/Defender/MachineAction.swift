package import Vocabulary

/// One machine action as Defender tells of it (`reference/defender-api.md` §3.3).
package struct MachineAction: Sendable, Hashable {
    package enum Status: Sendable, Hashable {
        case pending
        case inProgress
        case succeeded
        case failed
        case timeOut
        case cancelled
        /// A word never seen before: not an end, watched further.
        case unknown(String)

        /// Spelling and case as documented and as observed.
        package init(_ text: String) {
            switch text.lowercased() {
            case "pending": self = .pending
            case "inprogress": self = .inProgress
            case "succeeded": self = .succeeded
            case "failed": self = .failed
            case "timeout": self = .timeOut
            case "cancelled", "canceled": self = .cancelled
            default: self = .unknown(text)
            }
        }

        package var isEnd: Bool {
            switch self {
            case .succeeded, .failed, .timeOut, .cancelled: true
            case .pending, .inProgress, .unknown: false
            }
        }

        package var text: String {
            switch self {
            case .pending: "Pending"
            case .inProgress: "InProgress"
            case .succeeded: "Succeeded"
            case .failed: "Failed"
            case .timeOut: "TimeOut"
            case .cancelled: "Cancelled"
            case .unknown(let text): text
            }
        }
    }

    package var id: String
    /// Such as `Isolate`, `Unisolate`, `RunAntiVirusScan`; unknown words pass.
    package var type: String
    /// `Full`, `Selective`, `Quick` or none.
    package var scope: String?
    package var status: Status
    package var machineID: MachineID
    package var machineName: String?
    /// The client id in application context, a user's name otherwise.
    package var requestor: String?
    package var comment: String?
    package var createdAt: Timestamp
    package var updatedAt: Timestamp?
    package var errorHResult: Int64
    package var cancellationComment: String?
    /// The commands of a live-response session; empty for all others.
    package var commands: [CommandState]

    package init(
        id: String,
        type: String,
        scope: String? = nil,
        status: Status,
        machineID: MachineID,
        machineName: String? = nil,
        requestor: String? = nil,
        comment: String? = nil,
        createdAt: Timestamp,
        updatedAt: Timestamp? = nil,
        errorHResult: Int64 = 0,
        cancellationComment: String? = nil,
        commands: [CommandState] = []
    ) {
        self.id = id
        self.type = type
        self.scope = scope
        self.status = status
        self.machineID = machineID
        self.machineName = machineName
        self.requestor = requestor
        self.comment = comment
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.errorHResult = errorHResult
        self.cancellationComment = cancellationComment
        self.commands = commands
    }
}
