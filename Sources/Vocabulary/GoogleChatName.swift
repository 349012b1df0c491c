/// The names of Google Chat's resources, judged by their shape: they go into the path of a call.
package enum GoogleChatName {
    /// `users/…`.
    package static func isUser(_ text: String) -> Bool {
        text.wholeMatch(of: /users\/[0-9A-Za-z_-]{1,100}/) != nil
    }

    /// `spaces/…`.
    package static func isSpace(_ text: String) -> Bool {
        text.wholeMatch(of: /spaces\/[0-9A-Za-z_-]{1,100}/) != nil
    }

    /// `spaces/…/threads/…`, in this space.
    package static func isThread(_ text: String, in space: String) -> Bool {
        text.wholeMatch(of: /(spaces\/[0-9A-Za-z_-]{1,100})\/threads\/[0-9A-Za-z_-]{1,200}/)?.output.1
            == space[...]
    }

    /// `spaces/…/messages/…`, in this space.
    package static func isMessage(_ text: String, in space: String) -> Bool {
        text.wholeMatch(of: /(spaces\/[0-9A-Za-z_-]{1,100})\/messages\/[0-9A-Za-z_-]+(\.[0-9A-Za-z_-]+)*/)?
            .output.1
            == space[...] && text.utf8.count <= 400
    }
}
