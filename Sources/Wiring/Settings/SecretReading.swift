import Entra
import Foundation
import Vocabulary
import Yams

extension SettingsReading {
    /// One secret or, as a list, those in force during a rotation.
    ///
    /// Empty if anything is wrong with them. `source` is the one whose deliveries they sign; nil for others.
    func secrets(_ node: Node, _ name: String, of source: SourceName? = nil) -> [Secret] {
        let nodes = node.sequence.map(Array.init) ?? [node]
        if nodes.isEmpty { error(node, "\(name) is an empty list", "name at least one secret") }
        return nodes.compactMap { secret($0, name, of: source) }
    }

    /// One secret: `{ env: NAME }`, `{ file: PATH }` or `{ credential: NAME }`; never the value itself.
    ///
    /// `others` are keys that may stand beside and are read by whoever knows them.
    func secret(
        _ node: Node,
        _ name: String,
        of source: SourceName? = nil,
        isAuditKey: Bool = false,
        isProxy: Bool = false,
        beside others: [String] = []
    ) -> Secret? {
        guard node.mapping != nil else {
            error(
                node,
                "\(name) stands in the file itself",
                "write { env: NAME }, { file: PATH } or { credential: NAME }"
            )
            return nil
        }
        let known = ["env", "file", "credential"] + others
        guard let fields = Fields(node, name, known: known, in: self) else { return nil }
        let sources = ["env", "file", "credential"].filter { fields[$0] != nil }
        guard sources.count == 1 else {
            error(node, "\(name) names \(sources.count) places", "name exactly one of env, file, credential")
            return nil
        }
        let isRead = secretScope.includes(source) || secretScope.includes(called: name)
        guard
            isRead || (isAuditKey && secretScope == .auditKey) || (isProxy && secretScope == .proxy)
        else {
            return SecretScope.placeholder()
        }
        let found: Secret?
        if let variable = fields.text("env") {
            found = fromEnvironment(variable, node, name)
        } else if let file = fields.text("file") {
            found = fromFile(path(file), node, name, isCredential: false)
        } else if let credential = fields.text("credential") {
            found = fromCredentials(credential, node, name)
        } else {
            found = nil
        }
        guard let found, found.isBlank else { return found }
        error(node, "\(name) is empty", "an empty secret protects nothing; put the value there")
        return nil
    }

    private func fromEnvironment(_ variable: String, _ node: Node, _ name: String) -> Secret? {
        guard let value = environment[variable] else {
            error(node, "\(name): the environment has no \(variable)", "set it, or name a file")
            return nil
        }
        takenVariables.insert(variable)
        return Secret(value)
    }

    private func fromCredentials(_ credential: String, _ node: Node, _ name: String) -> Secret? {
        guard let directory = environment["CREDENTIALS_DIRECTORY"] else {
            error(
                node,
                "\(name): there is no CREDENTIALS_DIRECTORY",
                "start it by systemd with LoadCredential=\(credential):…, or name a file"
            )
            return nil
        }
        guard !credential.contains("/"), credential != ".." else {
            error(node, "\(name): \"\(credential)\" is no credential's name", "write the name alone")
            return nil
        }
        return fromFile("\(directory)/\(credential)", node, name, isCredential: true)
    }

    /// Reads a secret file that nobody else may read; one line end at its end is dropped.
    func fromFile(_ path: String, _ node: Node, _ name: String, isCredential: Bool) -> Secret? {
        // What counts is the file behind a link: orchestrators mount secrets as links.
        let file = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: file),
            let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue
        else {
            error(node, "\(name): there is no file \(path)", "check the name")
            return nil
        }
        let isInside = isCredential || isInCredentials(file)
        let permitted = isInside ? 0o440 | 0o200 : 0o700
        guard mode & 0o777 & ~permitted == 0 else {
            let shown = String(mode & 0o777, radix: 8)
            error(node, "\(name): others may read \(path) (mode 0\(shown))", "chmod 600 \(path)")
            return nil
        }
        guard let data = FileManager.default.contents(atPath: file), data.count <= 1 << 20 else {
            error(node, "\(name): \(path) cannot be read", "check who owns it; at most 1 MiB")
            return nil
        }
        var bytes = Array(data)
        // A PKCS #12 file is no text: its last byte belongs to it.
        guard !CertificateFile(content: Secret(bytes)).isPKCS12 else { return Secret(bytes) }
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        return Secret(bytes)
    }

    private func isInCredentials(_ path: String) -> Bool {
        guard let directory = environment["CREDENTIALS_DIRECTORY"], !directory.isEmpty else { return false }
        let folder = URL(filePath: directory).resolvingSymlinksInPath().path(percentEncoded: false)
        return path.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
    }
}
