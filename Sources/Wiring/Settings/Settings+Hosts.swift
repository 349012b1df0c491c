import Foundation

extension Settings.Defender {
    /// The hosts that are called for tokens and by the client, in lower case without port.
    var hosts: Set<String> {
        Set([api, login, scope].compactMap { URLComponents(string: $0)?.host?.lowercased() })
    }
}
