import Synchronization
import Vocabulary

/// HTTP calls through libcurl, asynchronous, on one thread of their own.
///
/// That thread runs libcurl's multi interface. Requests enter through a locked inbox and results leave
/// through continuations; no libcurl handle is touched by any other thread. A download's file is written on
/// that thread too: give downloads that may fill a slow disk a client of their own.
///
/// What every call gets, whatever it asks: https only (http to loopback or a Unix socket), no redirect, no
/// cookie, no `.netrc`, no `Expect: 100-continue`, no proxy from the environment, TLS 1.2 or newer, no
/// content encoding.
package final class CurlClient: HTTPSending {
    private let settings: Settings
    private let loop: TransferLoop
    private let nextNumber = Atomic<UInt64>(1)

    /// Reads the trust file and starts the thread.
    ///
    /// - Throws: ``CurlSetupError``.
    package init(_ settings: Settings = Settings()) throws(CurlSetupError) {
        self.settings = settings
        try settings.proxy?.check()
        loop = try TransferLoop(
            settings: settings,
            options: TransferOptions(settings: settings, trust: try TrustStore(addedFile: settings.trustFile))
        )
    }

    deinit {
        loop.stop(then: nil)
    }

    package func send(_ request: OutgoingRequest) async throws(TransferFailure) -> IncomingResponse {
        let answer = try await transfer(
            request,
            into: .memory(bytesMax: request.responseBytesMax, cuts: request.cutsLongAnswer)
        )
        return IncomingResponse(
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
            issuer: answer.issuer
        )
    }

    package func download(
        _ request: OutgoingRequest,
        to path: String,
        bytesMax: Int64,
        onBytes: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(TransferFailure) -> DownloadedFile {
        let target = BodyTarget.file(
            path: path,
            bytesMax: bytesMax,
            otherBytesMax: request.responseBytesMax,
            onBytes: onBytes
        )
        let answer = try await transfer(request, into: target)
        return DownloadedFile(status: answer.status, bytes: answer.bytesWritten)
    }

    /// Ends every call as cancelled and returns when the thread has ended.
    ///
    /// Later calls fail at once.
    package func close() async {
        await withCheckedContinuation { continuation in
            loop.stop(then: { continuation.resume() })
        }
    }

    private func transfer(
        _ request: OutgoingRequest,
        into target: BodyTarget
    ) async throws(TransferFailure) -> Transfer.Answer {
        let call = try PreparedCall(request, settings: settings)
        let number = nextNumber.add(1, ordering: .relaxed).oldValue
        let endsAt = ContinuousClock.now.advanced(by: request.deadline)
        let loop = loop
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let order = TransferOrder(number: number, call: call, target: target, endsAt: endsAt) {
                    continuation.resume(returning: $0)
                }
                if Task.isCancelled {
                    order.finish(.failure(TransferLoop.notStarted("the caller had given up")))
                    return
                }
                loop.start(order)
                // A cancellation that came between found nothing to cancel in the inbox.
                if Task.isCancelled { loop.cancel(number) }
            }
        } onCancel: {
            loop.cancel(number)
        }
        return try result.get()
    }
}
