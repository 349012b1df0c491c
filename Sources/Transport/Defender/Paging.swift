import Vocabulary

/// Goes through a list page by page, with `$top` and `$skip` of our own and a cap.
///
/// Defender's own links lost the filter and never ended (`reference/defender-api.md` §5): they are not followed,
/// they only tell that there is more.
struct Paging {
    static let rowsPerPage = 1_000
    static let pagesMax = 10

    private var rows = 0
    private var pages = 0
    private var isDone = false
    /// True if there may be more than was read.
    private(set) var mayBeCut = false

    /// The query of the next page, or nil when it was the last.
    mutating func next(_ filter: ODataFilter?) -> Query? {
        guard !isDone else { return nil }
        guard pages < Self.pagesMax else {
            mayBeCut = true
            return nil
        }
        pages += 1
        var query = Query()
        if let filter { query.append("$filter", filter.text) }
        query.append("$top", String(Self.rowsPerPage))
        if rows > 0 { query.append("$skip", String(rows)) }
        return query
    }

    /// - Parameters:
    ///   - rows: How many the page held.
    ///   - hasMore: Defender named a next page.
    ///   - isReadable: False if a row could not be read.
    mutating func received(rows: Int, hasMore: Bool, isReadable: Bool) {
        self.rows += rows
        if !isReadable { mayBeCut = true }
        if rows == 0, hasMore { mayBeCut = true }
        isDone = rows == 0 || (rows < Self.rowsPerPage && !hasMore)
    }
}
