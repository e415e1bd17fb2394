import Base
import Change
import Kernel
import Store

/// Marks, places, values: how far the figures go.
extension TallyFile {
    /// How far each chain was looked at, and how far its county said that it has it.
    func marks() throws(JournalError) -> [TallyChain: TallyMark] {
        defer { allMarks.reset() }
        var marks: [TallyChain: TallyMark] = [:]
        while try allMarks.step() {
            let chain = TallyChain(
                scope: ScopeID(allMarks.unsigned(0)), actor: ActorID(allMarks.unsigned(1)))
            marks[chain] = TallyMark(
                seen: allMarks.unsigned(2), signed: allMarks.unsigned(3), met: allMarks.integer(4))
        }
        return marks
    }

    func setMark(_ chain: TallyChain, _ mark: TallyMark) throws(JournalError) {
        try setMark.bind(1, chain.scope.rawValue)
        try setMark.bind(2, chain.actor.rawValue)
        try setMark.bind(3, mark.seen)
        try setMark.bind(4, mark.signed)
        try setMark.bind(5, mark.met)
        try setMark.run()
    }

    func places() throws(JournalError) -> [RegionID: TallyPlace] {
        defer { allPlaces.reset() }
        var places: [RegionID: TallyPlace] = [:]
        while try allPlaces.step() {
            let bytes = allPlaces.bytes(1)
            var above: [RegionID] = []
            for start in stride(from: 0, to: bytes.count - 7, by: 8) {
                above.append(
                    RegionID(bytes[start..<(start + 8)].reduce(0) { $0 << 8 | UInt64($1) }))
            }
            places[RegionID(allPlaces.unsigned(0))] = TallyPlace(
                above: above, sign: allPlaces.integer(2), met: allPlaces.integer(3))
        }
        return places
    }

    func setPlace(_ id: RegionID, _ place: TallyPlace) throws(JournalError) {
        var writer = ByteWriter(capacity: 8 * place.above.count)
        for region in place.above { writer.write(region.rawValue) }
        try setPlace.bind(1, id.rawValue)
        try setPlace.bind(2, writer.bytes)
        try setPlace.bind(3, place.sign)
        try setPlace.bind(4, place.met)
        try setPlace.run()
    }

    func value(_ name: String) throws(JournalError) -> [UInt8]? {
        defer { getValue.reset() }
        try getValue.bind(1, name)
        return try getValue.step() ? getValue.bytes(0) : nil
    }

    func set(_ name: String, _ bytes: [UInt8]) throws(JournalError) {
        try setValue.bind(1, name)
        try setValue.bind(2, bytes)
        try setValue.run()
    }
}
