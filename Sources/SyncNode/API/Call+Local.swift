import Base
import Console
package import Domain
import Guide
import HTTP

/// What a node's own catalog says beside its items: who was granted what, and which day is the
/// n-th working day.
extension Call {
    /// Grants, the newest first, each with the mode that holds now.
    func grants() throws(Problem) -> HTTPResponse {
        let found = try page(of: .grant)
        let status = try read { view throws(ViewError) in try view.status() }
        let places = try read { view throws(ViewError) in try view.places() }
        var writer = JSONWriter(capacity: 256 * found.documents.count + 64)
        let states = try found.documents.map { (document) throws(Problem) in
            try Self.grant(document)
        }
        writer.object { object in
            object.array("grants") { array in
                for state in states {
                    let place = places.first { $0.id == state.region }
                    state.write(for: place, at: status.clock, to: &array)
                }
            }
            object.field("next", found.next.map(JSON.text) ?? .null)
        }
        return HTTPResponse.json(writer.bytes)
    }

    private static func grant(_ document: StoredDocument) throws(Problem) -> GrantState {
        do throws(JSONError) {
            return try GrantState(document)
        } catch {
            throw Problem(ViewError.failed)
        }
    }

    /// The n-th working day after a day, as this node's region counts.
    func due() throws(Problem) -> HTTPResponse {
        guard let from = try queryText("from", bytesMax: 32).flatMap({ CivilDate($0) }) else {
            throw Problem(400, "date-malformed", "日期应形如 2026-09-28", field: "from")
        }
        guard let days = try queryText("days", bytesMax: 8).flatMap(\.digits),
            (0...Limits.workingDaysMax).contains(days)
        else {
            throw Problem(
                400, "days-out-of-range", "工作日数应为 0 到 \(Limits.workingDaysMax)", field: "days")
        }
        let years = from.year...min(from.year + Limits.dueYearsMax, 9999)
        let calendar = try read { view throws(ViewError) in try view.calendar(years) }
        return try DueAnswer(from: from, days: days, calendar: calendar).response()
    }
}

extension Call {
    /// What is due of a case and when, as it is today.
    func clock() throws(Problem) -> HTTPResponse {
        let file = try document(.caseFile)
        let now = try read { view throws(ViewError) in try view.status() }.clock
        guard let clock = try clock(of: file, at: now) else {
            throw .missing("case-not-whole", "此办件的收件环节尚未到达本站")
        }
        return HTTPResponse.json(clock.json(of: file.label))
    }

    /// What an applicant sees of a case.
    func progress(
        _ sheet: CaseSheet, _ names: PlaceNames, _ status: NodeStatus
    ) throws(Problem) -> PublicPages.Progress {
        let due = try clock(of: sheet.document, at: status.clock)?.promised?.date?.text
        let terms = SheetQuestion(.terms, code: sheet.document.key.id.hex)
        let data = try read { view throws(ViewError) in try view.sheet(terms) }?.data
        let change = data.map { data in
            "\(data["printedDue"]?.text ?? "—") 改为 \(data["due"]?.text ?? "—")，"
                + "收件之日事项已有新版本，按较早者"
        }
        return PublicPages.Progress(
            number: sheet.number, status: CaseWords.status(sheet.status),
            place: names.name(sheet.holder), since: sheet.receivedAt.minuteText, due: due,
            change: change)
    }

    func clock(of file: StoredDocument, at now: Instant) throws(Problem) -> CaseClock? {
        try read { view throws(ViewError) in try view.clock(of: file, on: CivilDate(of: now)) }
    }
}

