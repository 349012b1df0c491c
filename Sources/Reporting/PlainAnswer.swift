import JSONReader
package import Vocabulary

/// What kinds other than chat are answered: that it was taken down, never what was decided (design §11).
package enum PlainAnswer {
    /// Verified and accepted.
    package static func accepted(_ delivery: DeliveryID) -> HookAnswer {
        HookAnswer(
            status: 202,
            contentType: "application/json",
            body: JSONValue.object(["delivery": .string(delivery.text)]).encodedText
        )
    }

    /// Verified, but unreadable, without a route, or refused.
    package static let recorded = HookAnswer(status: 202, contentType: "application/json", body: "{}")
}
