/// Who a permission is given to: a person of the settings, or the one service of a source.
package enum Principal: Hashable, Sendable, Codable, CustomStringConvertible {
    case person(String)
    case service(String)

    package var name: String {
        switch self {
        case .person(let name), .service(let name): name
        }
    }

    package var isPerson: Bool {
        if case .person = self { true } else { false }
    }

    package var description: String { name }
}

/// Who asks, as the source proves it; deciding maps it to a ``Principal``.
package enum Asker: Hashable, Sendable, Codable {
    /// The identity at the source exactly as the settings' `people` write it, such as `T024/U2147`.
    case identity(String)
    /// The source proves no person and acts as its service.
    case service
    /// A Unix user at the control socket, by name, as `people.*.local` writes it.
    case local(String)

    /// For records and messages.
    package var text: String {
        switch self {
        case .identity(let text), .local(let text): text
        case .service: "service"
        }
    }
}
