import Base
import Board
import Change
import Civil

@testable import Domain

/// Volumes, the catalog, links and ranks, as naively.
extension NaiveBoard {
    func addVolumes(_ said: inout [String: String]) {
        func count(_ name: String, _ day: (NaiveCase) -> CivilDate?) {
            said["=" + name] = String(
                cases.filter { $0.received != nil && lies(day($0)) }.count)
        }
        func first(_ entry: NaiveCase, _ kind: ChangeKind) -> CivilDate? {
            entry.all(kind).map { NaiveCase.day($0) }.min()
        }
        said["=received"] = String(received.count)
        count("accepted") { $0.accepted }
        count("decided") { $0.decided }
        count("delivered") { $0.delivered }
        count("closed") { first($0, .caseClose) }
        count("corrected") { $0.all(.caseCorrection).isEmpty ? nil : $0.received }
        count("withdrawn") { $0.all(.caseWithdraw).isEmpty ? nil : $0.ended }
        count("refused") { $0.all(.caseRefuse).isEmpty ? nil : $0.ended }
        count("ended") { $0.all(.caseEnd).isEmpty ? nil : $0.ended }
        count("deferred") { $0.isDeferred ? $0.received : nil }
        count("sameDay") { $0.item.isImmediate && $0.decided == $0.received ? $0.received : nil }
        let offline = cases.filter {
            $0.state.facts.isOffline && lies(NaiveCase.day($0.state.events[0]))
        }
        said["=offline"] = String(offline.count)
        said["=offlineReceived"] = String(offline.filter { $0.state.facts.stage == nil }.count)
    }

    // MARK: the catalog

    private struct InForce {
        let elements: JSON
        let first: JSON
        let seq: Int
    }

    private var inForce: [InForce] {
        let day = min(today, period.upperBound)
        return RandomItem.all.enumerated().filter { _ in (CivilDate("2026-01-01") ?? day) <= day }
            .map { index, item in
                let number = item.version(on: day).number
                return InForce(
                    elements: JSON.orNull(item.elements(number)),
                    first: JSON.orNull(item.elements(1)), seq: RandomCounty.seq(index, number))
            }
    }

    func addCatalog(_ said: inout [String: String]) {
        let items = inForce
        func part(_ name: String, of whole: [InForce]? = nil, _ holds: (JSON) -> Bool) {
            let whole = whole ?? items
            said[name] = share(whole.filter { holds($0.elements) }.count, whole.count)
        }
        func sum(_ key: String, _ path: (InForce) -> JSON) -> Int {
            items.reduce(0) { $0 + (path($1)[key]?.array?.count ?? 0) }
        }
        part("1") { $0["inHall"]?.bool == true }
        part("2") { $0["oneWindow"]?.bool == true }
        said["3"] = "\(items.filter { ($0.elements["visits"]?.int ?? 0) < 2 }.count) 项"
        let (materials, before) = (sum("materials") { $0.elements }, sum("materials") { $0.first })
        said["4"] = share(before - materials, before)
        let (steps, once) = (sum("steps") { $0.elements }, sum("steps") { $0.first })
        said["5"] = share(once - steps, once)
        let promised = items.reduce(0) { $0 + Int($1.elements["promisedDays"]?.int ?? 0) }
        said["7"] = share(items.count * RandomItem.legal - promised, items.count * RandomItem.legal)
        part("8") { $0["online"]?.text == "网上申报" }
        part("10") { $0["visits"]?.int == 0 }
        part("11") { _ in true }
        part("12", of: items.filter { $0.elements["visits"]?.int != 0 }) {
            $0["handling"]?.text == "即办件"
        }
        func has(_ place: RegionID, _ item: InForce) -> Bool {
            place == RandomCounty.county || county.reached[place] ?? 0 >= item.seq
        }
        said["25"] = share(
            items.filter { item in RandomCounty.all.allSatisfy { has($0, item) } }.count,
            items.count)
        let pairs = places.flatMap { place in items.map { has(place, $0) } }
        said["37"] = share(pairs.filter { $0 }.count, pairs.count)
    }

    // MARK: links

    func addLinks(_ said: inout [String: String]) {
        var lags: [Int] = []
        var outage = 0
        for place in places.sorted() {
            var (seq, met) = (UInt64(0), Int64(0))
            for word in county.signed[place] ?? [] where word.seq > seq {
                let wrote = county.wrote[place]?.first { $0.seq == seq + 1 }?.time ?? word.time
                let since = min(word.time, max(wrote, met))
                (seq, met) = (word.seq, max(met, word.time))
                let minutes = Int((word.time - since) / 60_000)
                if lies(CivilDate(of: Instant(millis: word.time))) { lags.append(minutes) }
                guard minutes >= 60 else { continue }
                // Minute by minute would do; whole hours are all that there is.
                for hour in 0..<(minutes / 60)
                where lies(CivilDate(of: Instant(millis: since + Int64(hour) * 3_600_000))) {
                    outage += 1
                }
            }
        }
        if !lags.isEmpty {
            said["29/滞后 P95"] = "\(Self.percentile(lags.sorted(), 95)) 分钟"
        }
        said["=outage"] = String(outage)
    }

    /// 收件 that the county has not said it holds.
    var unsynced: Int {
        received.filter { entry in
            let last = county.signed[entry.place]?.map(\.seq).max() ?? 0
            return entry.state.events[0].dot.seq.rawValue > last
        }.count
    }

    // MARK: ranks

    /// In thousandths: 40, 20, 30, 10 over what there is; nil for nothing.
    var score: Int? {
        let told = values()
        let tickets = share(opened.filter { isInTime($0) }.count, opened.count)
        var (sum, weight) = (0.0, 0.0)
        for (text, part) in [
            (told["32"], 40.0), (told["31"], 20), (told["17"], 30), (tickets, 10),
        ] {
            guard let text, text.hasSuffix("%"), let value = Double(text.dropLast()) else {
                continue
            }
            sum += value * 10 * part
            weight += part
        }
        return weight == 0 ? nil : Int((sum / weight + 0.5).rounded(.down))
    }
}
