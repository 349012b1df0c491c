import Glibc

/// A small file that belongs to this user alone: nobody else may read it, and no link is followed to it.
package enum PrivateFile {
    /// Why it was left alone.
    package enum Failure: Error, Equatable {
        case absent(path: String)
        /// It, or its folder, belongs to another user.
        case foreign(path: String)
        /// Others have some right to it.
        case open(path: String, mode: UInt32)
        /// A link, a folder or something else, or one file under several names.
        case notPlain(path: String)
        case tooLarge(path: String, bytesMax: Int)
        /// The system's error number.
        case system(path: String, code: Int32)
    }

    /// Reads the whole file.
    ///
    /// What is checked is the file that was opened, so that nobody can put another in its place between.
    package static func read(_ path: String, bytesMax: Int) throws(Failure) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: throw .absent(path: path)
            case ELOOP: throw .notPlain(path: path)
            default: throw .system(path: path, code: errno)
            }
        }
        defer { close(descriptor) }
        var entry = stat()
        guard unsafe fstat(descriptor, &entry) == 0 else { throw .system(path: path, code: errno) }
        guard entry.st_mode & S_IFMT == S_IFREG, entry.st_nlink == 1 else { throw .notPlain(path: path) }
        try check(entry, path)
        guard entry.st_size <= bytesMax else { throw .tooLarge(path: path, bytesMax: bytesMax) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = unsafe part.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(path: path, code: errno) }
            guard count > 0 else { return bytes }
            bytes += part[..<count]
            guard bytes.count <= bytesMax else { throw .tooLarge(path: path, bytesMax: bytesMax) }
        }
    }

    /// Puts the bytes in the file's place, all or nothing, and returns once they are on the disk.
    ///
    /// - Parameters:
    ///   - bytes: The whole content.
    ///   - path: Where it is to be; what is there, even a link, is replaced.
    ///   - draft: A path in the same folder that nothing else uses.
    /// - Throws: ``Failure/system(path:code:)``; the draft is gone then and the file is what it was.
    package static func write(_ bytes: [UInt8], to path: String, draft: String) throws(Failure) {
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(path: draft, code: errno) }
        do throws(Failure) {
            defer { close(descriptor) }
            // The mask of the process may have taken rights away.
            guard fchmod(descriptor, 0o600) == 0 else { throw .system(path: draft, code: errno) }
            try writeAll(bytes, to: descriptor, draft)
            guard fsync(descriptor) == 0 else { throw .system(path: draft, code: errno) }
        } catch {
            _ = unsafe unlink(draft)
            throw error
        }
        guard unsafe rename(draft, path) == 0 else {
            let code = errno
            _ = unsafe unlink(draft)
            throw .system(path: path, code: code)
        }
        try settle(folderOf: path)
    }

    /// Takes the file away; false if there was none.
    package static func remove(_ path: String) throws(Failure) -> Bool {
        guard unsafe unlink(path) == 0 else {
            guard errno == ENOENT else { throw .system(path: path, code: errno) }
            return false
        }
        try settle(folderOf: path)
        return true
    }

    /// Makes the folder, and those above it that are missing, for this user alone; checks it if it is there.
    package static func makeFolder(_ path: String) throws(Failure) {
        var made = ""
        for step in path.split(separator: "/") {
            made += "/\(step)"
            guard unsafe mkdir(made, 0o700) == 0 || errno == EEXIST || errno == EACCES || errno == EROFS
            else {
                throw .system(path: made, code: errno)
            }
        }
        var entry = stat()
        guard unsafe lstat(path, &entry) == 0 else {
            throw errno == ENOENT ? .absent(path: path) : .system(path: path, code: errno)
        }
        guard entry.st_mode & S_IFMT == S_IFDIR else { throw .notPlain(path: path) }
        try check(entry, path)
    }

    private static func check(_ entry: stat, _ path: String) throws(Failure) {
        guard entry.st_uid == geteuid() else { throw .foreign(path: path) }
        guard entry.st_mode & 0o077 == 0 else { throw .open(path: path, mode: entry.st_mode & 0o777) }
    }

    private static func writeAll(
        _ bytes: [UInt8],
        to descriptor: Int32,
        _ path: String
    ) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(path: path, code: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// A name is on the disk once its folder is.
    private static func settle(folderOf path: String) throws(Failure) {
        guard let slash = path.lastIndex(of: "/") else { return }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(path: folder, code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system(path: folder, code: errno) }
    }
}
