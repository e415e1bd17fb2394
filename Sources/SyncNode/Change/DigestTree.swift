package import Base
package import Crypto

/// A 16-ary prefix tree over the leaves of a set of scopes (PROTOCOL §7.5): equal roots mean
/// equal knowledge, and unequal ones are found by descending only where children differ.
///
/// Leaves lie in buckets by the first three hexadecimal digits of their scope id; each level
/// hashes the sixteen below it. Changing one leaf costs four hashes.
package struct DigestTree: Sendable {
    /// Digits of the path of a bucket.
    package static let depth = 3

    /// One scope's leaf.
    package struct Leaf: Hashable, Sendable {
        package let scope: ScopeID
        package let digest: Digest16

        package init(scope: ScopeID, digest: Digest16) {
            self.scope = scope
            self.digest = digest
        }
    }

    /// A node of the tree: its level (0 is the root, `depth` a bucket) and the digits above it.
    package struct Path: Hashable, Sendable {
        package let level: Int
        /// The first `level` hexadecimal digits, as a number below 16^level.
        package let prefix: Int

        package init(level: Int, prefix: Int) {
            invariant((0...DigestTree.depth).contains(level), "a path ends at a bucket")
            invariant((0..<(1 << (4 * level))).contains(prefix), "a prefix has its digits")
            self.level = level
            self.prefix = prefix
        }

        package static let root = Path(level: 0, prefix: 0)

        /// - Parameter index: 0 … 15.
        package func child(_ index: Int) -> Path {
            Path(level: level + 1, prefix: prefix << 4 | index)
        }
    }

    private let suite: Suite
    /// Sorted by scope.
    private var leaves: [Leaf]
    /// Node digests already computed, by level; nil where a leaf below changed since.
    private var cache: [[Int: Digest16]]

    package init(leaves: [Leaf] = [], suite: Suite) {
        self.suite = suite
        self.leaves = leaves.sorted { $0.scope < $1.scope }
        cache = Array(repeating: [:], count: Self.depth + 1)
    }

    /// Leaves in the tree.
    package var count: Int { leaves.count }

    /// The digest over all leaves; zero where there is none.
    package var root: Digest16 {
        mutating get { digest(at: .root) }
    }

    /// Sets or, with nil, removes a scope's leaf.
    package mutating func set(_ digest: Digest16?, for scope: ScopeID) {
        let index = position(of: scope)
        let present = index < leaves.count && leaves[index].scope == scope
        switch (digest, present) {
        case (let digest?, true):
            guard leaves[index].digest != digest else { return }
            leaves[index] = Leaf(scope: scope, digest: digest)
        case (let digest?, false): leaves.insert(Leaf(scope: scope, digest: digest), at: index)
        case (nil, true): leaves.remove(at: index)
        case (nil, false): return
        }
        cache[0][0] = nil
        for level in 1...Self.depth {
            cache[level][Int(scope.rawValue >> UInt64(64 - 4 * level))] = nil
        }
    }

    /// A node's digest; zero where no leaf lies below it.
    package mutating func digest(at path: Path) -> Digest16 {
        if let known = cache[path.level][path.prefix] { return known }
        var writer = ByteWriter(capacity: 256)
        if path.level == Self.depth {
            for leaf in leaves(under: path) {
                writer.write(leaf.scope)
                writer.write(leaf.digest)
            }
        } else if !leaves(under: path).isEmpty {
            for child in children(of: path) { writer.write(child) }
        }
        let digest =
            writer.count == 0 ? .zero : Hash.digest(writer.bytes, suite: suite).prefix16
        cache[path.level][path.prefix] = digest
        return digest
    }

    /// The sixteen digests below a node.
    package mutating func children(of path: Path) -> [Digest16] {
        invariant(path.level < Self.depth, "a bucket has leaves, not children")
        var digests: [Digest16] = []
        digests.reserveCapacity(16)
        for index in 0..<16 { digests.append(digest(at: path.child(index))) }
        return digests
    }

    /// The leaves below a node, by scope.
    package func leaves(under path: Path) -> ArraySlice<Leaf> {
        let shift = UInt64(64 - 4 * path.level)
        guard path.level > 0 else { return leaves[...] }
        let low = position(of: ScopeID(UInt64(path.prefix) << shift))
        let next = path.prefix + 1
        let high =
            next == 1 << (4 * path.level)
            ? leaves.count : position(of: ScopeID(UInt64(next) << shift))
        return leaves[low..<high]
    }

    private func position(of scope: ScopeID) -> Int {
        var low = 0
        var high = leaves.count
        while low < high {
            let middle = (low + high) / 2
            if leaves[middle].scope < scope { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
