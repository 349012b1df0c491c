/// The target of this run.
enum Chosen {
    /// Set once, before the first input.
    nonisolated(unsafe) static var target: @Sendable ([UInt8]) -> Void = { _ in }
}
