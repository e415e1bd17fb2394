import Base
import Change
import Domain
import Kernel

/// What a node may know of the ends of incarnations and accounts: read from the changes that it
/// stores, and judged here again, so that a checker does not ask what it checks (PROTOCOL I25).
struct KnownEnds {
    /// One statement about an end, with the change that says it.
    private struct Word {
        let region: RegionID
        let key: IncarnationKey
        let seq: Seq
        let hash: Digest16
        let entry: DirectoryEntry

        /// Of whose end it speaks.
        var subject: IncarnationKey? {
            switch entry {
            case .revocation(let revocation): revocation.key
            case .adoption(let adoption): adoption.key
            case .account(let turn): turn.key
            default: nil
            }
        }

        /// Where a word about an account was said first, if somebody else said it again.
        var origin: AccountTurn.Origin? {
            guard case .account(let turn) = entry else { return nil }
            return turn.origin
        }
    }

    /// A change, as an end cuts it off or not.
    struct Place {
        let key: IncarnationKey
        let scope: ScopeName
        let seq: Seq
        let hash: Digest16
        /// Whose decision it is; 0 where it is nobody's.
        var decider: UInt64 = 0
    }

    private var words: [Word] = []
    private let directory: Directory

    init(at node: SimulatedNode) throws(JournalError) {
        directory = node.kernel.directory
        for scope in node.kernel.knowledge() where scope.name.family == .directory {
            for chain in node.journal.contents(of: scope.id) {
                let key = IncarnationKey(chain.state.key)
                for change in chain.changes { read(change, in: scope.name, by: key) }
            }
            // What a restored node took off and has not got back yet is believed meanwhile.
            for change in try node.kernel.orphans(of: scope.id) {
                let author = node.retired.first { $0.actor(in: scope.id) == change.header.actor }
                if let author { read(change, in: scope.name, by: author) }
            }
        }
    }

    private mutating func read(_ change: Change, in scope: ScopeName, by key: IncarnationKey) {
        guard Self.kinds.contains(change.kind), let entry = DirectoryEntry(change) else { return }
        words.append(
            Word(
                region: scope.region, key: key, seq: change.header.seq,
                hash: change.hash.prefix16, entry: entry))
    }

    private static let kinds: Set<ChangeKind> = [
        .directoryRevocation, .directoryAdoption, .directoryAccount,
    ]

    /// Whether anybody's end is known.
    var isEmpty: Bool { words.isEmpty }

    /// Whether somebody above adopted a change, by a word that counts itself.
    func isAdopted(_ place: Place) -> Bool {
        counting(about: place.key).contains { word in
            guard case .adoption(let adoption) = word.entry else { return false }
            return adoption.hashes.contains(place.hash)
        }
    }

    /// Whether a change lies beyond an end, adopted or not.
    func isBeyond(_ place: Place) -> Bool {
        let known = counting(about: place.key)
        let regions = Set(known.map(\.region) + known.compactMap { $0.origin?.region })
        // any order: one is enough.
        return regions.contains { region in
            isRevoked(place, by: known.filter { $0.region == region }, of: region)
                || isEnded(
                    place, by: known.filter { ($0.origin?.region ?? $0.region) == region },
                    of: region)
        }
    }

    /// Of two cuts of one region the earlier stands.
    private func isRevoked(_ place: Place, by said: [Word], of region: RegionID) -> Bool {
        var isNamed = false
        for word in said {
            guard case .revocation(let revocation) = word.entry else { continue }
            isNamed = true
            if let cut = revocation.cuts.first(where: { $0.scope == place.scope.id }),
                Self.lies(place, behind: cut)
            {
                return true
            }
        }
        let cuts = said.flatMap { word -> [Revocation.Cut] in
            guard case .revocation(let revocation) = word.entry else { return [] }
            return revocation.cuts
        }
        guard isNamed, !cuts.contains(where: { $0.scope == place.scope.id }) else { return false }
        return place.scope.family == .directory || directory.carries(region, place.scope)
    }

    /// Of what one region said of an account, the last word behind whose cut a decision lies.
    private func isEnded(_ place: Place, by said: [Word], of region: RegionID) -> Bool {
        guard place.decider != 0 else { return false }
        let turns = said.sorted { rank($0) < rank($1) }
        var isEnd = false
        for word in turns {
            guard case .account(let turn) = word.entry, turn.author == place.decider else {
                continue
            }
            let cut = turn.cuts.first { $0.scope == place.scope.id }
            let isBehind =
                cut.map { Self.lies(place, behind: $0) }
                ?? (directory.carries(region, place.scope)
                    || directory.everAbove(place.scope.region).contains(region))
            if isBehind { isEnd = turn.isEnd }
        }
        return isEnd
    }

    /// The order in which a region's seats said things.
    private func rank(_ word: Word) -> (UInt64, Seq) {
        if let origin = word.origin { return (origin.epoch, origin.seq) }
        let seat = directory.seats(of: word.region).first { $0.key == word.key }
        return (seat?.epoch ?? .max, word.seq)
    }

    static func lies(_ place: Place, behind cut: Revocation.Cut) -> Bool {
        place.seq > cut.seq || (place.seq == cut.seq && place.hash != cut.hash)
    }

    /// What was said of an incarnation by who may say it, and not behind an end of his own.
    private func counting(about key: IncarnationKey) -> [Word] {
        guard let region = directory.region(of: key) else { return [] }
        return words.filter { word in
            guard word.subject == key, directory.region(seatedBy: word.key) == word.region,
                directory.mayRevoke(word.region, region),
                word.origin.map({ directory.everAbove($0.region).contains(word.region) }) ?? true
            else { return false }
            let own = Place(
                key: word.key, scope: .directory(word.region), seq: word.seq, hash: word.hash)
            return !isBeyond(own) || isAdopted(own)
        }
    }
}
