/// Compares words of settings and of Defender, such as tags and groups.
///
/// ASCII case makes no difference, nothing else is folded.
package func isSameWord(_ left: String, _ right: String) -> Bool {
    let fold = { (word: String) in word.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } }
    return fold(left) == fold(right)
}
