import Glibc

/// How much room the terminal at standard output has.
package enum TerminalSize {
    /// Nil where standard output is no terminal, or one that says nothing or less than forty.
    package static var columns: Int? {
        var size = winsize()
        let code = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size)
        return code == 0 && size.ws_col >= 40 ? Int(size.ws_col) : nil
    }
}
