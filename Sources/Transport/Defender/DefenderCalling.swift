package import Catalogue
package import Vocabulary

/// What the back half asks of Defender.
///
/// ``DefenderClient`` is the real one; tests hand in others.
package protocol DefenderCalling: Sendable {
    /// Our own application's client id, as Defender names the requestor of our actions.
    var clientID: String { get }

    /// The application permissions in the present token; nil where the token is opaque.
    func heldPermissions() async throws(DefenderError) -> Set<String>?

    /// Which back end serves what can be had from more than one.
    var backEnds: BackEndChoice { get }

    /// The same of the token for one back end; each has its own.
    func heldPermissions(at backEnd: BackEnd) async throws(DefenderError) -> Set<String>?

    /// One machine by its id. ``DefenderError/Kind/notFound`` if there is none.
    func machine(_ id: MachineID, priority: CallPriority) async throws(DefenderError) -> Machine

    /// Every machine that could be the one meant: a preselection, the choice is made elsewhere.
    ///
    /// Names are looked up by whole name and by first label, addresses through `findbyip` (15 minutes before
    /// `now`), `aad:` by Entra device id, `alert:` through the alert's machine.
    func candidates(
        for selector: Subject,
        now: Timestamp,
        priority: CallPriority
    ) async throws(DefenderError) -> MachinePage

    /// How many machines are onboarded; where Defender does not count them, at least so many.
    func estateSize(priority: CallPriority) async throws(DefenderError) -> Int

    /// Posts one action, once: never repeated by this layer once it may have been executed.
    func submit(_ submission: ActionSubmission) async throws(DefenderError) -> MachineAction

    /// Posts a change that Defender makes while it answers, such as of tags, once, as ``submit(_:)`` does.
    ///
    /// Its comment goes nowhere: such a call takes none.
    ///
    /// - Returns: The machine as Defender describes it afterwards.
    func change(_ submission: ActionSubmission) async throws(DefenderError) -> Machine

    /// Asks a look-up of the catalogue.
    ///
    /// Unknown members and words pass; only an answer that is no list or object at all is unreadable.
    func ask(_ request: DefenderRequest) async throws(DefenderError) -> Answer

    /// Sends an order that is carried out while it is answered; asked for twice it comes to the same.
    func order(_ request: DefenderRequest, deadline: Duration) async throws(DefenderError) -> Answer

    /// Asks Defender to cancel an action.
    func cancel(actionID: String, comment: String, priority: CallPriority) async throws(DefenderError)

    /// One action by its id.
    func action(_ id: String, priority: CallPriority) async throws(DefenderError) -> MachineAction

    /// Lists actions; newest first.
    func actions(_ filter: ActionFilter, priority: CallPriority) async throws(DefenderError) -> ActionPage

    /// Where a finished investigation package can be fetched for a short time; a credential.
    /// ``DefenderError/Kind/notFound`` while the package is not ready.
    func packageAddress(actionID: String) async throws(DefenderError) -> Secret

    /// Where the result of one command of a finished live-response session can be fetched for half an hour; a
    /// credential.
    ///
    /// Asked again it is another. ``DefenderError/Kind/notFound`` while there is none, and once it is gone.
    func liveResponseAddress(actionID: String, index: Int) async throws(DefenderError) -> Secret

    /// Fetches a package to a new file, without our token.
    func download(
        _ address: Secret,
        to path: String,
        bytesMax: Int64,
        onBytes: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(DefenderError) -> Int64

    /// The same; `onLength` is told how many bytes there are in all, where the server says it.
    func download(
        _ address: Secret,
        to path: String,
        bytesMax: Int64,
        onLength: @escaping @Sendable (Int64) -> Void,
        onBytes: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(DefenderError) -> Int64
}

extension DefenderCalling {
    package func download(
        _ address: Secret,
        to path: String,
        bytesMax: Int64,
        onLength: @escaping @Sendable (Int64) -> Void,
        onBytes: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(DefenderError) -> Int64 {
        try await download(address, to: path, bytesMax: bytesMax, onBytes: onBytes)
    }

    package var backEnds: BackEndChoice { BackEndChoice() }

    package func heldPermissions(at backEnd: BackEnd) async throws(DefenderError) -> Set<String>? {
        try await heldPermissions()
    }
}

/// Who goes first when calls are scarce (design §9, rate budget); the order of the cases is the order.
package enum CallPriority: Int, Sendable, Comparable, CaseIterable {
    /// Isolate and release, and the look-ups they wait for.
    case containment
    /// Settling an unknown outcome.
    case settling
    case action
    case watching
    case question

    package static func < (left: CallPriority, right: CallPriority) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// A list of machines.
package struct MachinePage: Sendable, Equatable {
    package let machines: [Machine]
    /// True if there may be more than were read: then nothing may be chosen from it.
    package let mayBeCut: Bool

    package init(machines: [Machine], mayBeCut: Bool) {
        self.machines = machines
        self.mayBeCut = mayBeCut
    }
}

/// A list of machine actions.
package struct ActionPage: Sendable, Equatable {
    package let actions: [MachineAction]
    package let mayBeCut: Bool
    /// Defender's clock, from the answer's `Date`, where it was sent.
    package let serverTime: Timestamp?

    package init(actions: [MachineAction], mayBeCut: Bool, serverTime: Timestamp? = nil) {
        self.actions = actions
        self.mayBeCut = mayBeCut
        self.serverTime = serverTime
    }
}

/// Which actions to list; conditions are joined by `and`.
package struct ActionFilter: Sendable, Hashable {
    package var machine: MachineID?
    /// Any of these types; empty for all.
    package var types: [String]
    package var createdNotBefore: Timestamp?

    package init(machine: MachineID? = nil, types: [String] = [], createdNotBefore: Timestamp? = nil) {
        self.machine = machine
        self.types = types
        self.createdNotBefore = createdNotBefore
    }
}

/// One action to post.
package struct ActionSubmission: Sendable, Hashable {
    /// The catalogue's word.
    package let action: String
    package let machine: MachineID
    /// Canonical parameters with defaults filled in.
    package let parameters: [String: String]
    /// At most 500 characters, our marker first.
    package let comment: String
    package let deadline: Duration

    package init(
        action: String,
        machine: MachineID,
        parameters: [String: String],
        comment: String,
        deadline: Duration
    ) {
        self.action = action
        self.machine = machine
        self.parameters = parameters
        self.comment = comment
        self.deadline = deadline
    }
}

/// Why Defender did not do, or may not have done, what was asked.
package struct DefenderError: Explained, Equatable {
    package enum Kind: String, Sendable, Equatable {
        /// No token could be had; nothing was called.
        case token
        /// A permission is missing in the token or by Defender's word (403).
        case permission
        /// 401 that a fresh token did not cure.
        case unauthorized
        case notFound = "not-found"
        /// 400 `ActiveRequestAlreadyExists`.
        case activeRequest = "active-request"
        /// 400 `OsPlatformNotSupported`, `ClientVersionNotSupported`.
        case notSupported = "not-supported"
        /// Any other 4xx: asking again will not help.
        case refused
        /// 429, or our own budget is spent; ``DefenderError/retryAfter`` says when.
        case throttled
        /// 5xx.
        case server
        /// No whole answer: timeout, reset, connection refused.
        case transfer
        /// An answer that cannot be read.
        case unreadable
        /// A file could not be written (evidence).
        case file
        case tooLarge = "too-large"
    }

    package let kind: Kind
    /// True if the call may have had its effect although we have no proof.
    package let mayHaveBeenExecuted: Bool
    package let retryAfter: Duration?
    /// Defender's own code and correlation id where it sent them, such as `ResourceNotFound`.
    package let defenderCode: String?
    package let correlation: String?
    package let message: String
    package let fix: String

    package init(
        kind: Kind,
        mayHaveBeenExecuted: Bool,
        retryAfter: Duration? = nil,
        defenderCode: String? = nil,
        correlation: String? = nil,
        message: String,
        fix: String
    ) {
        self.kind = kind
        self.mayHaveBeenExecuted = mayHaveBeenExecuted
        self.retryAfter = retryAfter
        self.defenderCode = defenderCode
        self.correlation = correlation
        self.message = message
        self.fix = fix
    }

    package var code: String { "defender.\(kind.rawValue)" }
}
