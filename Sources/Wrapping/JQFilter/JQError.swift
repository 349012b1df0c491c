import Vocabulary

/// Why a jq program is refused, or why it gave no output for one delivery.
///
/// Never carries text of the delivery: what jq says of a value is reduced to the kinds of the values.
package enum JQError: Explained, Equatable {
    /// A word that reaches outside the delivery, such as `env` or `import`.
    case forbiddenWord(String, line: Int, column: Int)
    /// `text` is the compiler's; it quotes the program only.
    case doesNotCompile(text: String)
    case programTooLarge(bytesMax: Int)
    case inputTooLarge(bytesMax: Int)
    case outputTooLarge(bytesMax: Int)
    /// The program raised an error on this delivery.
    case failed(what: String)
    case timedOut(milliseconds: Int64)
    case outOfMemory(bytesMax: Int)
    /// The helper process ended; `cause` is `signal 11` or `status 3`.
    case died(cause: String)
    case busy(waitingMax: Int)
    /// The helper process could not be started.
    case unavailable(errno: Int32)
    case stopped

    package var code: String {
        switch self {
        case .forbiddenWord: "jq.forbidden-word"
        case .doesNotCompile: "jq.does-not-compile"
        case .programTooLarge: "jq.program-too-large"
        case .inputTooLarge: "jq.input-too-large"
        case .outputTooLarge: "jq.output-too-large"
        case .failed: "jq.failed"
        case .timedOut: "jq.timed-out"
        case .outOfMemory: "jq.out-of-memory"
        case .died: "jq.died"
        case .busy: "jq.busy"
        case .unavailable: "jq.unavailable"
        case .stopped: "jq.stopped"
        }
    }

    package var message: String {
        switch self {
        case .forbiddenWord(let word, let line, let column):
            "Line \(line), column \(column) of the jq program: \"\(word)\" reaches outside the delivery."
        case .doesNotCompile(let text): "The jq program does not compile: \(text)"
        case .programTooLarge(let bytesMax): "The jq program is larger than \(bytesMax) bytes."
        case .inputTooLarge(let bytesMax): "The value given to jq is larger than \(bytesMax) bytes."
        case .outputTooLarge(let bytesMax): "The jq program's output is larger than \(bytesMax) bytes."
        case .failed(let what): "The jq program failed on this delivery: \(what)."
        case .timedOut(let milliseconds):
            "The jq program was stopped: it ran for more than \(milliseconds) ms on one delivery."
        case .outOfMemory(let bytesMax):
            "The jq program was stopped: it wanted more than \(bytesMax >> 20) MB of memory."
        case .died(let cause): "The jq helper process ended while it worked on this delivery (\(cause))."
        case .busy(let waitingMax): "More than \(waitingMax) deliveries wait for this source's jq program."
        case .unavailable(let errno): "The jq helper process could not be started (errno \(errno))."
        case .stopped: "The jq helper process was stopped."
        }
    }

    package var fix: String {
        switch self {
        case .forbiddenWord: "Use only what the delivery itself carries."
        case .doesNotCompile: "Try the expression with the jq command on a sample of the payload."
        case .programTooLarge: "Give the source fewer or shorter routes."
        case .inputTooLarge: "Let the sender leave out what is not needed."
        case .outputTooLarge: "Pick single fields in the route instead of whole objects."
        case .failed:
            "Guard the fields that may be absent, as in `.changelog.items[]?`, and try it with `explain`."
        case .timedOut, .outOfMemory, .died:
            "Look at the route's jq for recursion and for sizes taken from the payload."
        case .busy: "Look whether the source sends far more than it should."
        case .unavailable: "Look at the limits of processes and memory of the service."
        case .stopped: "The bridge is shutting down; the sender should come again."
        }
    }
}
