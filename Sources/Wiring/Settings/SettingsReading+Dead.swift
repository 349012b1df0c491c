import Catalogue
import Yams

extension SettingsReading {
    /// Whether a word is an action that died; then that is a mistake of the settings, told with its date.
    func isDead(_ word: String, _ node: Node?) -> Bool {
        guard let dead = Catalogue.deadAction(word) else { return false }
        error(node, "\"\(word)\" cannot be done: \(dead.message)", dead.fix)
        return true
    }
}
