import JSONReader
import Showing

/// An answer of the control socket that is not the one hoped for: an HTTP status and words.
struct ControlRefusal: Error, Equatable {
    /// 400 the request, 403 the right, 404 nothing there, 405 the method, 409 the job's state, 503 the ledger.
    var status: Int
    var code: String
    var message: String
    var fix: String

    init(_ status: Int, _ code: String, _ message: String, fix: String = "") {
        self.status = status
        self.code = code
        self.message = message
        self.fix = fix
    }

    /// Reads what a bridge answered; anything else is taken for words of nobody.
    init(status: Int, json: JSONValue) {
        self.status = status
        code = json["error"]?.string ?? "http-\(status)"
        message = json["message"]?.string ?? "The bridge answered \(status)."
        fix = json["fix"]?.string ?? ""
    }

    var answer: ControlAnswer {
        let json: JSONValue = ["error": .string(code), "message": .string(message), "fix": .string(fix)]
        return ControlAnswer(status: status, json: json.encodedText)
    }

    /// Message and fix, as people read them.
    var words: String { fix.isEmpty ? message : "\(message) \(fix)" }
}
