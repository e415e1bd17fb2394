import Base
import Domain

/// An item's stored state as a page reads it.
struct ItemSheet {
    /// One version.
    struct Version {
        let number: Int
        let effectiveFrom: String
        let place: String
        let elements: ItemElements?
    }

    let document: StoredDocument
    /// The newest first; empty where the state cannot be read.
    let versions: [Version]
    /// 正常, 暂停, 取消.
    let standing: String

    /// - Parameter now: What counts is asked for this moment.
    init(_ document: StoredDocument, at now: Instant) {
        self.document = document
        do throws(JSONError) {
            let state = try ItemState(document)
            versions = state.history(at: now).map { entry, place in
                Version(
                    number: entry.value.number,
                    effectiveFrom: entry.value.effectiveFrom.text,
                    place: place.rawValue, elements: ItemElements(entry.value.elements))
            }
            standing = state.standing(at: now).rawValue
        } catch {
            versions = []
            standing = document.status
        }
    }

    var code: String { document.label }

    /// The version that counts now, else the newest.
    var current: Version? { versions.first { $0.place == "current" } ?? versions.first }

    var name: String { current?.elements?.name ?? code }

    var isOpen: Bool {
        standing == Standing.active.rawValue && versions.contains { $0.place == "current" }
    }

    /// The name of a material, in the version that a case is bound to.
    func materialName(_ code: String, version: Int?) -> String {
        let bound = versions.first { $0.number == version } ?? current
        return bound?.elements?.materials.first { $0.code == code }?.name ?? code
    }

    static func standingName(_ word: String) -> String {
        switch word {
        case "active", "published": "正常"
        case "suspended": "暂停"
        case "cancelled": "取消"
        case "contested": "版本冲突"
        default: word
        }
    }

    static func placeName(_ word: String) -> String {
        switch word {
        case "current": "生效"
        case "scheduled": "待生效"
        default: "历史"
        }
    }
}
