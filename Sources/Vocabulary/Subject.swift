/// What somebody named for an action to be about.
///
/// Nearly always a machine; which machine that is, `Deciding` says. What else it can be, the catalogue's entry says.
package enum Subject: Hashable, Sendable, Codable, CustomStringConvertible {
    case id(MachineID)
    /// A name with a dot: compared whole.
    case dnsName(String)
    /// A name without a dot: equals the first label.
    case hostName(String)
    case address(String)
    case entraDevice(String)
    case alert(String)
    /// No machine: an alert's id, a file's hash, an indicator, in canonical spelling.
    case thing(String)
    /// The action is about nothing that is named.
    case nothing

    package var description: String {
        switch self {
        case .id(let id): id.text
        case .dnsName(let name), .hostName(let name): name
        case .address(let address): address
        case .entraDevice(let guid): "aad:\(guid)"
        case .alert(let id): "alert:\(id)"
        case .thing(let text): text
        case .nothing: ""
        }
    }

    /// What is named, where that is no machine; nil for machines and for nothing.
    package var thing: String? { if case .thing(let text) = self { text } else { nil } }
}
