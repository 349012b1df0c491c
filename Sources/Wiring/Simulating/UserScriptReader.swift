import Foundation
import Simulating
import Vocabulary
import Yams

/// Reads `user` of the script of `simulate`.
struct UserScriptReader {
    let reading: SettingsReading

    private static let keys = [
        "client", "name", "upn", "object", "scopes", "interval", "code-lifetime", "slow-downs", "browser",
        "revokes-replaced", "refuses-sign-in", "refuses-renewal",
    ]

    func read(_ node: Node, into user: inout UserScript) {
        guard let fields = Fields(node, "\"user\"", known: Self.keys, in: reading) else { return }
        if let text = fields.text("client") { user.client = text }
        if let text = fields.text("name") { user.displayName = text }
        if let text = fields.text("upn") { user.principalName = text }
        if let text = fields.text("object") { user.object = text }
        if let texts = fields.texts("scopes") { user.scopes = texts }
        if let number = fields.number("interval", in: 1...60) { user.intervalSeconds = number }
        if let number = fields.number("code-lifetime", in: 1...3_600) { user.codeLifetimeSeconds = number }
        if let number = fields.number("slow-downs", in: 0...100) { user.slowDowns = number }
        if let word = fields.word("browser", of: ["at-once", "page"]) { user.asksInBrowser = word == "page" }
        if let flag = fields.flag("revokes-replaced") { user.revokesReplaced = flag }
        let numbers = 1...99_999_999
        if let number = fields.number("refuses-sign-in", in: numbers) { user.refusesSignIn = number }
        if let number = fields.number("refuses-renewal", in: numbers) { user.refusesRenewal = number }
    }
}
