import Glibc

/// The helper process itself: reads frames from descriptor 0, answers on descriptor 1, never returns.
///
/// It bounds itself before it reads anything: address space, processor time a delivery, no core dump, no
/// further descriptor, no file. Dying is its way to say that a bound was reached; ``JQFilter`` starts another.
package enum JQChild {
    /// The exit status that says "no memory"; see `sysexits.h`, EX_OSERR.
    static let outOfMemoryStatus: CInt = 71

    /// Serves until the line is closed.
    package static func run() -> Never {
        limit()
        var machine: JQMachine?
        while let frame = receive() {
            switch frame.kind {
            case .program:
                arm(milliseconds: JQLimits.compileMilliseconds)
                machine = nil
                let fresh = JQMachine()
                if let complaint = fresh.compile(String(decoding: frame.bytes, as: UTF8.self)) {
                    answer(.notCompiled, Array(complaint.utf8))
                } else {
                    machine = fresh
                    answer(.compiled, [])
                }
            case .input:
                guard let machine else { exit(64) }
                arm(milliseconds: JQLimits.deliveryMilliseconds)
                switch machine.run(frame.bytes, outputBytesMax: JQLimits.outputBytesMax) {
                case .output(let bytes): answer(.output, bytes)
                case .failed(let what): answer(.failed, Array(what.utf8))
                case .tooLarge: answer(.outputTooLarge, [])
                }
            case .compiled, .notCompiled, .output, .failed, .outputTooLarge:
                exit(64)
            }
        }
        exit(0)
    }

    private static func limit() {
        JQMachine.exitWhenOutOfMemory(status: outOfMemoryStatus)
        let bounds: [(__rlimit_resource, Int)] = [
            (RLIMIT_CORE, 0),
            (RLIMIT_FSIZE, 0),
            (RLIMIT_NOFILE, JQLimits.descriptorsMax),
            (RLIMIT_AS, JQLimits.memoryBytesMax),
        ]
        for (resource, most) in bounds {
            var limit = rlimit(rlim_cur: rlim_t(most), rlim_max: rlim_t(most))
            // A helper without bounds must not serve.
            if unsafe setrlimit(CInt(resource.rawValue), &limit) != 0 { exit(70) }
        }
    }

    /// SIGPROF ends the process when this much processor time has gone; 0 takes the alarm back.
    ///
    /// The helper does this itself, so that one whose bridge was killed does not run on for ever.
    private static func arm(milliseconds: Int64) {
        var timer = itimerval()
        timer.it_value.tv_sec = Int(milliseconds / 1_000)
        timer.it_value.tv_usec = Int(milliseconds % 1_000) * 1_000
        if unsafe setitimer(CInt(ITIMER_PROF.rawValue), &timer, nil) != 0 { exit(70) }
    }

    private static func receive() -> JQFrame? {
        guard let head = receive(JQFrame.headBytes), let (kind, count) = JQFrame.readHead(head),
            let bytes = receive(count)
        else { return nil }
        return JQFrame(kind: kind, bytes: bytes)
    }

    private static func receive(_ wanted: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: wanted)
        var received = 0
        while received < wanted {
            let count = unsafe bytes.withUnsafeMutableBytes { room in
                unsafe read(0, room.baseAddress?.advanced(by: received), wanted - received)
            }
            if count > 0 {
                received += count
            } else if count == 0 || errno != EINTR {
                return nil
            }
        }
        return bytes
    }

    private static func answer(_ kind: JQFrame.Kind, _ bytes: [UInt8]) {
        arm(milliseconds: 0)
        let frame = JQFrame(kind: kind, bytes: bytes).encoded
        var sent = 0
        while sent < frame.count {
            let count = unsafe frame[sent...].withUnsafeBytes { chunk in
                unsafe write(1, chunk.baseAddress, chunk.count)
            }
            if count > 0 {
                sent += count
            } else if errno != EINTR {
                exit(0)
            }
        }
    }
}
