import CurlClient
import Enqueuing
import EnqueuingSQLite
import Foundation
import JSONReader
import Vocabulary

/// What an operator's command reaches: the running bridge, or where none runs its ledger, for reading.
struct OperatorAccess: Sendable {
    private let client: ControlClient?
    private let ledgerPath: String

    /// - Parameters:
    ///   - settings: Read without secrets: an operator's shell has none.
    ///   - http: The way to the socket.
    init(_ settings: Settings, http: any HTTPSending) {
        self.init(control: settings.control, ledgerPath: settings.ledgerPath, http: http)
    }

    init(control: String?, ledgerPath: String, http: any HTTPSending) {
        client = control.map { ControlClient(path: $0, http: http) }
        self.ledgerPath = ledgerPath
    }

    /// Reads the settings, does `work`, and lets the connection go.
    static func open<Result: Sendable>(
        _ config: String,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        _ work: (OperatorAccess) async throws -> Result
    ) async throws -> Result {
        let settings = try SettingsReader.read(config, environment: environment, secrets: .unread)
        let http = try CurlClient()
        do {
            let result = try await work(OperatorAccess(settings, http: http))
            await http.close()
            return result
        } catch {
            await http.close()
            throw error
        }
    }

    /// Has the running bridge do something.
    func act(_ path: String, body: JSONValue? = nil) async throws(ControlFailure) -> JSONValue {
        guard let client else { throw .noSocket }
        return try await client.post(path, body: body)
    }

    /// Hands bytes to the running bridge.
    func hand(_ bytes: [UInt8], to path: String) async throws(ControlFailure) -> JSONValue {
        guard let client else { throw .noSocket }
        return try await client.post(path, bytes: bytes)
    }

    /// Reads from the running bridge, or from its ledger where nobody answers.
    ///
    /// - Throws: ``ControlFailure``; ``LedgerError`` of a ledger that cannot be read.
    func read(_ path: String, query: [String: String] = [:]) async throws -> JSONValue {
        guard let client else { return try await readLedger(path, query) }
        do throws(ControlFailure) {
            return try await client.get(path, query: query)
        } catch {
            guard case .noBridge = error else { throw error }
            return try await readLedger(path, query)
        }
    }

    /// Hands over audit rows in order, page by page, from the first to what was the last at the beginning: each
    /// look at a running bridge's audit adds a row.
    ///
    /// - Parameter take: Called with each page as JSON rows; false ends the reading.
    /// - Throws: What `take` throws; ``ControlFailure``; ``LedgerError``.
    func audit(_ take: ([JSONValue]) throws -> Bool) async throws {
        var after: Int64 = 0
        var end: Int64?
        while after < end ?? .max {
            let page = try await read("/audit", query: ["after": String(after)])
            end = end ?? page["last"]?.integer
            let rows = page["rows"]?.array ?? []
            guard let last = rows.last?["sequence"]?.integer else { return }
            // A damaged ledger must not be read in a circle.
            guard try take(rows), last > after else { return }
            after = last
        }
    }

    private func readLedger(_ path: String, _ query: [String: String]) async throws -> JSONValue {
        let ledger = try await SQLiteLedger.openReadOnly(ledgerPath)
        do {
            let answer = try await LedgerReading(ledger: ledger).answer(path, query: query)
            try await ledger.close()
            return answer
        } catch {
            try await ledger.close()
            throw error
        }
    }
}
