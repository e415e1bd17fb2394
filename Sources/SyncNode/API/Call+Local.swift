import Base
import Console
package import Domain
import Guide
import HTTP
import Paper

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
        let light = try read { view throws(ViewError) in
            try view.light(of: file, on: clock.today)
        }
        return HTTPResponse.json(clock.json(of: file.label, light))
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

/// Documents of a case, and whether one that somebody brings is genuine.
extension Call {
    func papers() throws(Problem) -> HTTPResponse {
        let file = try document(.caseFile)
        let found = try read { view throws(ViewError) in try view.papers(of: file) }
        var writer = JSONWriter(capacity: 128 * found.count + 64)
        writer.object { object in
            object.field("number", file.label)
            object.array("papers") { array in
                for entry in found.suffix(Limits.papersMax) {
                    array.object { line in
                        line.field("paper", entry.name.text)
                        line.field("title", entry.name.kind.title)
                        line.field("at", entry.event.moment)
                    }
                }
            }
        }
        return .json(writer.bytes)
    }

    private func signed(_ file: StoredDocument) throws(Problem) -> SignedPaper {
        var found: SignedPaper?
        if let name = PaperName(values[1]) {
            found = try read { view throws(ViewError) in try view.paper(name, of: file) }
        }
        guard let found else { throw .missing("paper-unknown", "此办件没有这份文书") }
        return found
    }

    func paper() throws(Problem) -> HTTPResponse {
        let found = try signed(try document(.caseFile))
        let sheet = CommandBody.parsed(found.paper.sheet.json)
        guard var object = sheet.object else { throw Problem(ViewError.failed) }
        object["receipt"] = .text(found.receipt.text)
        return .json(JSON.object(object).bytes)
    }

    func delivery() throws(Problem) -> HTTPResponse {
        let file = try document(.caseFile)
        guard let found = try read({ view throws(ViewError) in try view.delivery(of: file) }) else {
            throw .missing("case-not-whole", "此办件的收件环节尚未到达本站")
        }
        var writer = JSONWriter(capacity: 512)
        found.write(to: &writer)
        return .json(writer.bytes)
    }

    /// {link: {state, lastContact, error}, cases: […]}.
    func unsent() throws(Problem) -> HTTPResponse {
        let found = try read { view throws(ViewError) in try view.unsent() }
        let parent = try status().peers.first(where: \.isParent)
        var writer = JSONWriter(capacity: 256 * found.count + 256)
        writer.object { object in
            object.object("link") { link in
                link.field("state", parent.map { .text($0.state.rawValue) } ?? .null)
                link.field(
                    "lastContact", parent?.lastContact.map { .text($0.rfc3339) } ?? .null)
                link.field("error", parent?.lastError.map(JSON.text) ?? .null)
            }
            object.array("cases") { array in
                for line in found { line.write(to: &array) }
            }
        }
        return .json(writer.bytes)
    }

    func unsentPage() throws(Problem) -> HTTPResponse {
        let status = try status()
        let found = try read { view throws(ViewError) in try view.unsent() }
        let rows = found.map { line -> HTMLText in
            let since = line.unsentSince.map { Instant(millis: $0).minuteText } ?? "—"
            let place = "/cases/" + URLText.segment(line.number)
            return """
                <tr><td><a href="\(place)"><code>\(line.number)</code></a><td class="n">\
                \(line.unsent)<td>\(since)<td>\(line.onlineBy?.text ?? "—")</tr>
                """
        }
        let table: HTMLText =
            rows.isEmpty
            ? "<p>没有未送达的办件。</p>"
            : """
            <div class="scroll"><table><thead><tr><th>办件<th class="n">未送达<th>自何时\
            <th>须在此日前联网</thead><tbody>\(rows)</tbody></table></div>
            """
        return Page.response(
            "未送达", status,
            """
            <section class="card"><h1>未送达的办件</h1>\(DeliveryCard.why(status))\(table)</section>
            """)
    }

    func receiptCheck() throws(Problem) -> HTTPResponse {
        guard let text = try queryText("text", bytesMax: Limits.paperReceiptBytesMax) else {
            throw Problem(400, "field-required", "缺少 text", field: "text")
        }
        guard let receipt = PaperReceipt(text) else {
            throw Problem(400, "receipt-malformed", "不是文书的二维码内容", field: "text")
        }
        let verdict = try read { view throws(ViewError) in try view.verdict(receipt) }
        return .json(receipt.json(verdict))
    }

