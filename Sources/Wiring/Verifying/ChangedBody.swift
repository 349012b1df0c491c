import Authenticating
import JSONReader
import Vocabulary

/// Finds out how a body was changed on the way, where the signature fits what it must have been.
///
/// For whoever wires a sender up. A listener never does this: there the bytes count as they came.
enum ChangedBody {
    /// One usual way to change a body, undone.
    private struct Trial: Sendable {
        let words: String
        let undo: @Sendable ([UInt8]) -> [UInt8]?
    }

    private static let trials: [Trial] = [
        Trial(words: "without its last line end: an editor, `echo` or a log added one") { body in
            guard body.last == 0x0A else { return nil }
            return body.dropLast(body.suffix(2) == [0x0D, 0x0A] ? 2 : 1)
        },
        Trial(words: "with a line end after it: something trimmed the body") { $0 + [0x0A] },
        Trial(words: "with LF line ends: something made them CRLF") { body in
            replaced([0x0D, 0x0A], with: [0x0A], in: body)
        },
        Trial(words: "with CRLF line ends: something made them LF") { body in
            body.contains(0x0D) ? nil : replaced([0x0A], with: [0x0D, 0x0A], in: body)
        },
        Trial(words: "without the byte order mark before it: something wrote it as a text file") { body in
            body.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(body.dropFirst(3)) : nil
        },
        Trial(words: "as compact JSON with its keys as they were: something printed it prettily") { body in
            compact(body)
        },
        Trial(words: "as UTF-8 of what was read as Latin-1: something decoded the bytes and wrote them anew")
        { body in
            guard let text = String(validating: body, as: UTF8.self) else { return nil }
            let bytes = text.unicodeScalars.map { UInt8(exactly: $0.value) }
            return bytes.contains(nil) ? nil : bytes.compactMap { $0 }
        },
    ]

    /// Says what the body must have been; nil if none of the usual changes explains it.
    static func explanation(
        of delivery: RawDelivery,
        _ verify: (RawDelivery) throws(VerificationFailure) -> VerifiedDelivery
    ) -> String? {
        for trial in trials {
            guard let body = trial.undo(delivery.body), body != delivery.body else { continue }
            let changed = RawDelivery(
                source: delivery.source,
                headers: delivery.headers,
                body: body,
                receivedAt: delivery.receivedAt,
                remoteAddress: delivery.remoteAddress
            )
            if (try? verify(changed)) != nil { return "The signature fits this body \(trial.words)." }
        }
        return nil
    }

    private static func replaced(_ old: [UInt8], with new: [UInt8], in body: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var rest = body[...]
        while let first = rest.first {
            if rest.starts(with: old) {
                output += new
                rest = rest.dropFirst(old.count)
            } else {
                output.append(first)
                rest = rest.dropFirst()
            }
        }
        return output
    }

    /// Blanks between the tokens left out, and nothing else touched.
    private static func compact(_ body: [UInt8]) -> [UInt8]? {
        guard (try? JSONReader.read(body, root: .objectOrArray)) != nil else { return nil }
        var output: [UInt8] = []
        var (isInText, isEscaped) = (false, false)
        for byte in body {
            if isInText {
                output.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                }
            } else if ![0x20, 0x09, 0x0A, 0x0D].contains(byte) {
                output.append(byte)
                isInText = byte == UInt8(ascii: "\"")
            }
        }
        return output
    }
}
