import Vocabulary
import Yams

/// Sources whose senders cannot sign.
extension SettingsReader {
    /// True if the source's signature is described as `hmac` describes one.
    static func isDescribed(_ fields: Fields, _ kind: Kind) -> Bool {
        kind.word == Kind.hmac.word || (kind.takesDescription && fields["algorithm"] != nil)
    }

    /// Whoever takes a bare token must say so, and is told what that means.
    static func checkUnsigned(_ fields: Fields, _ kind: Kind) {
        let reading = fields.reading
        if isDescribed(fields, kind) {
            if fields["accept-unsigned"] != nil {
                reading.error(
                    fields.key("accept-unsigned"),
                    "\(fields.name) is signed by \"algorithm\"",
                    "keep one of the two"
                )
            }
            return
        }
        guard fields["accept-unsigned"] != nil else {
            let other =
                kind.takesDescription ? "; or describe what signs on the way: `algorithm: sha256`" : ""
            reading.error(
                fields.node,
                "\(kind.word) signs nothing: whoever knows the token can write any body",
                "say that you know it: `accept-unsigned: token`\(other)"
            )
            return
        }
        guard fields.word("accept-unsigned", of: ["token"]) != nil else { return }
        for key in [
            "encoding", "prefix", "style", "timestamp-header", "timestamp-unit", "tolerance", "template",
            "id-header",
        ]
        where fields[key] != nil {
            reading.error(fields.key(key), "a bare token has no \"\(key)\"", "remove it")
        }
        if kind.onlyProposes {
            reading.warn(
                fields.key("accept-unsigned"),
                "\(fields.name) proves nothing but a secret in its address, which others may see: it only proposes",
                "give its service grants with `approvals`; without them all it asks is refused"
            )
        } else if fields["addresses"] == nil {
            reading.warn(
                fields.key("accept-unsigned"),
                "\(fields.name) is believed by a token alone: whoever knows it can write any body",
                "say where its deliveries come from with `addresses`, and what it may ask at most with `may`"
            )
        }
    }
}
