/// One JSON value (RFC 8259).
///
/// Strict JSON, all that the product itself writes, has integers and no other numbers. Texts and
/// keys compare as Swift strings do: by canonical equivalence, not byte by byte.
package enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    /// A number that is no 64-bit integer, in the words of the text. Never in strict JSON.
    case decimal(String)
    case text(String)
    case array([JSON])
    case object(JSONObject)
}

/// The members of an object, in the order of the text.
package struct JSONObject: Hashable, Sendable {
    /// One key with its value.
    package struct Member: Hashable, Sendable {
        package let key: String
        package var value: JSON

        package init(key: String, value: JSON) {
            self.key = key
            self.value = value
        }
    }

    package private(set) var members: [Member]

    package init(_ members: [Member] = []) { self.members = members }

    /// The value of the first member with that key. Linear in the number of members.
    ///
    /// Setting replaces it in place, appends a new one, or with nil removes it.
    package subscript(key: String) -> JSON? {
        get { members.first { $0.key == key }?.value }
        set {
            let index = members.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(key: key, value: value))
            case (nil, nil): break
            }
        }
    }
}

extension JSON {
    /// The value as a truth value, or nil where it is of another kind.
    package var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The value as an integer, or nil where it is of another kind.
    package var int: Int64? {
        guard case .int(let value) = self else { return nil }
        return value
    }

    /// The value as text, or nil where it is of another kind.
    package var text: String? {
        guard case .text(let value) = self else { return nil }
        return value
    }

    /// The elements of an array, or nil where it is of another kind.
    package var array: [JSON]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    /// The members of an object, or nil where it is of another kind.
    package var object: JSONObject? {
        guard case .object(let value) = self else { return nil }
        return value
    }

    /// Whether the value is the word `null`.
    package var isNull: Bool { self == .null }

    /// The member with that key, or nil where there is none or this is no object.
    package subscript(key: String) -> JSON? { object?[key] }

    /// The element at that place, or nil where there is none or this is no array.
    package subscript(index: Int) -> JSON? {
        guard case .array(let value) = self, value.indices.contains(index) else { return nil }
        return value[index]
    }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }

    package init(booleanLiteral value: Bool) { self = .bool(value) }

    package init(integerLiteral value: Int64) { self = .int(value) }

    package init(stringLiteral value: String) { self = .text(value) }

    package init(arrayLiteral elements: JSON...) { self = .array(elements) }

    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(JSONObject(elements.map { JSONObject.Member(key: $0.0, value: $0.1) }))
    }
}
