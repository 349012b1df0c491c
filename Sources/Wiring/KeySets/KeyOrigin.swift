/// Where the public keys of a source's tokens come from.
enum KeyOrigin: Sendable, Hashable {
    /// An OpenID metadata document, which names the address of the keys.
    case metadata(String)
    /// A JSON web key set.
    case keys(String)
    /// The same in a file: nothing is fetched, and a new key needs a reload.
    case file(String)
}
