package import Vocabulary

/// Keeps when a source was last heard, by the minute, so that its silence can be told.
package func noteHeard(_ source: SourceName, in transaction: any LedgerTransaction) throws {
    let last = try lastHeard(source, in: transaction)
    if let last, last <= transaction.now, transaction.now.since(last) < .seconds(60) { return }
    try transaction.setFlag(heardFlag(source), String(transaction.now.milliseconds))
}

/// When a genuine delivery of a source was last recorded, to the minute; nil if none ever was.
package func lastHeard(
    _ source: SourceName,
    in transaction: any LedgerTransaction
) throws -> Timestamp? {
    try transaction.flag(heardFlag(source)).flatMap { Int64($0) }.map { Timestamp(milliseconds: $0) }
}

private func heardFlag(_ source: SourceName) -> String { "heard.\(source)" }
