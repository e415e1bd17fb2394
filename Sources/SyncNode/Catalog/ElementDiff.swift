package import Base

/// What is different between two versions of an item, by element and by material.
package struct ElementDiff: Hashable, Sendable {
    /// One element that is not the same.
    package struct Field: Hashable, Sendable {
        package let key: String
        package let label: String
        package let isUniform: Bool
        /// nil: it was not stated.
        package let before: JSON?
        package let after: JSON?
    }

    /// One material that is not the same; by its code, else by its name.
    package struct Material: Hashable, Sendable {
        /// What became of it.
        package enum Change: String, Hashable, Sendable {
            case added = "增加"
            case dropped = "减少"
            case changed = "变更"
        }

        package let code: String
        package let name: String
        package let change: Change
        /// Of a changed one: its elements that differ.
        package let fields: [Field]
    }

    /// In the order of the table; what no table knows comes last.
    package let fields: [Field]
    package let materials: [Material]

    /// Whether nothing is different.
    package var isEmpty: Bool { fields.isEmpty && materials.isEmpty }

    /// Whether two statements of an item say the same, in whatever order their elements stand; the
    /// order of materials is part of what they say.
    package static func isNone(from before: JSON, to after: JSON) -> Bool {
        ElementDiff(from: before, to: after).isEmpty
            && list(before).map(\.key) == list(after).map(\.key)
    }

    /// - Parameters:
    ///   - before: The elements of the earlier version; null where there is none.
    ///   - after: Those of the later one.
    package init(from before: JSON, to after: JSON) {
        fields = Self.fields(ElementTable.item, before, after, without: ElementTable.materials)
        materials = Self.materials(before, after)
    }

    /// Keys of all elements in which two objects differ, with both values.
    private static func fields(
        _ table: [Element], _ before: JSON, _ after: JSON, without skipped: String? = nil
    ) -> [Field] {
        let known = Set(table.map(\.key))
        let all = ((before.object?.members ?? []) + (after.object?.members ?? [])).map(\.key)
        var others: [String] = []
        for key in all where !known.contains(key) && !others.contains(key) { others.append(key) }
        let named =
            table.map { ($0.key, $0.label, $0.isUniform) } + others.map { ($0, $0, false) }
        return named.compactMap { key, label, isUniform in
            guard key != skipped else { return nil }
            let (old, new) = (stated(before[key]), stated(after[key]))
            guard old != new else { return nil }
            return Field(key: key, label: label, isUniform: isUniform, before: old, after: new)
        }
    }

    private static func stated(_ value: JSON?) -> JSON? {
        guard let value, !value.isNull else { return nil }
        return value
    }

    private static func materials(_ before: JSON, _ after: JSON) -> [Material] {
        let old = list(before)
        let new = list(after)
        var found: [Material] = []
        for (key, entry) in old where !new.contains(where: { $0.key == key }) {
            found.append(material(entry, .dropped, []))
        }
        for (key, entry) in new {
            guard let known = old.first(where: { $0.key == key }) else {
                found.append(material(entry, .added, []))
                continue
            }
            let fields = fields(ElementTable.material, known.entry, entry)
            if !fields.isEmpty { found.append(material(entry, .changed, fields)) }
        }
        return found
    }

    private static func list(_ elements: JSON) -> [(key: String, entry: JSON)] {
        (elements[ElementTable.materials]?.array ?? []).map { entry in
            (entry["code"]?.text ?? entry["name"]?.text ?? "", entry)
        }
    }

    private static func material(
        _ entry: JSON, _ change: Material.Change, _ fields: [Field]
    ) -> Material {
        Material(
            code: entry["code"]?.text ?? "", name: entry["name"]?.text ?? "", change: change,
            fields: fields)
    }
}

/// Two drafts from one base, element by element: what a second publisher settles (版本冲突).
package struct ThreeWay: Hashable, Sendable {
    /// One element that at least one side changed.
    package struct Field: Hashable, Sendable {
        package let key: String
        package let label: String
        package let base: JSON?
        package let theirs: JSON?
        package let mine: JSON?

        /// Whether both changed it, and not to the same.
        package var isConflict: Bool { theirs != base && mine != base && theirs != mine }
        /// What stands where only one side changed it; the own where both did.
        package var merged: JSON? { mine == base ? theirs : mine }
    }

    package let fields: [Field]

    /// - Parameters:
    ///   - base: What both began from.
    ///   - theirs: What was published meanwhile.
    ///   - mine: The draft.
    package init(base: JSON, theirs: JSON, mine: JSON) {
        let their = Self.whole(base, theirs)
        let own = Self.whole(base, mine)
        var keys = their.map(\.key)
        keys += own.map(\.key).filter { !keys.contains($0) }
        let labels = (their + own).map { ($0.key, $0.label) }
        fields = keys.map { key in
            Field(
                key: key, label: labels.first { $0.0 == key }?.1 ?? key, base: base[key],
                theirs: theirs[key], mine: mine[key])
        }
    }

    /// Whether a person has to choose.
    package var hasConflict: Bool { fields.contains(where: \.isConflict) }

    private static func whole(_ before: JSON, _ after: JSON) -> [(key: String, label: String)] {
        let diff = ElementDiff(from: before, to: after)
        let fields = diff.fields.map { ($0.key, $0.label) }
        return fields + (diff.materials.isEmpty ? [] : [(ElementTable.materials, "申请材料")])
    }
}

// MARK: as JSON

extension ElementDiff {
    /// {fields: [{key, label, uniform, before?, after?}], materials: [{code, name, change,
    /// fields}]}.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.array("fields") { array in
                for field in fields { field.write(to: &array) }
            }
            object.array("materials") { array in
                for material in materials {
                    array.object { entry in
                        entry.field("code", material.code)
                        entry.field("name", material.name)
                        entry.field("change", material.change.rawValue)
                        entry.array("fields") { inner in
                            for field in material.fields { field.write(to: &inner) }
                        }
                    }
                }
            }
        }
    }
}

extension ElementDiff.Field {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("key", key)
            object.field("label", label)
            object.field("uniform", isUniform)
            if let before { object.field("before", before) }
            if let after { object.field("after", after) }
        }
    }
}

extension ThreeWay {
    /// [{key, label, conflict, base?, theirs?, mine?, merged?}].
    package func write(to writer: inout JSONWriter) {
        writer.array { array in
            for field in fields {
                array.object { object in
                    object.field("key", field.key)
                    object.field("label", field.label)
                    object.field("conflict", field.isConflict)
                    if let base = field.base { object.field("base", base) }
                    if let theirs = field.theirs { object.field("theirs", theirs) }
                    if let mine = field.mine { object.field("mine", mine) }
                    if let merged = field.merged { object.field("merged", merged) }
                }
            }
        }
    }
}
