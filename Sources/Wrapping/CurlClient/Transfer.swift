import CCurl
import Glibc
import Vocabulary

/// A call on its way to the loop's thread.
struct TransferOrder: Sendable {
    let number: UInt64
    let call: PreparedCall
    let target: BodyTarget
    let endsAt: ContinuousClock.Instant
    /// Called exactly once, on the loop's thread or by whoever finds the loop stopped.
    let finish: @Sendable (Result<Transfer.Answer, TransferFailure>) -> Void
}

/// One call under way: its handle, what came back so far, and what the callbacks noted.
///
/// Lives on the loop's thread. libcurl's callbacks hold it unretained; the loop keeps it until the handle has
/// been removed from the multi handle.
final class Transfer {
    /// What a finished call hands back.
    struct Answer: Sendable {
        let status: Int
        let headers: [(name: String, value: String)]
        let body: [UInt8]
        let bytesWritten: Int64
        let issuer: String?
    }

    let order: TransferOrder
    let easy: EasyHandle
    /// Set when libcurl is about to send the request: from then on it may have been executed.
    private var requestWasStarted = false
    /// Our own reason for having a callback end the transfer.
    private var refusal: TransferFailure?
    /// Why an address of the host was not connected to; another one may have been.
    private var addressRefusal: String?
    private var head: ResponseHead
    private var body: BodyReceiver

    init(_ order: TransferOrder, options: TransferOptions) throws(TransferFailure) {
        self.order = order
        easy = try EasyHandle()
        head = ResponseHead(bytesMax: order.call.limits.headerBytesMax)
        body = BodyReceiver(order.target)
        try options.apply(to: easy, for: order.call)
        try installCallbacks()
    }

    /// Ends the transfer with libcurl's result; the handle must have been removed before.
    func finish(_ code: CURLcode) {
        guard code == CURLE_OK || body.isCut else {
            if let refusal { return finish(failure(refusal.kind, refusal.detail)) }
            if let addressRefusal, code == CURLE_COULDNT_CONNECT, !requestWasStarted {
                return finish(failure(.notPermitted, addressRefusal))
            }
            let kind = FailureReading.kind(
                of: code,
                requestWasStarted: requestWasStarted,
                proxyStatus: easy.longInfo(CURLINFO_HTTP_CONNECTCODE)
            )
            return finish(failure(kind, easy.words(for: code)))
        }
        do throws(TransferFailure) {
            try body.end(isComplete: true)
        } catch {
            return order.finish(.failure(error))
        }
        order.finish(
            .success(
                Answer(
                    status: head.status,
                    headers: head.headers,
                    body: body.bytes,
                    bytesWritten: body.bytesWritten,
                    issuer: order.call.request.namesIssuer ? easy.issuer : nil
                )
            )
        )
    }

    /// Ends the transfer because its time is up, it was cancelled or the loop stops.
    func finish(_ kind: TransferFailure.Kind, _ detail: String) {
        finish(failure(kind, detail))
    }

    private func finish(_ failure: TransferFailure) {
        do throws(TransferFailure) {
            try body.end(isComplete: false)
        } catch {
            // The file is gone already; the first failure says more than one of closing it.
        }
        order.finish(.failure(failure))
    }

    private func failure(_ kind: TransferFailure.Kind, _ detail: String) -> TransferFailure {
        TransferFailure(
            kind: kind,
            mayHaveBeenExecuted: requestWasStarted,
            detail: order.call.url.withText { FailureReading.shown(detail, address: $0) }
        )
    }

    // MARK: What libcurl's callbacks do

    private func takeHeader(_ line: [UInt8]) -> Bool {
        guarded { () throws(TransferFailure) in
            guard try head.take(line) else { return }
            try body.begin(status: head.status)
            guard (200...299).contains(head.status), let onLength = order.call.request.onLength else {
                return
            }
            let said = head.headers.first { $0.name.lowercased() == "content-length" }
            if let length = said.flatMap({ Int64($0.value) }), length >= 0 { onLength(length) }
        }
    }

    private func takeBody(_ piece: [UInt8]) -> Bool {
        guarded { () throws(TransferFailure) in try body.take(piece) } && !body.isCut
    }

    private func guarded(_ step: () throws(TransferFailure) -> Void) -> Bool {
        do throws(TransferFailure) {
            try step()
            return true
        } catch {
            refusal = error
            return false
        }
    }

    /// Whether the rule of the call permits a connection to this address.
    ///
    /// The address of a proxy is not the address of the call: rules are then left to what the URL says.
    private func permits(_ address: NetworkAddress?) -> Bool {
        let call = order.call
        if call.proxy != nil { return true }
        if call.mustBeLoopback && address?.isLoopback != true {
            addressRefusal = "its host has an address that is not a loopback address"
            return false
        }
        if call.mustBeLocal && address?.isLoopback != true && address?.isLinkLocal != true {
            addressRefusal = "its host has an address that is not of this machine or its link"
            return false
        }
        if call.mustBePublic && address?.isPublic != true {
            addressRefusal = "its host has an address that is not public"
            return false
        }
        return true
    }

    private func installCallbacks() throws(TransferFailure) {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        try easy.check(
            unsafe ccurl_setopt_header(
                easy.pointer,
                { bytes, size, count, context in
                    unsafe Transfer.receive(bytes, size * count, context) { $0.takeHeader($1) }
                },
                context
            )
        )
        try easy.check(
            unsafe ccurl_setopt_write(
                easy.pointer,
                { bytes, size, count, context in
                    unsafe Transfer.receive(bytes, size * count, context) { $0.takeBody($1) }
                },
                context
            )
        )
        try easy.check(
            unsafe ccurl_setopt_open_socket(
                easy.pointer,
                { context, _, address in unsafe Transfer.openSocket(context, address) },
                context
            )
        )
        try easy.check(
            unsafe ccurl_setopt_prerequest(
                easy.pointer,
                { context, _, _, _, _ in
                    guard let context = unsafe context else { return CURL_PREREQFUNC_ABORT }
                    unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().requestWasStarted =
                        true
                    return CURL_PREREQFUNC_OK
                },
                context
            )
        )
    }

    /// - Returns: The count that was taken; any other number ends the transfer.
    private static func receive(
        _ bytes: UnsafeMutablePointer<CChar>?,
        _ count: Int,
        _ context: UnsafeMutableRawPointer?,
        _ take: (Transfer, [UInt8]) -> Bool
    ) -> Int {
        guard let context = unsafe context, let bytes = unsafe bytes, count > 0 else { return 0 }
        let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        let piece = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
        return take(transfer, piece) ? count : -1
    }

    /// Makes the socket itself: only here is the resolved address known before anything is connected, and only
    /// here can it be kept from child processes.
    private static func openSocket(
        _ context: UnsafeMutableRawPointer?,
        _ address: UnsafeMutablePointer<curl_sockaddr>?
    ) -> curl_socket_t {
        guard let context = unsafe context, let address = unsafe address else { return -1 }
        let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        let family = unsafe address.pointee.family
        if family != AF_UNIX {
            guard let bytes = unsafe ccurl_address_bytes(address) else { return -1 }
            let connected = unsafe NetworkAddress(socketAddress: bytes, family: family)
            guard transfer.permits(connected) else { return -1 }
        }
        let type = unsafe address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
        return unsafe socket(family, type, address.pointee.protocol)
    }
}

@available(*, unavailable)
extension Transfer: Sendable {}
