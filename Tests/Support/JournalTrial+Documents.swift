import Base
import Change
import Domain
import Kernel

/// Trials of documents and values.
extension JournalTrial {
    func document(
        _ number: UInt64, in scope: ScopeName, label: String = "A-1", attention: Bool = false,
        search: String = "社会保障卡补领", collection: Domain.Collection = .caseFile,
        time: Int64 = 1000
    ) -> StoredDocument {
        StoredDocument(
            key: DocumentKey(collection: collection, id: Digest16(high: number, low: ~number)),
            scope: scope.id, label: label, status: "accepted", time: time, attention: attention,
            search: search, state: Array("{\"n\":\(number)}".utf8))
    }

    func documents() throws {
        let first = document(1, in: cases)
        let second = document(.max, in: cases, search: "")
        let third = document(2, in: cases, label: "B-1", collection: .item)
        try transaction {
            try journal.openScope(cases)
            for one in [second, first, third] { try journal.putDocument(one) }
        }
        for one in [first, second, third] {
            check.equal(try journal.document(one.key), one, "a document goes round")
        }
        check.equal(
            try journal.documents(.caseFile, label: "A-1"), [first.key, second.key],
            "found by label, by id")
        check.equal(try journal.documents(.item, label: "A-1"), [], "of one collection only")
        let changed = document(1, in: cases, label: "A-2", attention: true, search: "医保 <>'\"")
        try transaction { try journal.putDocument(changed) }
        check.equal(try journal.document(first.key), changed, "replaced")
        check.equal(try journal.documents(.caseFile, label: "A-1"), [second.key], "old label")
        check.equal(try journal.documents(.caseFile, label: "A-2"), [first.key], "new label")
        let quiet = document(1, in: cases, label: "A-2", search: "")
        try transaction { try journal.putDocument(quiet) }
        check.equal(try journal.document(first.key), quiet, "without words")
        try transaction { try journal.removeDocument(first.key) }
        check.equal(try journal.document(first.key), nil, "removed")
        check.equal(try journal.documents(.caseFile, label: "A-2"), [], "not found any more")
        check.equal(try journal.document(third.key), third, "the others stay")
        try transaction {
            try journal.openScope(catalog)
            try journal.putDocument(document(9, in: catalog))
            try journal.removeDocuments(of: cases.id)
        }
        check.equal(try journal.document(second.key), nil, "gone with its scope's")
        check.equal(
            try journal.document(document(9, in: catalog).key), document(9, in: catalog),
            "another scope's stays")
    }

    func attention() throws {
        let wanted = [
            document(5, in: cases, attention: true, collection: .item),
            document(1, in: cases, attention: true),
            document(3, in: cases, attention: true),
            document(.max, in: cases, attention: true),
        ]
        try transaction {
            try journal.openScope(cases)
            try journal.putDocument(document(2, in: cases))
            for one in wanted.reversed() { try journal.putDocument(one) }
        }
        let all = wanted.map(\.key)
        check.equal(try journal.attention(after: nil, limit: 9), all, "by key")
        check.equal(try journal.attention(after: nil, limit: 2), Array(all[0..<2]), "bounded")
        for index in all.indices {
            check.equal(
                try journal.attention(after: all[index], limit: 2),
                Array(all.dropFirst(index + 1).prefix(2)), "behind one")
        }
        try transaction { try journal.putDocument(document(1, in: cases)) }
        check.equal(try journal.attention(after: nil, limit: 9).count, 3, "no longer owed")
        check.equal(
            try journal.attention(after: all[1], limit: 9).count, 2, "behind one that is not owed")
    }

    func values() throws {
        try transaction {
            try journal.setValue("clock", [1, 2, 3])
            try journal.setValue("empty", [])
        }
        check.equal(try journal.value("clock"), [1, 2, 3], "a value")
        check.equal(try journal.value("empty"), [], "an empty value is a value")
        try transaction { try journal.setValue("clock", [4]) }
        check.equal(try journal.value("clock"), [4], "replaced")
    }

    func replies() throws {
        let tag = StateTag(of: [1, 2])
        let one = StoredReply(author: .max, key: ReplayKey("k", request: tag), answer: [7])
        try transaction { try journal.keepReply(one) }
        check.equal(try journal.reply(author: .max, key: "k"), one, "a reply")
        check.equal(try journal.reply(author: 1, key: "k"), nil, "another author's key")
        check.equal(try journal.reply(author: .max, key: "l"), nil, "another key")
        try transaction {
            for number in 0..<Limits.repliesKept {
                let key = ReplayKey("n\(number)", request: tag)
                try journal.keepReply(StoredReply(author: 2, key: key, answer: []))
            }
        }
        check.equal(try journal.reply(author: .max, key: "k"), nil, "the oldest gives way")
        let kept = try journal.reply(author: 2, key: "n0") != nil
        check.holds(kept, "as many as the limit says are kept")
    }
}
