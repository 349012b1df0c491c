package import Vocabulary

extension CurlClient.Settings {
    /// True if a call to this address goes through the proxy; false as well for what cannot be called.
    package func usesProxy(for url: Secret) -> Bool {
        let request = OutgoingRequest(.get, url, isIdempotent: true)
        return (try? PreparedCall(request, settings: self))?.proxy != nil
    }
}
