package import Base
package import Change
package import Domain
package import Kernel
package import Store

/// What came behind the end of a node: stored, void, and shown until somebody above looks
/// (PROTOCOL I25).
package struct LateLane: Sendable {
    /// One change in it.
    package struct Row: Hashable, Sendable {
        package let key: IncarnationKey
        package let region: RegionID
        package let scope: ScopeName
        package let dot: Dot
        package let hash: Digest16
        package let kind: ChangeKind
        /// What the author's clock said: nobody's word.
        package let time: Instant
        /// The number of the case that it is of; empty where it is of none.
        package fileprivate(set) var number: String
        /// Whose act it says that it is.
        package let person: Person
        /// Why it is void: what ended the node, or nil where an account of it was ended.
        package let reason: Revocation.Reason?
        package let isAdopted: Bool

        /// A person by login and name; both are empty where a node did something by itself.
        package struct Person: Hashable, Sendable {
            package let login: String
            package let name: String

            package init(login: String = "", name: String = "") {
                self.login = login
                self.name = name
            }
        }

        /// How people name it: the first 8 digits of its hash.
        package var id: String { String(hash.hex.prefix(8)) }
    }

    /// The first `Limits.departureRowsMax` of `count`; by key, scope and number.
    package private(set) var rows: [Row] = []
    package private(set) var count = 0
    /// Numbers of cases that came in behind the end themselves: no document tells them.
    private var numbers: [Digest16: String] = [:]
    /// The cases of rows whose number is still to be told, by the row.
    private var unnamed: [(row: Int, id: Digest16)] = []

    /// Reads each change that lies beyond a cut.
    ///
    /// - Parameter who: Who an author at a place is.
    package init(
        holding scopes: [ScopeKnowledge], in directory: Directory, from reader: SnapshotReader,
        who: (UInt64, RegionID) throws(JournalError) -> Row.Person
    ) throws(JournalError) {
        var ended = directory.revocations.map { (key: $0.key, region: $0.region) }
        for (key, _) in directory.endedAccounts where !ended.contains(where: { $0.key == key }) {
            if let region = directory.region(of: key) { ended.append((key, region)) }
        }
        for (key, region) in ended {
            for scope in scopes {
                guard let chain = scope.chain(key.actor(in: scope.id)) else { continue }
                // The cut's own number, too: it may be another content.
                let cut =
                    directory.isRevoked(key)
                    ? directory.cut(of: key, in: scope.id)?.seq
                    : directory.firstEnd(at: key, in: scope.id)
                var seq = Swift.max(cut ?? .none, Seq(1))
                while seq <= chain.head.seq {
                    let dot = Dot(actor: chain.actor, seq: seq)
                    if let change = try reader.change(at: dot, in: scope.id) {
                        let person = try who(change.header.author, region)
                        try take(change, key, region, scope.name, directory, reader, person)
                    }
                    guard seq < chain.head.seq else { break }
                    seq = seq.next
                }
            }
        }
        for (row, id) in unnamed { rows[row].number = numbers[id] ?? "" }
    }

    private mutating func take(
        _ change: Change, _ key: IncarnationKey, _ region: RegionID, _ scope: ScopeName,
        _ directory: Directory, _ reader: SnapshotReader, _ person: Row.Person
    ) throws(JournalError) {
        let hash = change.hash.prefix16
        let isAdopted = directory.isAdopted(hash, of: key)
        let isBeyond =
            directory.isBeyondCut(key, in: scope, seq: change.header.seq, hash: hash)
            || (change.header.author != 0 && change.kind.isDecided
                && directory.isBeyondEnd(
                    of: change.header.author, at: key, in: scope, seq: change.header.seq,
                    hash: hash))
        guard isBeyond || isAdopted, change.kind != .genesis else { return }
        count += 1
        guard rows.count < Limits.departureRowsMax else { return }
        let cut = directory.cut(of: key, in: scope.id)
        let isEnded = cut.map { change.header.seq > $0.seq || hash != $0.hash } ?? true
        let number = try number(of: change, in: scope, reader)
        rows.append(
            Row(
                key: key, region: region, scope: scope, dot: change.dot, hash: hash,
                kind: change.kind, time: change.header.time.instant, number: number,
                person: person, reason: isEnded ? directory.reason(of: key) : nil,
                isAdopted: isAdopted))
    }

    /// The number of the row that comes next.
    private mutating func number(
        of change: Change, in scope: ScopeName, _ reader: SnapshotReader
    ) throws(JournalError) -> String {
        guard scope.family == .cases, let body = change.body else { return "" }
        let json = JSON.orNull(body)
        let id = json["case"]?.text.flatMap(Digest16.init(hex:))
        if let number = json["number"]?.text {
            if let id { numbers[id] = number }
            return number
        }
        guard let id else { return "" }
        let key = DocumentKey(collection: .caseFile, id: id)
        let known = try reader.document(key)?.label ?? ""
        if known.isEmpty { unnamed.append((rows.count, id)) }
        return known
    }

    /// What adopts some of the rows: those that are named, or all.
    ///
    /// - Parameter ids: First digits of hashes; nil for all.
    /// - Throws: `late-unknown` for a name that no row has, or more than one.
    package func adoptions(_ ids: [String]?) throws(Departure.Refusal) -> [Adoption] {
        var wanted = rows.filter { !$0.isAdopted }
        if let ids {
            var named: [Row] = []
            for id in ids {
                let found = rows.filter { $0.hash.hex.hasPrefix(id) }
                guard found.count == 1, id.utf8.count >= 8 else {
                    throw Departure.Refusal(404, "late-unknown", "没有这个编号的迟到记录：\(id)")
                }
                named += found
            }
            wanted = named.filter { !$0.isAdopted }
        }
        var hashes: [IncarnationKey: [Digest16]] = [:]
        for row in wanted { hashes[row.key, default: []].append(row.hash) }
        return hashes.keys.sorted { $0.text < $1.text }.compactMap { key in
            hashes[key].map { Adoption(key: key, hashes: $0) }
        }
    }

    /// Who was ended, and what came behind it.
    package func write(to writer: inout JSONWriter, _ directory: Directory) {
        func code(_ region: RegionID) -> String {
            directory.region(region)?.code.text ?? region.hex
        }
        writer.array("ended") { array in
            for (key, region, reason) in directory.revocations {
                array.object { object in
                    object.field("region", code(region))
                    object.field("name", directory.region(region)?.name ?? "")
                    object.field("node", directory.node(of: key)?.hex ?? "")
                    object.field("incarnation", key.text)
                    object.field("reason", reason.rawValue)
                }
            }
        }
        writer.field("count", count)
        writer.array("late") { array in
            for row in rows {
                array.object { object in
                    object.field("id", row.id)
                    object.field("region", code(row.region))
                    object.field("scope", "\(row.scope.family)")
                    object.field("seq", Int64(row.dot.seq.rawValue))
                    object.field("kind", row.kind.caseName)
                    object.field("number", row.number)
                    object.field("login", row.person.login)
                    object.field("person", row.person.name)
                    object.field("name", directory.region(row.region)?.name ?? "")
                    object.field("time", row.time.rfc3339)
                    object.field("reason", row.reason?.rawValue ?? "account")
                    object.field("adopted", row.isAdopted)
                }
            }
        }
    }
}
