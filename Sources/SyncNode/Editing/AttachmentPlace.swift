package import Base
import Domain

/// Where attachments stand in an item's elements: `flowchart`, `materials[2].blank`.
package enum AttachmentPlace {
    /// Every place that an item has, in the order of its elements, with its name and whether
    /// something is there.
    package static func all(of elements: JSON) -> [(place: String, title: String, isFilled: Bool)] {
        var found: [(place: String, title: String, isFilled: Bool)] = []
        for element in ElementTable.item where element.isAttachment {
            found.append((element.key, element.label, elements[element.key]?["blob"] != nil))
        }
        for (index, material) in (elements[ElementTable.materials]?.array ?? []).enumerated() {
            let name = material["name"]?.text ?? material["code"]?.text ?? ""
            for element in ElementTable.material where element.isAttachment {
                found.append(
                    (
                        "\(ElementTable.materials)[\(index)].\(element.key)",
                        name + " " + element.label, material[element.key]?["blob"] != nil
                    ))
            }
        }
        return found
    }

    /// The elements with an attachment at a place; nil where they have no such place.
    package static func set(_ place: String, of elements: JSON, to digest: String) -> JSON? {
        guard all(of: elements).contains(where: { $0.place == place }),
            var object = elements.object
        else { return nil }
        let blob: JSON = ["blob": .text(digest)]
        guard place.hasPrefix(ElementTable.materials + "[") else {
            object[place] = blob
            return .object(object)
        }
        let rest = place.dropFirst(ElementTable.materials.count + 1)
        guard let end = rest.firstIndex(of: "]"), let index = Int(rest[..<end]),
            var list = object[ElementTable.materials]?.array, list.indices.contains(index),
            var material = list[index].object
        else { return nil }
        material[String(rest[end...].dropFirst(2))] = blob
        list[index] = .object(material)
        object[ElementTable.materials] = .array(list)
        return .object(object)
    }
}

extension Element {
    fileprivate var isAttachment: Bool { if case .attachment = form { true } else { false } }
}
