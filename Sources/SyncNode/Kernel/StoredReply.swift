package import Base

/// The answer to a command that came with a `ReplayKey`, kept for its replays.
package struct StoredReply: Hashable, Sendable {
    /// The author's id.
    package let author: UInt64
    package let key: ReplayKey
    /// JSON.
    package let answer: [UInt8]

    package init(author: UInt64, key: ReplayKey, answer: [UInt8]) {
        self.author = author
        self.key = key
        self.answer = answer
    }
}
