/// What is asked of the file of the figures.
enum TallySQL {
    static let sums = """
        SELECT counted, key, sum(count), sum(sum) FROM cell
        WHERE region = ? AND band = 1 AND period BETWEEN ? AND ? GROUP BY counted, key
        """

    static let opens = """
        SELECT counted, period, key, count FROM cell
        WHERE region = ? AND band = 3 AND count <> 0 ORDER BY period, counted, key
        """

    static let owns = """
        SELECT band, period, counted, key, count, sum FROM cell
        WHERE region = ? AND band IN (0, 2) ORDER BY band, period, counted, key
        """

    static let countOwn = """
        SELECT coalesce(sum(count), 0) FROM cell
        WHERE region = ? AND band = 0 AND period BETWEEN ? AND ? AND counted = ?
        """

    static let behind = """
        SELECT region, count(*) FROM part INDEXED BY part_first
        WHERE scope = ? AND actor = ? AND seq > ? AND seq IS NOT NULL
        AND received BETWEEN ? AND ? GROUP BY region ORDER BY region
        """

    static let ofItem = """
        SELECT collection, id FROM part INDEXED BY part_item
        WHERE item = ? AND open >= ? ORDER BY id LIMIT ?
        """

    static let openCount = "SELECT count(*) FROM part WHERE item = ? AND open = 1"

    static let waiting = """
        SELECT collection, id FROM part INDEXED BY part_waits WHERE waits <> 0
        ORDER BY received, id LIMIT ?
        """
}
