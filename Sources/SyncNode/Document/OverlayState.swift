package import Base
package import Change

/// A region's own elements of an item (非统一要素): written by that region alone, over the
/// authority's uniform ones and never in their place.
package struct OverlayState: Hashable, Sendable {
    /// One value of one field.
    package struct Value: Hashable, Sendable {
        package let field: Field
        /// nil: cleared.
        package let text: String?
        package let dot: Dot
        package let time: HybridTime

        package init(field: Field, text: String?, dot: Dot, time: HybridTime) {
            self.field = field
            self.text = text
            self.dot = dot
            self.time = time
        }
    }

    /// The elements that a region may state for itself (DOMAIN §3.2).
    package enum Field: String, Hashable, Comparable, Sendable, CaseIterable {
        /// 受理地点, 窗口号, 办公时间, 交通.
        case place, window, hours, transport
        /// 咨询电话, 投诉电话.
        case phone, complaintPhone
        /// 收件邮寄地址和收件人, 领取地点.
        case mailAddress, pickup
        /// 责任人三级公示.
        case leader, sectionHead, officer
        /// 本地常见问题, 是否帮代办.
        case questions, assisted

        package static func < (left: Field, right: Field) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    /// The item's code.
    package let code: String
    package let region: RegionID
    /// What nothing replaces, by field and dot: several of one field are contested (two admins
    /// of one region at once). What was replaced stands in the log.
    package private(set) var values: [Value] = []

    package init(code: String, region: RegionID) {
        self.code = code
        self.region = region
    }

    /// The document of one region's elements of one item; `catalog` is the region's own.
    package static func id(of code: String, in catalog: ScopeID) -> Digest16 {
        Digest16(high: catalog.rawValue, low: ItemState.fingerprint(of: code))
    }

    /// Takes a value in. Needs causal order: what it replaces was taken in before (I4).
    package mutating func insert(_ value: Value, replacing dots: [Dot]) {
        values.removeAll { $0.field == value.field && dots.contains($0.dot) }
        guard !values.contains(where: { $0.field == value.field && $0.dot == value.dot }) else {
            return
        }
        let place = values.firstIndex { ($0.field, $0.dot) > (value.field, value.dot) }
        values.insert(value, at: place ?? values.count)
    }

    /// The text of a field; of contested ones the latest by clock.
    package subscript(field: Field) -> String? {
        values.filter { $0.field == field }
            .max { ($0.time, $0.dot) < ($1.time, $1.dot) }?.text
    }

    /// What a statement about these fields replaces. Sorted.
    package func dots(of fields: [Field]) -> [Dot] {
        Set(values.filter { fields.contains($0.field) }.map(\.dot)).sorted()
    }

    /// Fields that two admins set at once. In order, each once.
    package var contested: [Field] {
        zip(values, values.dropFirst()).filter { $0.field == $1.field }.map(\.0.field)
            .reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }
}

// MARK: as a document

extension OverlayState {
    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        var writer = JSONWriter(capacity: 1024)
        writer.object { object in
            object.field("code", code)
            object.field("region", region.hex)
            object.array("values") { array in
                for value in values { value.write(to: &array) }
            }
        }
        return StoredDocument(
            key: key, scope: scope, label: code,
            status: contested.isEmpty ? "set" : "contested",
            time: values.map(\.time).max()?.millis ?? 0, attention: false, search: "",
            state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let json = try JSON(parsing: stored.state)
        guard let code = json["code"]?.text,
            let region = json["region"]?.text.flatMap(RegionID.init(hex:)),
            let list = json["values"]?.array
        else { throw JSONError(.kind, offset: 0) }
        self.init(code: code, region: region)
        values = list.compactMap(Value.init(json:))
        guard values.count == list.count else { throw JSONError(.kind, offset: 0) }
    }
}

extension OverlayState.Value {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("field", field.rawValue)
            if let text { object.field("text", text) }
            object.field("dot", dot.text)
            object.field("millis", time.millis)
            object.field("counter", Int64(time.counter))
        }
    }

    fileprivate init?(json: JSON) {
        guard let field = json["field"]?.text.flatMap(OverlayState.Field.init(rawValue:)),
            let dot = json["dot"]?.text.flatMap(Dot.init(text:)),
            let millis = json["millis"]?.int, let counter = json["counter"]?.int,
            (0...0xffff).contains(counter)
        else { return nil }
        self.init(
            field: field, text: json["text"]?.text, dot: dot,
            time: HybridTime(millis: millis, counter: UInt16(counter)))
    }
}
