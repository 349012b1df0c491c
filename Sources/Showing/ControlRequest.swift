/// One request of a command to the running bridge, with the user that the kernel named.
package struct ControlRequest: Sendable, Equatable {
    /// The Unix user's name, or `#` and the number for one without.
    ///
    /// What they may do, `people.*.local` says.
    package let user: String
    package let userID: UInt32
    /// Upper case, such as `GET`.
    package let method: String
    /// Decoded, without query, such as `/jobs`.
    package let path: String
    /// Decoded; of a name that comes twice the last.
    package let query: [String: String]
    package let body: [UInt8]

    package init(
        user: String,
        userID: UInt32,
        method: String,
        path: String,
        query: [String: String],
        body: [UInt8]
    ) {
        self.user = user
        self.userID = userID
        self.method = method
        self.path = path
        self.query = query
        self.body = body
    }
}

/// What a command is answered.
package struct ControlAnswer: Sendable, Equatable {
    /// An HTTP status.
    package let status: Int
    /// A whole JSON text.
    package let json: String

    package init(status: Int, json: String) {
        self.status = status
        self.json = json
    }
}
