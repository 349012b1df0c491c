/// Chooses the fewest permissions that meet every need, and among as many the mildest.
struct LeastPermissions {
    /// More steps than any catalogue needs; beyond them the best found so far stands.
    private static let stepsMax = 200_000

    private var best: [Permission]?
    private var steps = 0

    /// - Parameter needs: Of each list one permission is enough; empty lists need nothing.
    /// - Returns: In order of API and name.
    static func covering(_ needs: [[Permission]]) -> [Permission] {
        var search = LeastPermissions()
        // What has no alternative comes first: it may meet other needs as well.
        let forced = Set(needs.filter { Set($0).count == 1 }.flatMap(\.self))
        let open = needs.filter { need in !need.isEmpty && !need.contains(where: forced.contains) }
        search.go(on: open.sorted { $0.count < $1.count }, with: forced)
        return search.best ?? []
    }

    private mutating func go(on open: [[Permission]], with chosen: Set<Permission>) {
        steps += 1
        if let best, steps > Self.stepsMax || chosen.count > best.count { return }
        guard let need = open.first(where: { !$0.contains(where: chosen.contains) }) else {
            let found = chosen.sorted()
            if best.map({ Self.isBetter(found, than: $0) }) ?? true { best = found }
            return
        }
        for option in need.sorted(by: { ($0.weight, $0) < ($1.weight, $1) }) {
            go(on: open, with: chosen.union([option]))
        }
    }

    private static func isBetter(_ one: [Permission], than other: [Permission]) -> Bool {
        guard one.count == other.count else { return one.count < other.count }
        let weights = (one.reduce(0) { $0 + $1.weight }, other.reduce(0) { $0 + $1.weight })
        guard weights.0 == weights.1 else { return weights.0 < weights.1 }
        return one.lexicographicallyPrecedes(other)
    }
}
