import Vocabulary

/// A request that was checked and may be made: nothing has been connected yet.
struct PreparedCall: Sendable {
    let request: OutgoingRequest
    let url: Secret
    let usesTLS: Bool
    /// The connected address must be a loopback address: the call goes out unencrypted.
    let mustBeLoopback: Bool
    /// The connected address must be a loopback or link-local one.
    let mustBeLocal: Bool
    let mustBePublic: Bool
    /// Nil where the host is called directly: loopback, link-local, Unix sockets, exceptions of the proxy.
    let proxy: Secret?
    /// Header lines as they go out; empty values as libcurl wants them.
    let headerLines: [Secret]
    let limits: Limits

    struct Limits: Sendable {
        let headerBytesMax: Int
    }

    /// - Throws: ``TransferFailure`` with `badAddress` or `notPermitted`; nothing was sent then.
    init(_ request: OutgoingRequest, settings: CurlClient.Settings) throws(TransferFailure) {
        let address = try request.url.withText { text throws(TransferFailure) in
            do throws(Address.Malformed) {
                return try Address(text)
            } catch {
                throw TransferFailure(kind: .badAddress, mayHaveBeenExecuted: false, detail: error.reason)
            }
        }
        if let reason = Self.refusal(of: address, request, settings) {
            throw TransferFailure(kind: .notPermitted, mayHaveBeenExecuted: false, detail: reason)
        }
        self.request = request
        url = Secret(address.url)
        usesTLS = address.scheme == "https"
        mustBeLocal = request.addressRule == .localOnly
        mustBeLoopback = !usesTLS && request.unixSocket == nil && !mustBeLocal
        mustBePublic = Self.mustBePublic(request.addressRule)
        let isDirect = address.namesLocal || request.unixSocket != nil
        proxy = isDirect ? nil : settings.proxy.flatMap { $0.isFor(host: address.host) ? $0.url : nil }
        headerLines = try Self.headerLines(of: request)
        limits = Limits(headerBytesMax: settings.headerBytesMax)
    }

    private static func refusal(
        of address: Address,
        _ request: OutgoingRequest,
        _ settings: CurlClient.Settings
    ) -> String? {
        if address.hasUserInfo { return "it carries a user name or password" }
        switch address.scheme {
        case "https": break
        case "http":
            let isLocal =
                request.unixSocket != nil || (settings.permitsPlainLoopback && address.namesLoopback)
                || (request.addressRule == .localOnly && address.namesLocal)
            if !isLocal { return "only https is permitted" }
        default: return "only https is permitted"
        }
        if let path = request.unixSocket, !(1...107).contains(path.utf8.count) || path.utf8.contains(0) {
            return "the socket's path is empty or longer than 107 bytes"
        }
        if mustBePublic(request.addressRule) {
            let isPrivate = NetworkAddress(address.host)?.isPublic == false
            if isPrivate || address.namesLoopback || request.unixSocket != nil {
                return "it is not a public address"
            }
        }
        switch request.addressRule {
        case .any, .publicOnly: break
        case .localOnly:
            if !address.namesLocal { return "it is no address of this machine or its link" }
        case .publicAmong(let permitted), .exactly(let permitted):
            if !permitted.contains(AddressRule.HostPort(host: address.host, port: address.port)) {
                return "its host and port are not on the list"
            }
        }
        return nil
    }

    private static func mustBePublic(_ rule: AddressRule) -> Bool {
        switch rule {
        case .publicOnly, .publicAmong: true
        case .any, .exactly, .localOnly: false
        }
    }

    /// libcurl's own additions that are not wanted are taken out by a line without a value.
    private static func headerLines(of request: OutgoingRequest) throws(TransferFailure) -> [Secret] {
        var lines = [Secret("Expect:")]
        var names: Set<String> = []
        for header in request.headers {
            let isToken = !header.name.isEmpty && header.name.utf8.allSatisfy(isTokenByte)
            let isClean = header.value.withBytes { bytes in bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }
            guard isToken, isClean else {
                throw TransferFailure(
                    kind: .notPermitted,
                    mayHaveBeenExecuted: false,
                    detail: "a header has a name or value that cannot be sent"
                )
            }
            names.insert(header.name.lowercased())
            let line = header.value.withBytes { bytes in
                bytes.isEmpty ? Array("\(header.name);".utf8) : Array("\(header.name): ".utf8) + bytes
            }
            lines.append(Secret(line))
        }
        if !names.contains("content-type") { lines.append(Secret("Content-Type:")) }
        if !names.contains("user-agent") { lines.append(Secret("User-Agent: bascule")) }
        return lines
    }

    /// RFC 9110 §5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
