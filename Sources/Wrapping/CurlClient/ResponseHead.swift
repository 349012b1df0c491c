import Vocabulary

/// Collects the status and header lines of one answer, line by line as libcurl hands them over.
///
/// Interim answers (1xx) are replaced by the next one; lines after the final blank line are trailers and are
/// counted but not kept.
struct ResponseHead {
    private(set) var status = 0
    private(set) var headers: [(name: String, value: String)] = []
    private(set) var isComplete = false
    private var bytesTaken = 0
    private let bytesMax: Int

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    /// - Returns: True when this line completed the final answer's head.
    mutating func take(_ line: [UInt8]) throws(TransferFailure) -> Bool {
        bytesTaken += line.count
        guard bytesTaken <= bytesMax else {
            throw TransferFailure(
                kind: .tooLarge,
                mayHaveBeenExecuted: true,
                detail: "the limit of all header lines is \(bytesMax) bytes"
            )
        }
        guard !isComplete else { return false }
        let text = String(decoding: line, as: UTF8.self).trimmingBlanks()
        if text.isEmpty {
            isComplete = status >= 200
            return isComplete
        }
        if text.hasPrefix("HTTP/") {
            headers = []
            status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        } else if let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...]
            headers.append((String(text[..<colon]), String(value).trimmingBlanks()))
        }
        return false
    }
}

extension String {
    /// Without blanks, tabs and line ends at both ends.
    ///
    /// CR LF is one `Character`, hence the bytes.
    fileprivate func trimmingBlanks() -> String {
        let isBlank: (UInt8) -> Bool = { [0x20, 0x09, 0x0D, 0x0A].contains($0) }
        let start = utf8.drop(while: isBlank)
        guard let last = start.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(Substring(start[...last]))
    }
}
