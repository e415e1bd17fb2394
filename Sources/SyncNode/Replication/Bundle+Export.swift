import Base
import Change

extension Bundle {
    /// What fills a bundle, and whether anything was left out for want of room.
    package struct Content: Sendable {
        package let frames: [Frame]
        package let leavesMore: Bool
    }

    /// The frames for a peer that is taken to hold `assumed`, by priority, at most
    /// `Limits.bundleBytesMax` bytes with their head. Anything that it holds already is refused
    /// by it as a duplicate, so that an old or missing assumption costs only room.
    package static func content<K: LocalKnowledge>(
        for assumed: [VectorStatement], knowing knowledge: K
    ) throws(K.Failure) -> Content {
        var known: [ScopeID: Holding] = [:]
        for statement in assumed { known[statement.name.id] = Holding(statement) }
        let scopes = try knowledge.news(since: nil).scopes.filter { !$0.isBlank }.sorted {
            (Priority.of($0.name.family), $0.id) < (Priority.of($1.name.family), $1.id)
        }
        var frames: [Frame] = []
        var room = Limits.bundleBytesMax / 2
        for scope in scopes {
            var holding = known[scope.id] ?? Holding(blank: scope)
            frames.append(.vector(scope.statement))
            var more = true
            while more {
                guard room > 0 else { return Content(frames: frames, leavesMore: true) }
                let run = try knowledge.batch(
                    of: scope.id, after: holding.heads.map { Dot(actor: $0.actor, seq: $0.seq) },
                    except: scope.quarantined)
                guard let run else { break }
                room -= run.batch.changes.reduce(0) { $0 + $1.bytes.count + 64 }
                frames.append(.range(run.batch))
                more = run.more && holding.merge(run.batch.segments.map { SeenHead($0.last) })
            }
        }
        return Content(frames: frames, leavesMore: false)
    }

    /// What a recipient answers: every shared scope as it holds it after the import.
    package static func receipt<K: LocalKnowledge>(
        knowing knowledge: K
    ) throws(K.Failure) -> [Frame] {
        try knowledge.news(since: nil).scopes.filter { !$0.isBlank }
            .map { .vector($0.statement) }
    }

    /// What an import hands to the writer: as a message on the wire would bring it.
    package func delivery<K: LocalKnowledge>(
        knowing knowledge: K
    ) throws(K.Failure) -> Delivery {
        var delivery = Delivery()
        guard purpose == .changes else { return delivery }
        for frame in frames {
            switch frame {
            case .vector(let statement):
                if try knowledge.mayCarry(statement.name) {
                    delivery.opening.append(statement.name)
                }
            case .range(let batch): delivery.batches.append(batch)
            case .blobChunk(let chunk): delivery.chunks.append(chunk)
            default: break
            }
        }
        return delivery
    }

    /// The vectors that a receipt states.
    package var statements: [VectorStatement] {
        frames.compactMap { frame in
            if case .vector(let statement) = frame { return statement }
            return nil
        }
    }
}
