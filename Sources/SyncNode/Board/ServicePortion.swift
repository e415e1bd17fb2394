package import Base
import Change
package import Civil
package import Domain

extension Portion {
    /// What a rating adds: the word that counts.
    package static func of(_ state: RatingState) -> Portion {
        var portion = Portion()
        guard let word = state.counted else { return portion }
        let day = CivilDate(of: word.moment)
        let content = word.grade.isBad ? 0 : 1
        portion.add(.rating, day, String(word.grade.rawValue))
        portion.add(.ratingChannel, day, word.channel, sum: content)
        if word.isNamed, word.grade.isBad { portion.add(.namedBad, day) }
        if !word.item.isEmpty { portion.add(.ratingItem, day, word.item, sum: content) }
        if word.officer != 0 {
            portion.add(.ratingOfficer, day, ActorID(word.officer).hex, sum: content)
        }
        return portion
    }

    /// What a ticket adds, all on the day of its opening.
    package static func of(_ state: TicketState, _ calendar: WorkCalendar) -> Portion {
        var portion = Portion()
        guard let opened = state.opened else { return portion }
        let kind = state.kind.rawValue
        let due = state.due(calendar)?.date
        portion.add(.ticket, opened, kind)
        let handed = state.events.filter { $0.counts && $0.act == .assign }.count
        if handed > 0 { portion.add(.ticketHandedOn, opened, kind, sum: handed) }
        if let claim = state.events.first(where: { $0.counts && $0.act == .claim }),
            let opening = state.opening
        {
            let hours = max(0, claim.moment.millis - opening.moment.millis) / 3_600_000
            portion.add(.pushClaimed, opened, padded(Int(min(hours, 99_999))))
        }
        guard let closing = state.closing else {
            portion.due = due
            portion.add(due == nil ? .undated : .openTicket, due, due == nil ? "" : kind)
            return portion
        }
        portion.add(.ticketClosed, opened, kind)
        if let due, CivilDate(of: closing.moment) <= due {
            portion.add(.ticketInTime, opened, kind)
            if state.kind == .badRating, state.isNamed { portion.add(.namedBadInTime, opened) }
        }
        return portion
    }
}

// MARK: as bytes

extension Portion {
    /// As the file of the figures keeps it, to be taken back when the document changes.
    package var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 24 + 12 * cells.count)
        writer.write(count: cells.count)
        for cell in cells {
            writer.write(byte: cell.counted.rawValue)
            writer.write(UInt64(bitPattern: Int64(cell.day)) & 0xffff_ffff, count: 4)
            writer.write(text: cell.key)
            writer.write(varint: UInt64(cell.count))
            writer.write(UInt64(bitPattern: Int64(cell.sum)))
        }
        return writer.bytes
    }

    /// - Throws: Where the bytes are not as `bytes` makes them.
    package init(bytes: [UInt8]) throws(DecodeError) {
        self.init()
        var reader = ByteReader(bytes)
        let count = try reader.readCount("cells", limit: Limits.portionCellsMax)
        for _ in 0..<count {
            let number = try reader.readByte("counted")
            guard let counted = Counted(rawValue: number) else {
                throw reader.fail(.badValue, "counted")
            }
            let day = Int32(truncatingIfNeeded: try reader.readNumber(4, "day"))
            let key = try reader.readText("key", limit: Limits.portionKeyBytesMax)
            let count = try reader.readVarint("count")
            let sum = Int64(bitPattern: try reader.readNumber(8, "sum"))
            cells.append(
                Cell(counted, Int(day), key, count: Int(clamping: count), sum: Int(sum)))
        }
        try reader.finish("cells")
    }
}
