import Base
import Change
import Crypto
import Disk
import Domain
import Host
import Kernel
import Runtime
import Store

/// Fills a node with cases, straight through its kernel, in large commits.
enum BenchFill {
    /// Gives a node everything that another holds and it may carry: the directory, the catalog.
    static func bring(_ source: String, to target: String) throws {
        let from = try NodeRuntime.kernel(of: source)
        let into = try NodeRuntime.kernel(of: target)
        for knowledge in from.knowledge() where into.mayCarry(knowledge.name) {
            let have = try into.journal.chains(of: knowledge.id)
            let known = have.map { Dot(actor: $0.actor, seq: $0.head.seq) }
            let run = try from.journal.run(of: knowledge.id, after: known, except: [])
            guard !run.changes.isEmpty else { continue }
            let batch = ChangeBatch(
                scope: knowledge.id, changes: run.changes, heads: run.heads
            ) { knowledge.chain($0)?.suite ?? .sha256Ed25519 }
            let good = batch.segments.map { _ in true }
            _ = try into.commit(
                [.admit(batch, name: knowledge.name, good: good)], at: SystemClock.now(),
                entropy: SystemRandom.digest)
        }
    }

    /// Writes cases of four changes each (received, noted, accepted, noted), sixteen under way
    /// at a time, a station's days one after the other.
    /// - Returns: The scope that holds them.
    static func fill(_ data: String, changes: Int) throws -> ScopeName {
        let kernel = try NodeRuntime.kernel(of: data)
        let start = SystemClock.now()
        var made = 0
        var index = 0
        while made < changes {
            // At most 79,999 cases a day have a number.
            let now = start.advanced(byMillis: Int64(index / 70_000) * 86_400_000)
            let receive = try (0..<256).map { offset in
                try submission(BenchWorld.receive(index + offset))
            }
            index += 256
            let (outcomes, _) = try kernel.commit(
                receive, at: now, entropy: SystemRandom.digest)
            made += outcomes.count
            let numbers = try outcomes.map {
                try BenchWorld.number(in: BenchWorld.done($0))
            }
            for number in stride(from: 0, to: numbers.count, by: 64) {
                let some = numbers[number..<number + 64]
                var acts = try some.map { try submission(BenchWorld.note(on: $0, bytes: 500)) }
                acts += try some.map {
                    try submission(#"{"command":"case.accept","case":"\#($0)"}"#)
                }
                acts += try some.map { try submission(BenchWorld.note(on: $0, bytes: 500)) }
                let (outcomes, _) = try kernel.commit(
                    acts, at: now, entropy: SystemRandom.digest)
                for outcome in outcomes { _ = try BenchWorld.done(outcome) }
                made += acts.count
            }
        }
        let own = kernel.identity.region
        let scopes = kernel.knowledge().filter {
            $0.name.family == .cases && $0.name.region == own
        }
        guard let scope = scopes.max(by: { $0.changeCount < $1.changeCount }) else {
            throw BenchWorld.Failure(sentence: "nothing was filled")
        }
        return scope.name
    }

    /// Fails where a store holds fewer changes than a figure is about to speak of.
    static func check(_ data: String, holds changes: Int) throws {
        let readers = ReadPool(directory: StoreDirectory(path: data))
        let held = try readers.read { (reader) throws(JournalError) in
            try reader.figures().changes
        }
        guard held >= changes else {
            throw BenchWorld.Failure(sentence: "\(data) holds \(held) of \(changes) changes")
        }
    }

    private static func submission(_ json: String) throws -> Submission {
        .command(try BenchWorld.command(json), author: 0, replayKey: nil)
    }
}

extension ScopeKnowledge {
    /// Changes in the scope.
    var changeCount: UInt64 { vector.heads.reduce(0) { $0 + $1.seq.rawValue } }
}
