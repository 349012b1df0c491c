/// What a test waited for did not come.
package struct TookTooLong: Error, CustomStringConvertible {
    package let description: String
}

/// Looks again and again until there is a value.
///
/// For what only another process can tell; inside a process inject a clock instead.
///
/// - Parameters:
///   - what: What is waited for, for the failure.
///   - limit: Generous: a busy machine is no failure.
///   - pause: Between two looks.
///   - detail: Asked at the end, for the failure.
///   - look: Returns nil to be asked again.
/// - Returns: The value.
/// - Throws: ``TookTooLong``, or what `look` throws.
package func eventually<Value>(
    _ what: String,
    within limit: Duration = .seconds(60),
    every pause: Duration = .milliseconds(20),
    detail: () async -> String = { "" },
    _ look: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while true {
        if let value = try await look() { return value }
        guard clock.now < end else {
            throw TookTooLong(description: "\(what) did not come within \(limit). \(await detail())")
        }
        try await clock.sleep(for: pause)
    }
}
