import Vocabulary

/// What has become of the simulated tenant: all of Defender's side that `simulate --state` keeps in its file.
///
/// One value, so that nothing is forgotten on the way into the file or out of it. Whatever else the simulator learns
/// to keep (indicators, alerts, a library) is a further property here with a line in ``init(from:)``, so that files
/// of before can be read.
struct EstateState: Codable, Sendable, Equatable {
    var actions: [SimulatedAction] = []
    /// The isolation type of the machines that are isolated.
    var containment: [String: String] = [:]
    /// When that changed last.
    var changes: [String: Timestamp] = [:]
    /// Of the machines whose tags were changed, all that they carry.
    var tags: [String: [String]] = [:]
    /// Of the machines whose value was set, what it is.
    var values: [String: String] = [:]
    var restricted: Set<String> = []
    var offboarded: Set<String> = []
    var refusesNextDuplicate = false
    /// Alerts, indicators and the rest; nil as the script has them.
    var records: RecordShelf?
    /// The library of live response; nil as the script has it.
    var library: [String: LibraryEntry]?

    init() {}

    init(from decoder: any Decoder) throws {
        let kept = try decoder.container(keyedBy: CodingKeys.self)
        actions = try kept.decodeIfPresent([SimulatedAction].self, forKey: .actions) ?? []
        containment = try kept.decodeIfPresent([String: String].self, forKey: .containment) ?? [:]
        changes = try kept.decodeIfPresent([String: Timestamp].self, forKey: .changes) ?? [:]
        tags = try kept.decodeIfPresent([String: [String]].self, forKey: .tags) ?? [:]
        values = try kept.decodeIfPresent([String: String].self, forKey: .values) ?? [:]
        restricted = try kept.decodeIfPresent(Set<String>.self, forKey: .restricted) ?? []
        offboarded = try kept.decodeIfPresent(Set<String>.self, forKey: .offboarded) ?? []
        refusesNextDuplicate = try kept.decodeIfPresent(Bool.self, forKey: .refusesNextDuplicate) ?? false
        records = try kept.decodeIfPresent(RecordShelf.self, forKey: .records)
        library = try kept.decodeIfPresent([String: LibraryEntry].self, forKey: .library)
    }
}
