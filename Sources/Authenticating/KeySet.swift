import Cryptography
package import JSONReader

/// The public keys of an identity provider (JSON Web Key Set, RFC 7517), as somebody else fetched them.
package struct KeySet: Sendable {
    /// One RSA key.
    struct Key {
        let id: String
        /// Nil if it is for something else than RS256 signatures, or no key at all.
        let publicKey: RSAPublicKey?
        /// The channels that a bot's key speaks for.
        let endorsements: [String]
    }

    private let keys: [Key]

    /// No key: nothing is accepted.
    package init() {
        keys = []
    }

    /// Nil unless the text is a JSON object with a list of keys.
    package init?(_ text: [UInt8]) {
        guard let value = try? JSONReader.read(text, root: .object) else { return nil }
        self.init(value)
    }

    /// Keys of other kinds than RSA are left out.
    package init?(_ value: JSONValue) {
        guard let list = value["keys"]?.array else { return nil }
        keys = list.compactMap { Self.read($0) }
    }

    /// The one RSA key of that id; nil if there is none, or if several bear it.
    func key(_ id: String) -> Key? {
        let found = keys.filter { sameBytes($0.id, id) }
        return found.count == 1 ? found.first : nil
    }

    private static func read(_ value: JSONValue) -> Key? {
        guard value["kty"] == "RSA", let id = value["kid"]?.string else { return nil }
        let isForSignatures = (value["use"] ?? "sig") == "sig" && (value["alg"] ?? "RS256") == "RS256"
        let modulus = value["n"]?.string.flatMap(Base64.decodeURL)
        let exponent = value["e"]?.string.flatMap(Base64.decodeURL)
        var publicKey: RSAPublicKey?
        if isForSignatures, let modulus, let exponent {
            publicKey = RSAPublicKey(modulus: modulus, exponent: exponent)
        }
        let endorsements = value["endorsements"]?.array?.compactMap(\.string) ?? []
        return Key(id: id, publicKey: publicKey, endorsements: endorsements)
    }
}

/// True for the same bytes; text alone compares by canonical equivalence.
func sameBytes(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
}
