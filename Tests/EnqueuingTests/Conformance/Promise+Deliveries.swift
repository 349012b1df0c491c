import Enqueuing
import Vocabulary

extension Promise {
    static let deliveries = [
        Promise("a delivery is found again by its id and by either key, whole") { ledger, _ in
            let stored = Sample.delivery(
                "d-1",
                signed: "s1",
                sender: "x1",
                verdict: .unreadable,
                body: [0, 255, 10]
            )
            try await ledger.write { try $0.insert(stored) }
            let found = try await ledger.read { rows in
                [
                    try rows.delivery(DeliveryID("d-1")),
                    try rows.delivery(source: Sample.source, signedKey: "s1", senderKey: nil),
                    try rows.delivery(source: Sample.source, signedKey: "other", senderKey: "x1"),
                ]
            }
            for delivery in found { try need(delivery, is: stored, "the delivery found") }
            let strangers = try await ledger.read { rows in
                [
                    try rows.delivery(DeliveryID("d-2")),
                    try rows.delivery(source: Sample.source, signedKey: "x1", senderKey: "s1"),
                    try rows.delivery(source: SourceName("tickets"), signedKey: "s1", senderKey: "x1"),
                ]
            }
            for delivery in strangers { try need(delivery, is: nil, "a delivery that was not stored") }
        },
        Promise("a key is unique within its source, and only there") { ledger, _ in
            try await ledger.write { try $0.insert(Sample.delivery("d-1", signed: "s1", sender: "x1")) }
            for repeated in [
                Sample.delivery("d-2", signed: "s1", sender: "x2"),
                Sample.delivery("d-3", signed: "s2", sender: "x1"),
                Sample.delivery("d-4", signed: "s1"),
            ] {
                try await need(.duplicateDelivery, from: "inserting \(repeated.id)") {
                    try await ledger.write { try $0.insert(repeated) }
                }
            }
            try await ledger.write { rows in
                let other = SourceName("tickets")
                try rows.insert(Sample.delivery("d-5", source: other, signed: "s1", sender: "x1"))
                try rows.insert(Sample.delivery("d-6", signed: "s6"))
                try rows.insert(Sample.delivery("d-7", signed: "s7"))
            }
        },
        Promise("of 64 copies at once, under either key, one is taken") { ledger, _ in
            let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<64 {
                    // Half repeat the signed key, half the sender's; one place is left to both halves together.
                    let delivery = Sample.delivery(
                        "d-\(number)",
                        signed: number.isMultiple(of: 2) ? "same" : "s\(number)",
                        sender: number.isMultiple(of: 2) && number > 0 ? "x\(number)" : "same"
                    )
                    group.addTask {
                        do {
                            try await ledger.write { try $0.insert(delivery) }
                            return true
                        } catch LedgerError.duplicateDelivery {
                            return false
                        }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            // At most one of each half; one alone if it was the delivery that has both keys.
            try need((1...2).contains(taken), "\(taken) of 64 copies were taken")
        },
    ]

    static let retention = [
        Promise("bodies go by age and, the oldest first, by size; records stay") { ledger, clock in
            let now = clock.now
            try await ledger.write { rows in
                for (id, verdict, age) in [
                    ("d-1", DeliveryRecord.Verdict.unreadable, 8), ("d-2", .unreadable, 3),
                    ("d-3", .unmatched, 3),
                    ("d-4", .unmatched, 0), ("d-5", .unreadable, 0),
                ] {
                    let at = now - .seconds(86_400 * age)
                    let body = [UInt8](repeating: 7, count: 100)
                    try rows.insert(Sample.delivery(id, signed: id, verdict: verdict, at: at, body: body))
                }
            }
            func bodies() async throws -> [Int] {
                try await ledger.read { rows in
                    try (1...5).filter { try rows.delivery(DeliveryID("d-\($0)"))?.body != nil }
                }
            }
            try await ledger.write { rows in
                try rows.dropBodies(
                    unreadableBefore: now - .seconds(7 * 86_400),
                    unmatchedBefore: now - .seconds(86_400),
                    bytesMax: 1_000
                )
            }
            try need(try await bodies(), is: [2, 4, 5], "bodies left after their time")
            let longAgo = Timestamp(seconds: 0)
            try await ledger.write { rows in
                try rows.dropBodies(unreadableBefore: longAgo, unmatchedBefore: longAgo, bytesMax: 299)
            }
            try need(try await bodies(), is: [4, 5], "bodies left within 299 bytes")
            try await need(.duplicateDelivery, from: "a repeat of a delivery without body") {
                try await ledger.write { try $0.insert(Sample.delivery("d-9", signed: "d-1")) }
            }
        }
    ]
}
