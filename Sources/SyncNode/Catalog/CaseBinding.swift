package import Base
package import Document

/// Which version of its item governs a case, and what that means for its materials and limits
/// (DOMAIN §3.8): a pure function of the case's first event and of the item, so that every node
/// says the same once it holds both.
package struct CaseBinding: Hashable, Sendable {
    /// What a material is to this case.
    package enum Standing: String, Hashable, Sendable {
        /// 须交.
        case needed = "须交"
        /// 免交: what the newer version dropped; handed in, it may be had back.
        case waived = "免交"
        /// 容缺: what the newer version added and lets come later.
        case deferred = "容缺"
        /// 补正: what the newer version added; asked for once, and not counted against the
        /// station's 一次告知.
        case toAsk = "补正"
    }

    /// One material of this case.
    package struct Material: Hashable, Sendable {
        package let code: String
        package let name: String
        package let standing: Standing
    }

    /// The version that the station pinned at 收件.
    package let pinned: Int
    /// The version that governs.
    package let governing: Int
    /// 版本滞后: the station did not know the version that counted on the day of 收件.
    package let isLagging: Bool
    /// 待裁定: the item was suspended or cancelled before 收件, which the station did not know.
    package let isHalted: Bool
    /// 即办件, as received.
    package let isImmediate: Bool
    /// In the order of the governing version, then what it dropped.
    package let materials: [Material]
    /// 承诺 and 法定 in working days; of two versions the shorter.
    package let promisedDays: Int
    package let legalDays: Int
    /// 时限变更: the promised days as the station printed them, where they are others now.
    package let printedDays: Int?

    /// - Parameters:
    ///   - item: The item as it is known here and now.
    ///   - received: The moment of 收件.
    ///   - pinned: The number that the case carries.
    ///   - place: The receiving place.
    ///   - isForeign: Whether the case came by value from another county, whose versions these
    ///     are not.
    /// - Returns: nil where the pinned version is not here.
    package init?(
        _ item: ItemState, received: Instant, pinned: Int, place: StagePlace,
        isForeign: Bool = false
    ) {
        let entries = item.versions.entries
        guard let old = entries.last(where: { $0.value.number == pinned }),
            let then = ItemElements(old.value.elements)
        else { return nil }
        let standing = isForeign ? old : item.version(at: received, for: place) ?? old
        let now = ItemElements(standing.value.elements) ?? then
        let isLagging = standing.value.number != pinned
        let newest = isLagging ? now : Self.newest(item, then)
        self.pinned = pinned
        governing = isLagging ? standing.value.number : pinned
        self.isLagging = isLagging
        isHalted = !isForeign && item.standing(at: received) != .active
        isImmediate = then.handling == .immediate
        materials =
            isLagging ? Self.rebased(from: then, to: now) : Self.kept(then, newest: newest)
        promisedDays = isLagging ? min(then.promisedDays, now.promisedDays) : then.promisedDays
        legalDays = isLagging ? min(then.legalDays, now.legalDays) : then.legalDays
        printedDays = promisedDays == then.promisedDays ? nil : then.promisedDays
    }

    /// Received before the new version counts: the old one stays; what any later one drops is
    /// waived, and what it adds may not be asked for.
    private static func kept(_ old: ItemElements, newest: ItemElements) -> [Material] {
        old.materials.map { material in
            let isDropped = !newest.materials.contains { $0.code == material.code }
            return Material(
                code: material.code, name: material.name,
                standing: isDropped ? .waived : material.isDeferrable ? .deferred : .needed)
        }
    }

    /// Received on or after it by a station that did not know it: in the applicant's favour.
    private static func rebased(
        from old: ItemElements, to new: ItemElements
    ) -> [Material] {
        let carried = new.materials.map { material -> Material in
            let isNew = !old.materials.contains { $0.code == material.code }
            let standing: Standing =
                material.isDeferrable ? .deferred : isNew ? .toAsk : .needed
            return Material(code: material.code, name: material.name, standing: standing)
        }
        let dropped = old.materials.filter { known in
            !new.materials.contains { $0.code == known.code }
        }
        return carried
            + dropped.map { Material(code: $0.code, name: $0.name, standing: .waived) }
    }

    /// The elements of the newest version that anybody published, whatever its date.
    private static func newest(_ item: ItemState, _ fallback: ItemElements) -> ItemElements {
        Timeline.latest(of: item.heads).flatMap { ItemElements($0.value.elements) } ?? fallback
    }

    /// Whether a material may be asked for in this case.
    package func mayAsk(_ code: String) -> Bool {
        materials.contains { $0.code == code && $0.standing != .waived }
    }

    /// {pinned, governing, lagging, halted, promisedDays, legalDays, printedDays?, materials}.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("pinned", pinned)
            object.field("governing", governing)
            object.field("lagging", isLagging)
            object.field("halted", isHalted)
            object.field("promisedDays", promisedDays)
            object.field("legalDays", legalDays)
            if let printedDays { object.field("printedDays", printedDays) }
            object.array("materials") { array in
                for material in materials {
                    array.object { entry in
                        entry.field("code", material.code)
                        entry.field("name", material.name)
                        entry.field("standing", material.standing.rawValue)
                    }
                }
            }
        }
    }
}
