package import Base
package import Change
package import Domain

/// What was taken off the chains of an old incarnation and not fetched again yet, as the store
/// keeps it: one value a scope, changes one after another, each behind its length.
package enum Orphans {
    /// Under which name the store keeps a scope's.
    package static func name(of scope: ScopeID) -> String { "orphans:\(scope.hex)" }

    /// Puts changes behind those that are kept.
    static func adding(_ changes: [Change], to earlier: [UInt8]) -> [UInt8] {
        var writer = ByteWriter(capacity: earlier.count + 1024 * changes.count)
        writer.write(bytes: earlier)
        for change in changes {
            writer.write(count: change.bytes.count)
            writer.write(bytes: change.bytes)
        }
        return writer.bytes
    }

    /// - Parameter node: An incarnation of the node: all of them have one suite.
    static func decode(
        _ stored: [UInt8], of node: IncarnationKey
    ) throws(JournalError) -> [Change] {
        var reader = ByteReader(stored)
        var changes: [Change] = []
        do throws(DecodeError) {
            while reader.remaining > 0 {
                let count = try reader.readCount("orphan", limit: Limits.changeBytesMax)
                let bytes = try reader.readBytes(count, "orphan")
                changes.append(try ChangeCodec.decode(bytes, suite: node.publicKey.suite))
            }
        } catch {
            throw .damaged("the kept changes of an old incarnation are not of their form")
        }
        return changes
    }

    /// What the orphans of a `dir` scope say. A root's chain comes back from its members, and
    /// the members are known by that chain: so it is believed while it is away.
    ///
    /// - Parameters:
    ///   - stored: The scope's kept value.
    ///   - chains: The scope's chains, for the keys of those of which a part is still here.
    ///   - node: An incarnation of the node.
    package static func statements(
        _ stored: [UInt8], in scope: ScopeName, _ chains: [ActorID: ChainState],
        of node: IncarnationKey
    ) throws(JournalError) -> [Directory.Statement] {
        guard scope.family == .directory, !stored.isEmpty else { return [] }
        var keys = chains.mapValues { IncarnationKey($0.key) }
        var statements: [Directory.Statement] = []
        for change in try decode(stored, of: node) {
            let actor = change.header.actor
            if let genesis = Genesis.founding(change) { keys[actor] = IncarnationKey(genesis.key) }
            guard let key = keys[actor],
                let statement = Directory.Statement(change, of: scope.region, by: key)
            else { continue }
            statements.append(statement)
        }
        return statements
    }
}
