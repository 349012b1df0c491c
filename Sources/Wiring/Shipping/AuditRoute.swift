import Enqueuing
import Logging
import Vocabulary

/// The way to one destination: what it has not got yet, in order, each until it is taken.
///
/// How far it is stands in the ledger: after a restart it goes on there, and at most one shipment comes twice.
struct AuditRoute: Sendable {
    let ledger: any Ledger
    let destination: any AuditDestination
    let logger: Logger
    let bell = Bell()

    private static let batch = 200
    private static let firstWait = Duration.seconds(5)
    private static let lastWait = Duration.seconds(300)
    /// Not every row wakes the workers: after one that did, those that follow it are looked for.
    private static let trail = Duration.seconds(2)

    init(_ destination: any AuditDestination, ledger: any Ledger, logger: Logger) {
        self.destination = destination
        self.ledger = ledger
        self.logger = logger
    }

    /// Ships until the task ends; sleeps while nothing happens.
    func run() async {
        var wait = AuditRoute.firstWait
        while !Task.isCancelled {
            var pause: Duration?
            do {
                if try await shipAll() { pause = AuditRoute.trail }
                wait = AuditRoute.firstWait
            } catch is CancellationError {
                return
            } catch {
                logger.warning(
                    "The audit was not shipped; it is tried again",
                    metadata: ["to": "\(destination.name)", "error": "\(error)"]
                )
                await rest(wait)
                wait = min(wait * 2, AuditRoute.lastWait)
                continue
            }
            await bell.wait(upTo: pause, clock: ContinuousClock())
        }
    }

    /// A receiver that is down is left alone, whatever happens meanwhile.
    private func rest(_ wait: Duration) async {
        try? await Task.sleep(for: wait, clock: .continuous)
    }

    /// Ships everything that is not there yet.
    ///
    /// - Returns: True if there was something.
    func shipAll() async throws -> Bool {
        var didShip = false
        while !Task.isCancelled, let next = try await next() {
            try await destination.take(next)
            try await keep(next)
            didShip = true
        }
        return didShip
    }

    private func next() async throws -> AuditShipment? {
        let names = (rows: rowsFlag, checkpoint: checkpointFlag)
        return try await ledger.read { transaction in
            let position = try transaction.flag(names.rows).flatMap { Int64($0) } ?? 0
            let rows = try transaction.audit(after: position, limit: AuditRoute.batch)
            let latest = try CheckpointMaker.latest(in: transaction)
            let told = try transaction.flag(names.checkpoint).flatMap { Int64($0) }
            if let latest, latest.at.milliseconds != told, latest.sequence <= position {
                return .checkpoint(latest)
            }
            return rows.isEmpty ? nil : .rows(rows)
        }
    }

    private func keep(_ shipment: AuditShipment) async throws {
        let flag: (name: String, value: String)
        switch shipment {
        case .rows(let rows): flag = (rowsFlag, String(rows.last?.sequence ?? 0))
        case .checkpoint(let checkpoint): flag = (checkpointFlag, String(checkpoint.at.milliseconds))
        }
        try await ledger.write { try $0.setFlag(flag.name, flag.value) }
    }

    private var rowsFlag: String { "audit.shipped.\(destination.name)" }
    private var checkpointFlag: String { "audit.checkpoint.\(destination.name)" }
}
