import JSONReader

/// Says in one line of JSON where the bridge listens, once it does everywhere (design §10).
actor Announcement {
    private var hooksURL: String?
    private var consoleURL: String?
    private var controlPath: String?
    private let needsControl: Bool
    private let say: @Sendable (String) -> Void

    init(needsControl: Bool, say: @escaping @Sendable (String) -> Void) {
        self.needsControl = needsControl
        self.say = say
    }

    func hooks(_ url: String) {
        hooksURL = url
        sayWhenComplete()
    }

    func console(_ url: String) {
        consoleURL = url
        sayWhenComplete()
    }

    func control(_ path: String) {
        controlPath = path
        sayWhenComplete()
    }

    private func sayWhenComplete() {
        guard let hooksURL, let consoleURL, !needsControl || controlPath != nil else { return }
        let line: JSONValue = [
            "hooks": .string(hooksURL), "console": .string(consoleURL),
            "control": controlPath.map { .string($0) } ?? .null,
        ]
        say(line.encodedText)
    }
}
