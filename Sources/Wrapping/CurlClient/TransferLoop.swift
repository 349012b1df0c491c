import CCurl
import Foundation
import Glibc
import Vocabulary

/// The thread that runs libcurl's multi interface.
///
/// This object is what the other threads hold; what runs on the thread is ``Running``.
final class TransferLoop: Sendable {
    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let inbox: TransferInbox

    init(settings: CurlClient.Settings, options: TransferOptions) throws(CurlSetupError) {
        guard Self.isLibraryReady, let multi = unsafe curl_multi_init() else {
            throw .library("it could not be initialised")
        }
        unsafe ccurl_multi_setopt_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, settings.connectionsMax)
        unsafe ccurl_multi_setopt_long(multi, CURLMOPT_MAXCONNECTS, settings.idleConnectionsMax)
        unsafe ccurl_multi_setopt_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        let inbox = unsafe TransferInbox(multi: multi)
        self.inbox = inbox
        // The address crosses to the thread as a number; from here on the handle is the thread's.
        let handle = UInt(bitPattern: multi)
        let transfersMax = settings.transfersMax
        let thread = Thread {
            guard let multi = unsafe UnsafeMutableRawPointer(bitPattern: handle) else { return }
            let running = unsafe Running(
                multi: multi,
                inbox: inbox,
                options: options,
                transfersMax: transfersMax
            )
            running.run()
        }
        thread.name = "curl"
        thread.stackSize = 1 << 20
        thread.start()
    }

    func start(_ order: TransferOrder) {
        if !inbox.post(.start(order)) {
            order.finish(.failure(Self.notStarted("the client is closed")))
        }
    }

    /// Cancels a transfer if it is still under way.
    func cancel(_ number: UInt64) {
        // After the loop has stopped there is nothing left to cancel.
        _ = inbox.post(.cancel(number))
    }

    func stop(then onStopped: (@Sendable () -> Void)?) {
        inbox.stop(then: onStopped)
    }

    static func notStarted(_ detail: String) -> TransferFailure {
        TransferFailure(kind: .cancelled, mayHaveBeenExecuted: false, detail: detail)
    }
}

extension TransferLoop {
    /// The thread's own state; never seen by another thread.
    @safe
    private final class Running {
        /// How long an idle loop sleeps at most; it is woken by the inbox.
        private static let pollMillisecondsMax: Int64 = 600_000

        private let multi: UnsafeMutableRawPointer
        private let inbox: TransferInbox
        private let options: TransferOptions
        private let transfersMax: Int
        private var transfers: [UInt64: Transfer] = [:]
        private var numbers: [UInt: UInt64] = [:]
        private var isStopping = false

        init(
            multi: UnsafeMutableRawPointer,
            inbox: TransferInbox,
            options: TransferOptions,
            transfersMax: Int
        ) {
            unsafe self.multi = multi
            self.inbox = inbox
            self.options = options
            self.transfersMax = transfersMax
        }

        func run() {
            blockPipeSignal()
            while true {
                inbox.take().forEach(handle)
                if isStopping { break }
                perform()
                readResults()
                endOverdue()
                unsafe curl_multi_poll(multi, nil, 0, Int32(pollMilliseconds()), nil)
            }
            shutDown()
        }

        /// With `CURLOPT_NOSIGNAL` libcurl leaves SIGPIPE alone, and a TLS write to a closed connection
        /// raises it.
        ///
        /// Signals of a write go to the writing thread, so blocking it here is enough.
        private func blockPipeSignal() {
            var signals = sigset_t()
            unsafe sigemptyset(&signals)
            unsafe sigaddset(&signals, SIGPIPE)
            unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        }

        private func handle(_ message: TransferInbox.Message) {
            switch message {
            case .start(let order): start(order)
            case .cancel(let number): remove(number)?.finish(.cancelled, "the caller gave up")
            case .stop: isStopping = true
            }
        }

        private func start(_ order: TransferOrder) {
            guard transfers.count < transfersMax else {
                let detail = "\(transfersMax) calls are under way already"
                order.finish(
                    .failure(TransferFailure(kind: .other, mayHaveBeenExecuted: false, detail: detail))
                )
                return
            }
            do throws(TransferFailure) {
                let transfer = try Transfer(order, options: options)
                let code = unsafe curl_multi_add_handle(multi, transfer.easy.pointer)
                guard code == CURLM_OK else {
                    let detail = unsafe String(cString: curl_multi_strerror(code))
                    throw TransferFailure(kind: .other, mayHaveBeenExecuted: false, detail: detail)
                }
                transfers[order.number] = transfer
                numbers[transfer.easy.key] = order.number
            } catch {
                order.finish(.failure(error))
            }
        }

        private func perform() {
            var running: Int32 = 0
            let code = unsafe curl_multi_perform(multi, &running)
            guard code != CURLM_OK else { return }
            // Out of memory or a broken handle: nothing under way can be trusted to go on.
            let detail = unsafe String(cString: curl_multi_strerror(code))
            for number in transfers.keys { remove(number)?.finish(.other, detail) }
        }

        private func readResults() {
            var left: Int32 = 0
            while let message = unsafe curl_multi_info_read(multi, &left) {
                guard unsafe message.pointee.msg == CURLMSG_DONE,
                    let easy = unsafe message.pointee.easy_handle,
                    let number = numbers[UInt(bitPattern: easy)]
                else { continue }
                // The message dies with the removal.
                let code = unsafe ccurl_message_result(message)
                remove(number)?.finish(code)
            }
        }

        private func endOverdue() {
            let now = ContinuousClock.now
            for (number, transfer) in transfers where transfer.order.endsAt <= now {
                remove(number)?.finish(.timeout, "the deadline of the call has passed")
            }
        }

        /// Takes a transfer out of libcurl; no callback of it is called afterwards.
        private func remove(_ number: UInt64) -> Transfer? {
            guard let transfer = transfers.removeValue(forKey: number) else { return nil }
            numbers[transfer.easy.key] = nil
            unsafe curl_multi_remove_handle(multi, transfer.easy.pointer)
            return transfer
        }

        private func pollMilliseconds() -> Int64 {
            guard let next = transfers.values.map(\.order.endsAt).min() else {
                return Self.pollMillisecondsMax
            }
            let wait = ContinuousClock.now.duration(to: next).wholeMilliseconds
            // One more, because the duration was rounded down and the loop must not spin through the rest.
            return min(max(wait + 1, 0), Self.pollMillisecondsMax)
        }

        private func shutDown() {
            for number in transfers.keys { remove(number)?.finish(.cancelled, "the client was closed") }
            let (messages, onStopped) = inbox.close()
            unsafe curl_multi_cleanup(multi)
            for case .start(let order) in messages {
                order.finish(.failure(TransferLoop.notStarted("the client was closed")))
            }
            for tell in onStopped { tell() }
        }
    }
}
