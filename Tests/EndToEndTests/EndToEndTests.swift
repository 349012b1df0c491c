import Testing

/// The program as people run it: real processes, real sockets, TLS between them.
///
/// One at a time: each needs a machine that answers within its deadlines.
@Suite(.serialized) struct EndToEndTests {}
