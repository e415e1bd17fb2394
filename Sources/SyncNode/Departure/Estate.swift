package import Base
import Change
package import Domain
package import Kernel
package import Store

/// What a node that is to go leaves behind, as far as it is known here: for people to look at
/// before they say so.
package struct Estate: Sendable {
    /// A case that it holds: nobody else may decide it until the place has another seat.
    package struct Held: Hashable, Sendable {
        package let number: String
        package let status: String
    }

    /// The first `Limits.departureRowsMax` of `casesCount`, the newest first.
    package private(set) var cases: [Held] = []
    package private(set) var casesCount = 0
    /// Places directly below, whose certificates rest on it.
    package let below: [RegionRecord]
    /// Changes of it that are held here: they go on counting.
    package let changes: Int

    /// Reads every case that is stored here: some 50 µs each.
    package init(
        of departure: Departure, holding scopes: [ScopeKnowledge], in directory: Directory,
        from reader: SnapshotReader
    ) throws(JournalError) {
        below = directory.children(of: departure.region.id)
        changes = scopes.reduce(0) { sum, scope in
            sum
                + departure.keys.reduce(0) {
                    $0 + Int(scope.chain($1.actor(in: scope.id))?.head.seq.rawValue ?? 0)
                }
        }
        var query = PageQuery(.caseFile, limit: Limits.listRowsMax)
        while true {
            let page = try reader.documents(query)
            for document in page.documents { try take(document, of: departure) }
            guard let next = page.next else { break }
            query.after = next
        }
    }

    private mutating func take(
        _ document: StoredDocument, of departure: Departure
    ) throws(JournalError) {
        guard case .caseFile(let state) = try Content.decoded(document), let holder = state.holder,
            holder.region == departure.region.id,
            departure.keys.contains(where: { $0.actor(in: state.scopeID) == holder.actor }),
            !state.status.isFinal
        else { return }
        casesCount += 1
        guard cases.count < Limits.departureRowsMax else { return }
        cases.append(Held(number: state.number, status: state.status.rawValue))
    }

    /// As a member `estate` of a document.
    package func write(to writer: inout JSONWriter) {
        writer.field("changes", changes)
        writer.field("casesHeld", casesCount)
        writer.array("cases") { array in
            for held in cases {
                array.object { object in
                    object.field("number", held.number)
                    object.field("status", held.status)
                }
            }
        }
        writer.array("below") { array in
            for place in below {
                array.object { object in
                    object.field("region", place.code.text)
                    object.field("name", place.name)
                }
            }
        }
    }
}
