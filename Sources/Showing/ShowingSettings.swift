/// Where the console listens, apart from the hooks, so that strangers never reach it.
package struct ShowingSettings: Sendable, Equatable {
    package var host: String
    /// 0 lets the system choose; ``ConsoleListener`` reports the one it got.
    package var port: Int
    /// How long a connection may stay open without a byte.
    package var idleTimeout: Duration
    package var connectionsMax: Int

    package init(
        host: String = "127.0.0.1",
        port: Int = 8081,
        idleTimeout: Duration = .seconds(10),
        connectionsMax: Int = 64
    ) {
        self.host = host
        self.port = port
        self.idleTimeout = idleTimeout
        self.connectionsMax = connectionsMax
    }
}
