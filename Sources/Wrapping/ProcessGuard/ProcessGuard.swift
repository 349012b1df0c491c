import CProcess

/// What a process that holds secrets asks of the kernel.
package enum ProcessGuard {
    /// No core dump ever holds our memory, and no other process of this user may read it.
    ///
    /// - Returns: False if the kernel refused; the caller says so and goes on.
    package static func forbidDumps() -> Bool {
        cprocess_forbid_dumps() == 0
    }

    /// Takes a variable out of the environment, where children would inherit it and `/proc` would show it.
    ///
    /// Its bytes are overwritten. To be called before there are threads that read the environment.
    package static func unset(_ variable: String) {
        _ = unsafe variable.withCString { unsafe cprocess_unset($0) }
    }
}
