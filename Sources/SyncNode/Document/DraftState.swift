package import Base
import Change

/// A version of an item as one person drafted it, until another publishes it.
package struct DraftState: Hashable, Sendable {
    /// First 8 bytes of H(account id) of who drafted it.
    package let author: UInt64
    package let code: String
    /// The publication as it was asked for: JSON.
    package let publication: [UInt8]
    /// In milliseconds since 1970.
    package let time: Int64
    /// Whether it was published.
    package var isPublished = false
    /// Whether it was given up, or another took its place.
    package var isDiscarded = false

    package init(author: UInt64, code: String, publication: [UInt8], time: Int64) {
        self.author = author
        self.code = code
        self.publication = publication
        self.time = time
    }

    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        var writer = JSONWriter(capacity: publication.count + 128)
        writer.object { object in
            object.field("draft", key.id.hex)
            object.field("code", code)
            object.field("author", hex: author)
            object.field("time", time)
            object.field("published", isPublished)
            if isDiscarded { object.field("discarded", true) }
            object.field("publication", stored: publication)
        }
        return StoredDocument(
            key: key, scope: scope, label: code, status: status,
            time: time, attention: false, search: "", state: writer.bytes)
    }

    /// Whether it waits for a second person.
    package var isOpen: Bool { !isPublished && !isDiscarded }

    private var status: String {
        isPublished ? "published" : isDiscarded ? "discarded" : "waiting"
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let json = try JSON(parsing: stored.state)
        guard let code = json["code"]?.text, let time = json["time"]?.int,
            let author = json["author"]?.text.flatMap(RegionID.init(hex:))?.rawValue,
            let publication = json["publication"]?.bytes
        else { throw JSONError(.kind, offset: 0) }
        self.init(author: author, code: code, publication: publication, time: time)
        isPublished = json["published"]?.bool ?? false
        isDiscarded = json["discarded"]?.bool ?? false
    }
}
