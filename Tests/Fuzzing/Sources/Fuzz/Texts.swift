import Classifying
import Cryptography
import JSONReader
import Vocabulary

/// What people type and what programs write, below the readers.
enum Texts {
    /// The chat's grammar, and the words in it.
    static func fuzzGrammar(_ input: [UInt8]) {
        let text = String(decoding: input, as: UTF8.self)
        _ = TimeBox(text)
        _ = Timestamp(iso8601: text)
        do throws(Misunderstanding) {
            let requests = try ChatGrammar.parse(text)
            precondition((1...ChatGrammar.machinesMax).contains(requests.count), "no request, or too many")
            let again = try ChatGrammar.parse(text)
            precondition(again == requests, "the reading changes by itself")
        } catch {
            precondition(!error.words.isEmpty, "refused without a word")
        }
    }

    /// What was read and is written again reads the same.
    static func fuzzJSON(_ input: [UInt8]) {
        guard let value = try? JSONReader.read(input, root: .objectOrArray) else { return }
        guard let again = try? JSONReader.read(value.encoded(), root: .objectOrArray) else {
            preconditionFailure("what was written cannot be read")
        }
        precondition(again == value, "what was written reads otherwise")
        _ = value.at("a.b.c")
    }

    /// Base64 and hex are strict: what is read is written back as it was.
    static func fuzzEncodings(_ input: [UInt8]) {
        let text = String(decoding: input, as: UTF8.self)
        if let bytes = Base64.decodeCanonical(text) {
            precondition(Base64.encode(bytes) == text, "two spellings of one value")
        }
        _ = Base64.decodePaddingOptional(text)
        precondition(Base64.decodeCanonical(Base64.encode(input)) == input, "lost on the way")
        precondition(Hex.encode(input).utf8.count == 2 * input.count, "hex of another length")
    }
}
