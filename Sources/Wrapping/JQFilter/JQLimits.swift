/// What one jq helper process may take.
package enum JQLimits {
    /// Address space of the helper.
    package static let memoryBytesMax = 256 << 20
    /// Processor time for one delivery.
    ///
    /// Not time on the wall: a busy host must not turn deliveries away.
    package static let deliveryMilliseconds: Int64 = 100
    /// Processor time for compiling one program.
    package static let compileMilliseconds: Int64 = 2_000
    /// Time on the wall after which a helper that does not answer is killed, whatever it did.
    package static let answerMillisecondsMax: Int64 = 1_000
    /// The same for start and compilation.
    package static let startMillisecondsMax: Int64 = 10_000
    package static let programBytesMax = 256 << 10
    package static let inputBytesMax = 8 << 20
    package static let outputBytesMax = 1 << 20
    /// Deliveries that may wait for one helper.
    package static let waitingMax = 256
    /// Descriptors 0, 1 and 2 are open from the start; nothing else ever is, no file and no socket.
    static let descriptorsMax = 3
}
