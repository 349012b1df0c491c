/// Whether the bridge can take deliveries now.
///
/// It cannot while it drains or while its ledger takes no writes. It can while Entra or Defender are down: what
/// comes in is recorded and carried out later.
package enum Readiness: Sendable, Equatable {
    case ready
    /// The reasons in words, for whoever looks; nothing secret.
    case notReady(reasons: [String])
}
