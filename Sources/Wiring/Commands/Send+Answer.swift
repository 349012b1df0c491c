import CurlClient
import JSONReader
import Reporting
import Vocabulary

/// What `send` says of the bridge's answer.
extension Send {
    /// What is printed of an answer.
    func shown(_ response: IncomingResponse) -> String {
        let body = String(decoding: response.body, as: UTF8.self)
        if json {
            let answer: JSONValue = ["status": .integer(Int64(response.status)), "body": .string(body)]
            return answer.encodedText
        }
        let shown = TerminalText.lines(Self.words(response.body) ?? body)
        var lines = ["\(response.status)"]
        if !shown.isEmpty { lines.append(shown) }
        if response.status == PlainAnswer.recorded.status, body == PlainAnswer.recorded.body {
            lines.append(Self.nothingStarted)
        }
        return lines.joined(separator: "\n")
    }

    /// What an answer without a delivery's id means.
    private static let nothingStarted =
        "Nothing was started: no route is about it, it could not be read, or it was refused; "
        + "`bascule explain` says which."

    /// The sentence of a chat's answer, as the person there would read it; nil for any other answer.
    private static func words(_ body: [UInt8]) -> String? {
        guard let answer = try? JSONReader.read(body, root: .object), answer["response_type"] != nil else {
            return nil
        }
        let fields = (answer["blocks"]?.array ?? []).flatMap { $0["fields"]?.array ?? [] }
        return ([answer["text"]] + fields.map { $0["text"] }).compactMap { $0?.string }
            .joined(separator: "\n")
    }
}
