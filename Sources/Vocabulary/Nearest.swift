/// Finds the known word nearest to one that was not understood.
///
/// - Returns: The candidate with the smallest edit distance, if that is at most 2 and less than half of the
///   word's length; nil otherwise. Ties go to the first candidate.
package func nearestWord(to word: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(word.lowercased().prefix(64))
    var best: (word: String, distance: Int)?
    for candidate in candidates {
        let distance = editDistance(wanted, Array(candidate.lowercased().prefix(64)))
        if distance <= 2, distance * 2 < max(wanted.count, 3), distance < (best?.distance ?? .max) {
            best = (candidate, distance)
        }
    }
    return best?.word
}

/// Damerau-Levenshtein distance with adjacent transpositions.
private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
    if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
    var twoAgo = [Int](repeating: 0, count: right.count + 1)
    var previous = Array(0...right.count)
    for row in 1...left.count {
        var current = [row] + [Int](repeating: 0, count: right.count)
        for column in 1...right.count {
            let cost = left[row - 1] == right[column - 1] ? 0 : 1
            current[column] = min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + cost)
            if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                current[column] = min(current[column], twoAgo[column - 2] + 1)
            }
        }
        (twoAgo, previous) = (previous, current)
    }
    return previous[right.count]
}
