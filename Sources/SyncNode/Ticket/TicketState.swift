package import Base
package import Change
package import Civil
package import Document
package import Region

/// A ticket (工单) as folded: a function of the set of its changes and the directory (I22).
package struct TicketState: Hashable, Sendable {
    package let scope: ScopeName
    /// By clock, then hash; the opening stands first once it is here.
    package private(set) var events: [TicketEvent] = []

    /// Derived.
    package private(set) var status = TicketStatus.open
    /// The place that is to answer; nil while the opening is not here.
    package private(set) var holder: RegionID?

    package init(scope: ScopeName) { self.scope = scope }

    /// Its document.
    package static func key(_ id: Digest16) -> DocumentKey {
        DocumentKey(collection: .ticket, id: id)
    }

    /// What opened it; nil while it is not here.
    package var opening: TicketEvent? { events.first { $0.act == nil } }
    /// What people call it; empty while the opening is not here.
    package var number: String { opening?.body["number"]?.text ?? "" }
    /// What it is about.
    package var kind: TicketKind {
        opening?.body["kind"]?.text.flatMap(TicketKind.init(rawValue:)) ?? .request
    }
    /// The place that it is about and where it was opened.
    package var station: RegionID { scope.region }
    /// 首问负责: who took it in. Set once.
    package var firstAuthor: UInt64 { opening?.author ?? 0 }
    /// Working days until it is to be closed.
    package var days: Int {
        opening?.body["days"]?.int.flatMap(Int.init(exactly:)) ?? kind.days
    }
    /// Who asks, sealed; nil where nothing is known.
    package var sealed: Envelope? { opening?.body["sealed"]?.text.flatMap(Envelope.init(text:)) }
    /// Whether whoever asks gave a name.
    package var isNamed: Bool { opening?.body["named"]?.bool ?? false }

    /// The day on which it was opened; nil while the opening is not here.
    package var opened: CivilDate? { opening.map { CivilDate(of: $0.moment) } }

    /// The event with which it came to its end.
    package var closing: TicketEvent? {
        guard status.isFinal else { return nil }
        return events.last { event in
            guard event.counts, let act = event.act else { return false }
            return act == .review || (kind == .push && act == .reply)
        }
    }

    /// The day on which it is to be closed, by a calendar; nil while the opening is not here.
    package func due(_ calendar: WorkCalendar) -> WorkCalendar.DueDate? {
        opened.map { calendar.due(after: $0, workingDays: days) }
    }

    /// The light that it shows on a day: 蓝 three working days left or fewer, 黄 one, 红 overdue.
    package func light(
        _ calendar: WorkCalendar, on today: CivilDate, _ limits: LightLimits = .seed
    ) -> CaseClock.Light? {
        guard !status.isFinal, let due = due(calendar)?.date else { return nil }
        return limits.light(due: due, on: today, calendar)
    }

    // MARK: folding

    /// Takes an event in and plays all of them again; one that is known changes nothing.
    package mutating func take(_ event: TicketEvent, in directory: Directory) {
        guard !events.contains(where: { $0.hash == event.hash }) else { return }
        let place = events.firstIndex { event.precedes($0) } ?? events.count
        events.insert(event, at: place)
        replay(in: directory)
    }

    /// Whether it may grow.
    package var isFull: Bool { events.count >= Limits.ticketEventsMax }

    private mutating func replay(in directory: Directory) {
        status = .open
        holder = nil
        guard let first = events.firstIndex(where: { $0.act == nil }) else {
            for index in events.indices { events[index].counts = false }
            return
        }
        for index in events.indices { events[index].counts = false }
        events[first].counts = true
        holder = events[first].target ?? scope.region
        // 实名差评 is verified by the clerk who has the person before him.
        if kind == .badRating, isNamed { status = .working }
        for index in events.indices where index != first {
            let event = events[index]
            guard let act = event.act, let region = event.region,
                TicketState.may(region, act, holding: holder, station: scope.region, directory),
                let next = TicketTable.next(kind, status, act, isGood: event.isGood)
            else { continue }
            if act == .assign {
                guard let target = event.target else { continue }
                holder = target
            }
            status = next
            events[index].counts = true
        }
    }

    /// Whether a place may do an act: whoever has the ticket; those above it may hand it on and
    /// review; the place where it was opened may review and put it away, and all may note.
    package static func may(
        _ region: RegionID, _ act: TicketAct, holding holder: RegionID?, station: RegionID,
        _ directory: Directory
    ) -> Bool {
        guard let holder else { return false }
        if region == holder || act == .note { return true }
        let isAbove = directory.isWithin(holder, region)
        switch act {
        case .assign: return isAbove
        case .review, .archive: return isAbove || region == station
        case .judge, .claim, .fix, .reply, .note: return false
        }
    }
}

// MARK: as a document

extension TicketState {
    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        var writer = JSONWriter(capacity: 1024)
        writer.object { object in
            object.field("number", number)
            object.field("kind", kind.rawValue)
            object.field("status", status.rawValue)
            if let holder { object.field("holder", holder.hex) }
            object.field("station", self.scope.region.hex)
            object.field("year", Int(self.scope.year))
            object.array("events") { array in
                for event in events { event.write(to: &array) }
            }
        }
        return StoredDocument(
            key: key, scope: scope, label: number, status: status.rawValue,
            time: opening?.moment.millis ?? events.first?.time.millis ?? 0, attention: false,
            search: "", state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let json = try JSON(parsing: stored.state)
        guard let station = json["station"]?.text.flatMap(RegionID.init(hex:)),
            let year = json["year"]?.int.flatMap(UInt16.init(exactly:)),
            let status = json["status"]?.text.flatMap(TicketStatus.init(rawValue:)),
            let list = json["events"]?.array
        else { throw JSONError(.kind, offset: 0) }
        self.init(scope: .cases(station, year: year))
        for entry in list { events.append(try TicketEvent(json: entry)) }
        self.status = status
        holder = json["holder"]?.text.flatMap(RegionID.init(hex:))
    }
}