extension CaseClock {
    /// {number, asOf, received, accepted, deemedAccepted, reply, promised, legal, delivery,
    /// deferral, verification, paused, extended, stops, light, missingYear}: days as texts, null
    /// where nothing runs or is known.
    fileprivate func json(of number: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.field("number", number)
            object.field("asOf", today.text)
            object.field("received", course.received.text)
            let days: [(String, CivilDate?)] = [
                ("accepted", course.accepted), ("deemedAccepted", deemedAccepted),
                ("reply", reply?.date), ("promised", promised?.date), ("legal", legal?.date),
                ("delivery", delivery?.date), ("deferral", deferral?.date),
                ("verification", verification?.date),
            ]
            for (name, day) in days { object.field(name, day.map { .text($0.text) } ?? .null) }
            object.field("paused", isPaused)
            object.field("extended", course.extended)
            object.array("stops") { array in
                for stop in course.pauses {
                    array.array { days in
                        days.value(stop.lowerBound.text)
                        days.value(stop.upperBound.text)
                    }
                }
                if let since = course.pausedSince { array.array { $0.value(since.text) } }
            }
            object.field("light", light.map { .text($0.rawValue) } ?? .null)
            object.field("missingYear", missingYear.map { JSON(count: $0) } ?? .null)
        }
        return writer.bytes
    }

    /// The first year whose notice kept a limit from being known.
    var missingYear: Int? {
        let years = [reply, promised, legal, delivery].compactMap { due -> Int? in
            guard case .calendarMissing(let year)? = due else { return nil }
            return year
        }
        return years.min()
    }
}

/// A due date, or the year whose notice is not known.
package struct DueAnswer: Sendable {
    /// The day from which is counted; it is not counted itself.
    package let from: CivilDate
    /// Working days.
    package let days: Int
    /// What counting came to.
    package let due: WorkCalendar.DueDate

    /// - Parameter calendar: The years that ship with the product where none is given.
    package init(from: CivilDate, days: Int, calendar: WorkCalendar = WorkCalendar()) {
        self.from = from
        self.days = days
        due = calendar.due(after: from, workingDays: days)
    }

    /// By the notices that ship with the product.
    ///
    /// - Parameter text: `2026-09-28`; anything else gives nil.
    package init?(from text: String, days: Int) {
        guard let from = CivilDate(text) else { return nil }
        self.init(from: from, days: days)
    }

    /// The day, `2026-10-12`; nil where a year is missing.
    package var date: String? { due.date?.text }

    /// The year whose notice is not known; nil where there is a date.
    package var missingYear: Int? {
        guard case .calendarMissing(let year) = due else { return nil }
        return year
    }

    /// {from, days, due}; nil where a year is missing.
    package var json: [UInt8]? {
        guard let date = due.date else { return nil }
        var writer = JSONWriter()
        writer.object { object in
            object.field("from", from.text)
            object.field("days", days)
            object.field("due", date.text)
        }
        return writer.bytes
    }

    func response() throws(Problem) -> HTTPResponse {
        if let json { return HTTPResponse.json(json) }
        guard let year = missingYear else { throw Problem(ViewError.failed) }
        var problem = Problem(
            409, "calendar-missing", "没有 \(year) 年的节假日安排，请先用 calendar.set 录入", field: "from")
        problem.members = [.init(name: "year", value: JSON(count: year))]
        throw problem
    }
}

extension GrantState {
    fileprivate func write(for place: Place?, at now: Instant, to array: inout JSONWriter) {
        let latest = Timeline.latest(of: terms.heads)
        array.object { object in
            object.field("code", code)
            object.field("region", place?.code.text ?? region.hex)
            object.field("name", place.map { .text($0.name) } ?? .null)
            object.field("level", level.map { .text($0.rawValue) } ?? .null)
            object.field("mode", mode(at: now).map { .text($0.rawValue) } ?? .null)
            object.field(
                "from", latest.map { .text(CivilDate(of: $0.stamp.from).text) } ?? .null)
            object.field("to", latest?.value.to.map { .text($0.text) } ?? .null)
            object.field("document", latest.map { .text($0.value.document) } ?? .null)
            object.field("contested", isContested)
        }
    }
}
