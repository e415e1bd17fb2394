import Base
import Change
import Crypto
import Disk
import Kernel

/// From rows to memory and back.
extension SQLiteJournal {
    /// Reads scopes, incarnations and chains: once, at open.
    func load() throws(JournalError) {
        try loadCounts()
        for record in try scopeTable.load() { carried[record.id] = CarriedScope(record: record) }
        incarnations = try incarnationTable.load()
        counts.incarnations = incarnations.keys.max() ?? 0
        var count: Int64 = 0
        var own = counts.base
        try chainTable.each(incarnations) { (id, chain) throws(JournalError) in
            guard let scope = self.carried[id] else { throw .damaged("chain without scope") }
            scope.insert(chain)
            scope.move(to: chain.position)
            self.counts.position = max(self.counts.position, chain.position)
            count = max(count, chain.no)
            if chain.state.key == self.counts.incarnation { own.add(chain.state.head) }
        }
        counts.chains = count
        counts.own = counts.incarnation == nil ? OwnHistory() : own
    }

    private func loadCounts() throws(JournalError) {
        counts.documents = max(
            try documentTable.lastRow(),
            Locations.row(in: try values.read(Locations.valueName)))
        counts.words = try words.lastRow()
        counts.wordsIndexed = try values.read(StoreValue.wordsIndexed).map(Self.number) ?? 0
        counts.words = max(counts.words, counts.wordsIndexed)
        for (name, row) in [
            (Locations.valueName, counts.documents), (StoreValue.wordsIndexed, counts.words),
        ] where !(0...Limits.storeRowsMax).contains(row) {
            throw .damaged("value \(name)")
        }
        if let bytes = try values.read(StoreValue.storeEpoch), bytes.count == 8 {
            counts.storeEpoch = UInt64(bitPattern: Self.number(bytes))
        }
        if let bytes = try values.read(StoreValue.incarnation) {
            counts.setIncarnation(try Self.key(bytes))
        }
        guard let bytes = try values.read(StoreValue.base) else { return }
        var reader = ByteReader(bytes)
        do throws(DecodeError) {
            counts.ordinal = try reader.readNumber(8, "store.ordinal")
            counts.position = Int64(bitPattern: try reader.readNumber(8, "store.position"))
            counts.base.count = try reader.readNumber(8, "store.count")
            counts.base.hash = try reader.readDigest("store.hash")
            try reader.finish("store")
        } catch {
            throw .damaged("value \(StoreValue.base)")
        }
    }

    /// Writes what no chain says: called where it changes, which is rare.
    func writeBase() throws(JournalError) {
        var writer = ByteWriter(capacity: 56)
        writer.write(counts.ordinal)
        writer.write(UInt64(bitPattern: counts.position))
        writer.write(counts.base.count)
        writer.write(counts.base.hash)
        try values.write(StoreValue.base, writer.bytes)
    }

    func write(incarnation key: IncarnationKey) throws(JournalError) {
        let publicKey = key.publicKey
        try values.write(
            StoreValue.incarnation, [publicKey.suite.rawValue] + publicKey.bytes)
        counts.setIncarnation(publicKey)
        var own = counts.base
        for id in carried.keys.sorted() {
            for chain in carried[id]?.chains ?? [] where chain.state.key == publicKey {
                own.add(chain.state.head)
            }
        }
        counts.own = own
    }

    /// Writes the chains that moved, and indexes words when enough have gathered.
    func flush() throws(JournalError) {
        for scope in touched where carried[scope.record.id] === scope {
            for chain in scope.chains where chain.isDirty {
                try chainTable.write(chain, of: scope.record.id)
            }
        }
        if counts.words - counts.wordsIndexed >= Int64(Limits.searchUnindexedMax) {
            try indexWords()
        }
    }

    /// Puts all words into the full-text index.
    func indexWords() throws(JournalError) {
        try words.index(above: counts.wordsIndexed, upTo: counts.words)
        counts.wordsIndexed = counts.words
        var writer = ByteWriter(capacity: 8)
        writer.write(UInt64(bitPattern: counts.words))
        try values.write(StoreValue.wordsIndexed, writer.bytes)
    }

    private static func number(_ bytes: [UInt8]) -> Int64 {
        Int64(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) })
    }

    private static func key(_ bytes: [UInt8]) throws(JournalError) -> PublicKey {
        guard let suite = bytes.first.flatMap(Suite.init(rawValue:)) else {
            throw .damaged("value \(StoreValue.incarnation)")
        }
        do throws(CryptoError) {
            return try PublicKey(suite: suite, bytes: Array(bytes.dropFirst()))
        } catch {
            throw .damaged("value \(StoreValue.incarnation)")
        }
    }
}

extension OwnHistory {
    mutating func add(_ head: ChainHead) {
        count += head.seq.rawValue
        toggle(head.hash)
    }

    /// As `add`, where the chain stood at `old` before.
    mutating func move(from old: ChainHead?, to head: ChainHead) {
        if let old { toggle(old.hash) }
        toggle(head.hash)
        count += head.seq.rawValue - (old?.seq.rawValue ?? 0)
    }
}
