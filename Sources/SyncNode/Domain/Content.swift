package import Base
package import Change
package import Document

/// A folded document in memory. The kernel keeps those that a batch touches, and has them
/// encoded once, at the end of the batch.
///
/// `Failure` is the port's own error: the domain never makes one.
package protocol DocumentSource<Failure> {
    associatedtype Failure: Error

    /// The document as the batch has it by now.
    func content(_ key: DocumentKey) throws(Failure) -> Content?
    /// Documents of a collection with this label, by id.
    func find(_ collection: Collection, label: String) throws(Failure) -> [DocumentKey]
    /// A stored change, for folding a document anew.
    func change(at dot: Dot, in scope: ScopeID) throws(Failure) -> Change?
    /// Which of some attachments this node does not hold whole.
    func missing(_ attachments: [Digest]) throws(Failure) -> [Digest]
}

extension DocumentSource {
    /// Where nobody knows of attachments, none is waited for.
    package func missing(_ attachments: [Digest]) throws(Failure) -> [Digest] { [] }
}

/// What a fold puts back.
package struct ContentWrite: Sendable {
    package let key: DocumentKey
    package let content: Content

    package init(key: DocumentKey, content: Content) {
        self.key = key
        self.content = content
    }
}
