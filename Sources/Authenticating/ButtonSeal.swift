import Cryptography
import JSONReader
package import Vocabulary

/// Seals what a button says, for a chat that sends a press without any proof of its own.
///
/// Mattermost keeps a button's context to itself and sends it back with the press: nobody there sees it. So a sealed
/// context proves, as the token of a command does, that it was Mattermost that sent it. It covers what is pressed, not
/// who presses.
package struct ButtonSeal: Sendable {
    static let saidField = "bascule"
    static let sealField = "seal"
    private static let label = "bascule-button-1:"
    private static let saidMax = 200

    private let keys: KeyRing

    /// Takes the secrets of the source, the newest first: it seals with that one, and believes them all.
    package init(_ secrets: [Secret]) throws(VerifierSetupError) {
        guard !secrets.isEmpty else { throw .noSecret }
        keys = try KeyRing(secrets, .sha256, scheme: "mattermost-button")
    }

    /// The members of a button's context.
    package func context(saying text: String) -> [String: String] {
        [Self.saidField: text, Self.sealField: Hex.encode(keys.codes(for: Self.input(text))[0])]
    }

    /// Looks for a sealed context in a body that has no token.
    ///
    /// - Returns: Nil if the body is no press of a button.
    /// - Throws: ``VerificationFailure`` if it is one and its seal is not right.
    func check(_ body: [UInt8]) throws(VerificationFailure) -> Proof? {
        guard let press = try? JSONReader.read(body, root: .object), press[BodyToken.field] == nil,
            let context = press["context"]?.object, let text = context[Self.saidField]?.string,
            let seal = context[Self.sealField]?.string, text.utf8.count <= Self.saidMax
        else { return nil }
        guard let code = Hex.decodeLowerCase(seal), code.count == 32,
            let index = KeyRing.match([code], keys.codes(for: Self.input(text)))
        else {
            throw .signatureMismatch(
                hint:
                    "The button was drawn with a secret that is not configured any more, or not by this bridge."
            )
        }
        return Proof(signedKey: keys.signedKey([body]), senderKey: nil, secretIndex: index)
    }

    private static func input(_ text: String) -> [[UInt8]] { [Array((label + text).utf8)] }
}
