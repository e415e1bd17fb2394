import Base
import Domain
import Kernel
import Testing

@testable import Store

/// Lists and full-text search, with words that are indexed and words that are not yet.
@Suite struct SearchTests {
    let fixture: StoreFixture
    let journal: SQLiteJournal
    let pool: ReadPool

    init() throws {
        fixture = try StoreFixture()
        try fixture.inService()
        journal = try fixture.open()
        pool = ReadPool(directory: fixture.directory)
    }

    private func document(
        _ number: UInt64, _ search: String, status: String = "open", time: Int64 = 0,
        collection: Collection = .item
    ) -> StoredDocument {
        StoredDocument(
            key: DocumentKey(collection: collection, id: Digest16(high: 0, low: number)),
            scope: fixture.scope.id, label: "L", status: status, time: time, attention: false,
            search: search, state: [1])
    }

    private func put(_ documents: [StoredDocument], indexing: Bool = false) throws {
        try journal.begin()
        for one in documents { try journal.putDocument(one) }
        if indexing { try journal.indexWords() }
        try journal.commit()
    }

    private func find(
        _ text: String, in collection: Collection? = nil, limit: Int = 50
    ) throws -> [UInt64] {
        try pool.read { (reader) throws(JournalError) in
            try reader.search(text, in: collection, limit: limit).map(\.id.low)
        }
    }

    @Test(arguments: [false, true])
    func findsPartsOfWords(indexing: Bool) throws {
        try put(
            [
                document(1, "社会保障卡补领"), document(2, "居民社会保险登记 SBK"),
                document(3, "老年人优待证办理"), document(4, "保障社会"),
                document(5, "100% \"quoted\" it's"),
            ], indexing: indexing)
        #expect(try find("社会保障") == [1])
        #expect(try find("社会保") == [2, 1])
        #expect(try find("社会") == [4, 2, 1])
        #expect(try find("卡") == [1])
        #expect(try find("sbk") == [2])
        #expect(try find("0% \"q") == [5])
        #expect(try find("it's") == [5])
        #expect(try find("优待卡") == [])
        #expect(try find("") == [])
        #expect(try find("社会", limit: 2) == [4, 2])
        // All pieces are there, but not side by side.
        try put([document(6, "甲乙丙 乙丙丁")], indexing: indexing)
        #expect(try find("甲乙丙丁") == [])
        #expect(try find("乙丙丁") == [6])
    }

    @Test func wordsThatChangeAreFoundByTheNewOnesOnly() throws {
        try put([document(1, "社会保障卡"), document(2, "社会保障")], indexing: true)
        try put([document(1, "婚姻登记")])
        #expect(try find("社会保障") == [2])
        #expect(try find("婚姻登") == [1])
        try put([document(1, "婚姻登记处")], indexing: true)
        #expect(try find("婚姻登") == [1])
        #expect(try find("登记处") == [1])
        try put([document(1, "")], indexing: true)
        #expect(try find("登记处") == [])
        try journal.begin()
        try journal.removeDocument(document(2, "").key)
        try journal.commit()
        #expect(try find("社会保障") == [])
        try journal.database.execute(
            "INSERT INTO words_index (words_index, rank) VALUES ('integrity-check', 1)")
    }

    @Test func wordsAreIndexedByThemselvesOnceEnoughWait() throws {
        let count = UInt64(Limits.searchUnindexedMax)
        for start in stride(from: UInt64(0), to: count + 100, by: 100) {
            try put((start..<start + 100).map { document($0, "事项第\($0)号公告") })
        }
        #expect(journal.counts.wordsIndexed > 0)
        #expect(try find("第77号公") == [77])
        #expect(try find("第\(count + 50)号公") == [count + 50])
        #expect(try find("事项第", limit: 5).count == 5)
        try put([], indexing: true)
        try journal.database.execute(
            "INSERT INTO words_index (words_index, rank) VALUES ('integrity-check', 1)")
    }

    @Test func listsGoPageByPage() throws {
        var documents: [StoredDocument] = []
        for number in 1...45 {
            let status = number % 3 == 0 ? "done" : "open"
            documents.append(
                document(
                    UInt64(number), "", status: status, time: Int64(number / 4),
                    collection: .caseFile))
        }
        try put(documents.shuffled())
        for newestFirst in [true, false] {
            for status in [nil, "done"] {
                var wanted = documents.filter { status == nil || $0.status == status }
                    .sorted { ($0.time, $0.key.id) < ($1.time, $1.key.id) }
                if newestFirst { wanted.reverse() }
                var query = PageQuery(.caseFile, limit: 7)
                query.newestFirst = newestFirst
                query.status = status
                var found: [StoredDocument] = []
                repeat {
                    let page = try pool.read { (reader) throws(JournalError) in
                        try reader.documents(query)
                    }
                    #expect(page.documents.count <= 7)
                    found += page.documents
                    query.after = page.next
                } while query.after != nil
                #expect(found == wanted)
            }
        }
        let none = try pool.read { (reader) throws(JournalError) in
            try reader.documents(PageQuery(.overlay, limit: 7))
        }
        #expect(none.documents.isEmpty && none.next == nil)
    }

    /// Cases of one state are found along an index of their own, page by page as among all; a
    /// state that changes takes its case along.
    @Test func rareStatesAreListedInTheOrderOfTimes() throws {
        func file(_ number: UInt64, _ status: String) -> StoredDocument {
            document(
                number, "words \(number)", status: status, time: Int64(number % 40),
                collection: .caseFile)
        }
        var documents = (1...300).map { file(UInt64($0), $0 % 25 == 0 ? "received" : "accepted") }
        try put(documents)
        func listed(_ status: String?, newestFirst: Bool = true) throws -> [StoredDocument] {
            try pool.read { (reader) throws(JournalError) in
                var query = PageQuery(.caseFile, limit: 5)
                query.status = status
                query.newestFirst = newestFirst
                var found: [StoredDocument] = []
                while true {
                    let page = try reader.documents(query)
                    found += page.documents
                    guard let next = page.next else { return found }
                    query.after = next
                }
            }
        }
        func wanted(_ status: String) -> [StoredDocument] {
            documents.filter { $0.status == status }
                .sorted { ($0.time, $0.key.id) > ($1.time, $1.key.id) }
        }
        #expect(try listed("received") == wanted("received"))
        #expect(try listed("received", newestFirst: false) == wanted("received").reversed())
        #expect(try listed(nil).count == 300)
        documents[24] = file(25, "accepted")
        documents[0] = file(1, "received")
        try put([documents[24], documents[0]])
        #expect(try listed("received") == wanted("received"))
        #expect(try listed("accepted") == wanted("accepted"))
        #expect(try listed("closed").isEmpty)
    }
}
