import Cryptography
import Vocabulary

/// HMAC as the settings describe it: any sender is taken without code.
struct DescribedHMAC: CheckedScheme {
    private let scheme: DescribedScheme
    private let keys: KeyRing
    private let time: SignedTime

    init(_ scheme: DescribedScheme, _ secrets: [Secret]) throws(VerifierSetupError) {
        if let mistake = scheme.mistake { throw mistake }
        self.scheme = scheme
        keys = try KeyRing(secrets, scheme.algorithm, scheme: "generic-hmac")
        time = SignedTime(unit: scheme.timestampUnit, toleranceSeconds: scheme.toleranceSeconds)
    }

    func check(
        _ headers: HeaderReader,
        body: [UInt8],
        now: Timestamp
    ) throws(VerificationFailure) -> Proof {
        let values = try headers.required([scheme.header] + (scheme.timestampHeader.map { [$0] } ?? []))
        var senderKey: String?
        if let name = scheme.idHeader { senderKey = try headers.optional(name) }
        let sent: Sent
        switch scheme.style {
        case .plain: sent = try readPlain(values)
        case .timeAndVersion: sent = try readTimeAndVersion(values[0])
        }
        if let stated = sent.time { try time.check(stated, now: now) }
        let input = Self.signedInput(scheme, time: sent.timeText, body: body)
        guard let index = KeyRing.match(sent.signatures, keys.codes(for: input)) else {
            throw .signatureMismatch(
                hint: "Check algorithm, encoding and template against the sender's manual."
            )
        }
        return Proof(signedKey: keys.signedKey(input), senderKey: senderKey, secretIndex: index)
    }

    static func signedInput(_ scheme: DescribedScheme, time: String, body: [UInt8]) -> [[UInt8]] {
        let before = scheme.template.dropLast("{body}".count)
        return [Array(before.replacing("{timestamp}", with: time).utf8), body]
    }

    private struct Sent {
        var signatures: [[UInt8]]
        var timeText = ""
        var time: Int64?
    }

    private func readPlain(_ values: [String]) throws(VerificationFailure) -> Sent {
        guard values[0].hasPrefix(scheme.prefix) else {
            throw .malformedHeader(scheme.header, expected: "\"\(scheme.prefix)\" and a signature")
        }
        let text = String(values[0].dropFirst(scheme.prefix.count))
        var sent = Sent(signatures: [])
        switch scheme.encoding {
        case .hex:
            sent.signatures = [
                try SignatureText.hex(text, length: scheme.algorithm.length, header: scheme.header)
            ]
        case .base64:
            sent.signatures = [
                try SignatureText.base64(text, length: scheme.algorithm.length, header: scheme.header)
            ]
        }
        if let header = scheme.timestampHeader {
            sent.timeText = values[1]
            sent.time = try time.read(values[1], header: header)
        }
        return sent
    }

    private func readTimeAndVersion(_ value: String) throws(VerificationFailure) -> Sent {
        var times: [String] = []
        var versions: [Substring] = []
        for entry in value.split(separator: ",", omittingEmptySubsequences: false) {
            guard let equals = entry.firstIndex(of: "=") else {
                throw .malformedHeader(scheme.header, expected: "a list of name=value")
            }
            let text = entry[entry.index(after: equals)...]
            switch entry[..<equals] {
            case "t": times.append(String(text))
            case "v1": versions.append(text)
            default: continue
            }
        }
        guard let timeText = times.first else { throw .missingTimestamp(header: scheme.header) }
        guard times.count == 1 else { throw .malformedHeader(scheme.header, expected: "a list with one t") }
        let stated = try time.read(timeText, header: scheme.header)
        guard !versions.isEmpty else { throw .noSupportedVersion(header: scheme.header, expected: "v1") }
        let signatures = versions.compactMap { text -> [UInt8]? in
            Hex.decodeLowerCase(text).flatMap { $0.count == scheme.algorithm.length ? $0 : nil }
        }
        guard !signatures.isEmpty else {
            throw .encoding(header: scheme.header, expected: "lower-case hex of a whole signature")
        }
        return Sent(signatures: signatures, timeText: timeText, time: stated)
    }
}
