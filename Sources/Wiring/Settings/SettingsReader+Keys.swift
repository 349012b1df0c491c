import Authenticating
import Yams

extension SettingsReader {
    /// Says of a source what its verifier will not take: keys that are none, schemes that cannot be.
    ///
    /// Not where the secrets were not read: what stands for them fits nothing.
    static func checkKeys(of source: Settings.Source, _ fields: Fields) {
        if fields.reading.secretScope.includes(nil), let mistake = source.kind.whole.mistake(source) {
            fields.reading.error(fields[mistake.key] ?? fields.node, mistake.what, mistake.fix)
        }
        guard fields.reading.secretScope.includes(source.name) else { return }
        do throws(VerifierSetupError) {
            _ = try Verifier(
                try source.kind.whole.scheme(source),
                secrets: source.secrets,
                publicKeys: source.publicKeys
            )
        } catch {
            fields.reading.error(place(of: error, fields), text(error.message, fields), text(error.fix))
        }
    }

    private static func place(of error: VerifierSetupError, _ fields: Fields) -> Node {
        switch error {
        case .blankSecret(let index), .undecodableSecret(let index, _):
            return element(index, of: fields["secret"]) ?? fields.node
        case .unusablePublicKey(let index, _):
            return element(index, of: fields["public-keys"]) ?? fields.node
        case .unusableSetting(let name, _):
            return fields[name] ?? fields.node
        case .publicKeysNotUsed:
            return fields["public-keys"] ?? fields.node
        case .secretsNotUsed:
            return fields["secret"] ?? fields.node
        case .noSecret, .noPublicKey, .cannotSign:
            return fields.node
        }
    }

    /// The entry of a list, or the value itself where there is no list.
    private static func element(_ index: Int, of node: Node?) -> Node? {
        guard let items = node?.sequence, items.indices.contains(index) else { return node }
        return items[index]
    }

    /// A sentence as part of a line of `check`.
    private static func text(_ sentence: String, _ fields: Fields? = nil) -> String {
        let bare = sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
        return fields.map { "\($0.name): \(bare)" } ?? bare
    }
}
