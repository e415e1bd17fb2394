package import Base

/// Where the bytes of something lie that is too large: what a refusal names.
package struct ElementSize: Hashable, Sendable {
    /// `elements.conditions`, `elements.materials[3].notes`.
    package let field: String
    /// 受理条件; empty where nothing of the table is meant.
    package let label: String
    /// Of it alone, as compact JSON.
    package let bytes: Int

    /// Goes down as long as one member alone has most of the bytes.
    ///
    /// - Parameter json: A command, or an item's elements.
    /// - Returns: nil where it has no members. Cost: each level is written once.
    package init?(heaviestIn json: JSON) {
        var place = json
        var size = json.bytes.count
        var path: [String] = []
        while let (name, member, bytes) = Self.heaviest(of: place),
            2 * bytes > size || path.isEmpty, name.utf8.count <= Limits.formNameBytesMax
        {
            path.append(name)
            place = member
            size = bytes
            guard path.count < Self.depthMax else { break }
        }
        guard !path.isEmpty else { return nil }
        field = path.enumerated().map { index, name in
            index == 0 || name.hasPrefix("[") ? name : "." + name
        }.joined()
        label = Self.label(path)
        bytes = size
    }

    /// As deep as elements are named.
    private static let depthMax = 4

    /// Whether it is one of an item's.
    package var isOfItem: Bool { field.hasPrefix("elements") }

    /// `受理条件（elements.conditions）有 5000002 字节，过大`.
    package var words: String {
        "\(label.isEmpty ? field : "\(label)（\(field)）")有 \(bytes) 字节，过大"
    }

    private static func heaviest(of json: JSON) -> (String, JSON, Int)? {
        var found: (String, JSON, Int)?
        func look(_ name: String, _ member: JSON) {
            let bytes = member.bytes.count
            if bytes > found?.2 ?? -1 { found = (name, member, bytes) }
        }
        for member in json.object?.members ?? [] { look(member.key, member.value) }
        for (index, entry) in (json.array ?? []).enumerated() { look("[\(index)]", entry) }
        return found
    }

    /// The Chinese name of the element that a path leads to, or to a part of it.
    private static func label(_ path: [String]) -> String {
        var rest = path[...]
        if rest.first == "elements" { rest = rest.dropFirst() }
        guard let element = ElementTable.item.first(where: { $0.key == rest.first }) else {
            return ""
        }
        guard let key = rest.dropFirst(2).first, element.key == ElementTable.materials,
            let part = ElementTable.material.first(where: { $0.key == key })
        else { return element.label }
        return element.label + " " + part.label
    }
}
