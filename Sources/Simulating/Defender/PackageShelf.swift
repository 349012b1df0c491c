import Cryptography
import JSONReader
import Vocabulary

/// Evidence packages behind addresses that work for a short time, without a token.
struct PackageShelf: Sendable {
    static let path = "/safedownload/WDATP_Investigation_Package.zip"
    /// Beyond this many addresses the oldest stop working.
    private static let offersMax = 1_000

    private struct Offer: Sendable {
        let token: String
        let actionID: String
        let machineID: String
        let endsAt: Timestamp
    }

    let script: SimulatorScript
    private var offers: [Offer] = []

    init(script: SimulatorScript) {
        self.script = script
    }

    /// A fresh address for the package of a finished action.
    mutating func offer(_ action: SimulatedAction, _ call: SimulatedCall) -> String {
        let token = Hex.encode(randomBytes(64))
        let life = Duration.milliseconds(Int64(script.packageLifetimeSeconds * 1000))
        offers.append(
            Offer(token: token, actionID: action.id, machineID: action.machineID, endsAt: call.at + life)
        )
        if offers.count > Self.offersMax { offers.removeFirst() }
        return "\(call.base)\(Self.path)?token=\(token)%3D%3D"
    }

    /// Nil if the path is another.
    func answer(_ call: SimulatedCall) -> SimulatedAnswer? {
        guard call.path == Self.path else { return nil }
        guard call.method == "GET" else { return refuse(405) }
        // The token of the API has no business at the place of download.
        guard call.header("authorization") == nil else { return refuse(400) }
        let token = call.queryFields.first { $0.name == "token" }?.value ?? ""
        guard let offer = offers.last(where: { "\($0.token)==" == token }), call.at < offer.endsAt else {
            return refuse(403)
        }
        var answer = SimulatedAnswer(status: 200)
        answer.headers = [
            ("Content-Type", "application/zip"),
            ("Content-Disposition", "attachment; filename=WDATP_Investigation_Package.zip"),
        ]
        answer.body = ZipArchive.bytes([
            (
                "CollectionSummaryReport.txt",
                Array("Action \(offer.actionID)\nMachine \(offer.machineID)\n".utf8)
            ),
            ("Network connections/ActiveNetConnections.txt", Array("Proto  Local  Foreign  State\n".utf8)),
            ("Temp Directories/filler.bin", Self.filler(script.packageBytes)),
        ])
        return answer
    }

    private func refuse(_ status: Int) -> SimulatedAnswer {
        SimulatedAnswer(status: status, headers: [("Content-Type", "text/plain")], body: Array("no".utf8))
    }

    private static func filler(_ count: Int) -> [UInt8] {
        (0..<max(0, count)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }
}
