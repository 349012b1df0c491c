import Cryptography

extension SimulatorScript {
    /// - Throws: AADSTS7000222 for the secret whose time is over.
    func refuseExpired(_ sent: String) throws(EntraRefusal) {
        guard let expiredSecret, isEqualInConstantTime(Array(sent.utf8), Array(expiredSecret.utf8)) else {
            return
        }
        let text =
            "The provided client secret keys for app '\(client)' are expired. Visit the Azure portal to create new keys "
            + "for your app, or consider using certificate credentials for added security."
        throw EntraRefusal(401, "invalid_client", 7_000_222, text)
    }
}