    func countyKey() throws(Problem) -> HTTPResponse {
        guard let known = try read({ view throws(ViewError) in try view.countyKey() }) else {
            throw .missing("county-unknown", "本站所属县未列入目录")
        }
        var writer = JSONWriter()
        writer.object { object in
            object.field("county", known.code.text)
            object.field("key", known.key)
        }
        return .json(writer.bytes)
    }

    func paperPage() throws(Problem) -> HTTPResponse {
        let status = try status()
        let file = try document(.caseFile)
        let found = try signed(file)
        let person = CaseSheet(file, opened: view).shown
        let text = found.receipt.text
        let back = "/cases/" + URLText.segment(values[0])
        return Page.response(
            found.paper.entry.name.kind.title, status,
            """
            \(found.paper.sheet.html)<section class="card"><dl class="facts">\
            \(Page.fact("申请人", text: person.name))\
            \(Page.fact("证件号码", text: person.idNumber ?? "—"))</dl>\
            \(CodeFigure.html(text))<p class="quiet"><code class="long">\(text)</code></p>\
            <p class="quiet">在任一站点的<a href="/verify">核对文书</a>页粘贴以上文字，或扫描二维码后粘贴，即可离线核对真伪。</p>\
            <p class="screen"><a href="\(back)">回到办件</a></p></section>
            """)
    }

    func verifyPage() throws(Problem) -> HTTPResponse {
        let status = try status()
        let text = try queryText("text", bytesMax: Limits.paperReceiptBytesMax) ?? ""
        var answer: HTMLText = .empty
        if !text.isEmpty {
            if let receipt = PaperReceipt(text) {
                let verdict = try read { view throws(ViewError) in try view.verdict(receipt) }
                answer = facts(receipt, verdict, try names())
            } else {
                answer = "<p class=\"notice\">不是文书的二维码内容，或抄写有误。</p>"
            }
        }
        return Page.response(
            "核对文书", status,
            """
            <section class="card narrow"><h1>核对文书</h1>\(answer)
            <form method="get" action="/verify"><label>二维码的内容（以 SNP1. 开头）\
            <textarea name="text" rows="6" required maxlength="700">\(text)</textarea></label>\
            <button class="main">核对</button></form>
            <p class="quiet">核对只用本节点已有的公钥，不需要网络。</p></section>
            """)
    }

    private func facts(
        _ receipt: PaperReceipt, _ verdict: PaperReceipt.Verdict, _ names: PlaceNames
    ) -> HTMLText {
        let facts = receipt.facts
        let mark = Page.mark(
            verdict == .genuine ? "真实" : verdict == .unvouched ? "未确认" : "不真实",
            verdict == .genuine ? "done" : verdict == .unvouched ? "waiting" : "bad")
        return """
            <p>\(mark) \(verdict.name)</p><dl class="facts">\
            \(Page.fact("文书", text: facts.kind.title))\
            \(Page.fact("办件编号", text: facts.number.text))\
            \(Page.fact("签发地点", text: names.name(facts.region)))\
            \(Page.fact("业务时间", text: Instant(millis: facts.millis).minuteText))\
            \(Page.fact("所载期限", text: facts.due?.text ?? "—"))</dl>
            """
    }
}

extension PaperEntry {
    /// When it came about, for people.
    var moment: String { Instant(millis: event.moment).minuteText }
}

extension CaseClock {
    /// {number, asOf, received, accepted, deemedAccepted, reply, promised, legal, delivery,
    /// deferral, verification, paused, extended, stops, light, missingYear}: days as texts, null
    /// where nothing runs or is known.
    fileprivate func json(of number: String, _ light: CaseClock.Light?) -> [UInt8] {
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
            object.field("doubtful", course.isDoubtful)
            object.field("light", light.map { .text($0.rawValue) } ?? .null)
            object.field("missingYear", missingYear.map { JSON(count: $0) } ?? .null)
        }
        return writer.bytes
    }

    /// The first year whose notice kept a limit from being known.
    var missingYear: Int? {
        let dues = [reply, promised, legal, delivery, deferral, verification]
        let years = dues.compactMap { due -> Int? in
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
