import CurlClient
import Foundation
import JSONReader
package import Vocabulary

extension DefenderClient {
    package func machine(
        _ id: MachineID,
        priority: CallPriority
    ) async throws(DefenderError) -> Machine {
        let answer = try await call(
            DefenderCall(.get, DefenderPath.machine(id), purpose: "a machine", priority: priority)
        )
        guard let machine = EntityReading.machine(try answer.object()), machine.id == id else {
            throw answer.unreadable("another machine than the one asked for")
        }
        return machine
    }

    package func candidates(
        for selector: Subject,
        now: Timestamp,
        priority: CallPriority
    ) async throws(DefenderError) -> MachinePage {
        switch selector {
        case .id(let id):
            return try await orNone(MachinePage.none) { () async throws(DefenderError) in
                MachinePage(machines: [try await machine(id, priority: priority)], mayBeCut: false)
            }
        case .dnsName(let name):
            return try await list(NameFilter.wholeName(name), priority: priority)
        case .hostName(let name):
            return try await list(NameFilter.firstLabel(name), priority: priority)
        case .address(let address):
            guard let path = DefenderPath.findByAddress(address, at: now) else {
                throw .badIdentifier("address", address)
            }
            return try await orNone(MachinePage.none) { () async throws(DefenderError) in
                try await machines(path, priority: priority).page
            }
        case .entraDevice(let text):
            guard let guid = UUID(uuidString: text) else { throw .badIdentifier("Entra device", text) }
            return try await entraDevice(guid, priority: priority)
        case .thing, .nothing:
            return MachinePage.none
        case .alert(let alert):
            guard let path = DefenderPath.alertMachine(alert) else { throw .badIdentifier("alert", alert) }
            return try await orNone(MachinePage.none) { () async throws(DefenderError) in
                let answer = try await call(
                    DefenderCall(.get, path, purpose: "an alert's machine", priority: priority)
                )
                guard let machine = EntityReading.machine(try answer.object()) else {
                    throw answer.unreadable("no machine")
                }
                return MachinePage(machines: [machine], mayBeCut: false)
            }
        }
    }

    package func estateSize(priority: CallPriority) async throws(DefenderError) -> Int {
        let filter = ODataFilter.equals("onboardingStatus", .text("Onboarded"))
        var query = Query()
        query.append("$filter", filter.text)
        query.append("$top", "1")
        query.append("$count", "true")
        let path = DefenderPath.machines + query.text
        do {
            let counted = try await orNone(Int64?.some(0)) { () async throws(DefenderError) in
                let answer = try await call(
                    DefenderCall(.get, path, purpose: "the number of machines", priority: priority)
                )
                return try answer.object()["@odata.count"]?.integer
            }
            if let counted { return Int(clamping: counted) }
        } catch {
            guard error.isBadQuery else { throw error }
        }
        // `$count` is used by clients and documented nowhere: without it they are counted one by one.
        return Set(try await list(filter, priority: priority).machines.map(\.id)).count
    }

    /// A GUID goes without quotes; where Defender calls that a bad query, it is asked with them.
    private func entraDevice(
        _ guid: UUID,
        priority: CallPriority
    ) async throws(DefenderError) -> MachinePage {
        do {
            return try await list(.equals("aadDeviceId", .guid(guid)), priority: priority)
        } catch {
            guard error.isBadQuery else { throw error }
            return try await list(
                .equals("aadDeviceId", .text(guid.uuidString.lowercased())),
                priority: priority
            )
        }
    }

    private func list(
        _ filter: ODataFilter,
        priority: CallPriority
    ) async throws(DefenderError) -> MachinePage {
        var found: [Machine] = []
        var paging = Paging()
        while let query = paging.next(filter) {
            let path = DefenderPath.machines + query.text
            let page = try await orNone(ListPage.none) { () async throws(DefenderError) in
                try await machines(path, priority: priority)
            }
            found += page.page.machines
            paging.received(rows: page.rows, hasMore: page.hasMore, isReadable: page.isReadable)
        }
        return MachinePage(machines: found, mayBeCut: paging.mayBeCut)
    }

    private struct ListPage {
        let page: MachinePage
        let rows: Int
        let hasMore: Bool
        /// False if a row could not be read.
        let isReadable: Bool

        static let none = ListPage(page: .none, rows: 0, hasMore: false, isReadable: true)
    }

    private func machines(
        _ path: String,
        priority: CallPriority
    ) async throws(DefenderError) -> ListPage {
        let answer = try await call(
            DefenderCall(.get, path, purpose: "a list of machines", priority: priority)
        )
        let body = try answer.object()
        guard let rows = body["value"]?.array else { throw answer.unreadable("no list of machines") }
        let machines = rows.compactMap(EntityReading.machine)
        let hasMore = body["@odata.nextLink"]?.string != nil
        // A row that cannot be read could be the very machine meant.
        let isReadable = machines.count == rows.count
        return ListPage(
            page: MachinePage(machines: machines, mayBeCut: !isReadable || hasMore),
            rows: rows.count,
            hasMore: hasMore,
            isReadable: isReadable
        )
    }

    /// An empty tenant gives 404 instead of an empty list, and so does an unknown id; a 404 without Defender's
    /// own code comes from something else and stays an error.
    private func orNone<Page>(
        _ none: Page,
        _ ask: () async throws(DefenderError) -> Page
    ) async throws(DefenderError) -> Page {
        do {
            return try await ask()
        } catch {
            guard error.kind == .notFound, error.defenderCode != nil,
                !error.message.contains("No HTTP resource was found")
            else { throw error }
            return none
        }
    }
}

extension DefenderError {
    /// Defender does not take the query as it is; it may take another.
    fileprivate var isBadQuery: Bool { defenderCode == "ODataError" || defenderCode == "BadRequest" }
}

extension MachinePage {
    fileprivate static let none = MachinePage(machines: [], mayBeCut: false)
}
