import API
import Base
import Change
import Crypto
import Domain
import Host
import Kernel
import Replication
import Store
import Tally

/// A node's receipts to those above it (PROTOCOL §7.8): what it durably holds of all that it
/// shares with its parent, but for control scopes. At most one a day by itself, one a minute
/// where the parent asks, and none where there is nothing to say.
struct ReceiptDuty: Sendable {
    /// Why a receipt is looked at.
    enum Cause {
        case daily
        /// The parent asked over the link.
        case asked
        /// Someone at this node wants it now.
        case ordered

        var pauseMillis: Int64 {
            switch self {
            case .daily: Limits.receiptMillisMin
            case .asked: Limits.receiptAskedMillisMin
            case .ordered: 0
            }
        }
    }

    let store: OpenStore
    let clock: NodeClock

    /// Writes a receipt where one is due.
    ///
    /// - Returns: The scopes of which it says something new; 0 where none was written.
    func fulfil(_ cause: Cause) async throws(Writer.Failure) -> Int {
        let region = store.settings.region
        guard let parent = region.parent,
            store.board.directory.seat(of: region.id)?.key == store.signer.key
        else { return 0 }
        let state = try said(by: region.id)
        let next = state.next(Self.held(store.board, sharedBy: region.id, and: parent))
        guard !next.isEmpty else { return 0 }
        if let last = state.time?.millis {
            // A clock that was set back is no reason to wait for years.
            let since = clock.now().millis - last
            guard since < 0 || since >= cause.pauseMillis else { return 0 }
        }
        let draft = Draft(
            scope: .control(region.id), kind: .scopeReceipt, body: HoldingState.body(next))
        _ = try await store.writer.submit(.write([draft]))
        return next.count
    }

    /// Looks again and again, until the task is cancelled.
    func keep() async {
        // What a child stated is answered by the first look, too.
        var pause = Int.random(in: 1...Limits.receiptCheckSeconds)
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: .seconds(pause))
            } catch {
                return
            }
            pause = Limits.receiptCheckSeconds
            do throws(Writer.Failure) {
                _ = try await fulfil(.daily)
                _ = try await reconcile()
            } catch {
                Console.say("a receipt could not be written: \(error)")
            }
        }
    }

    private func said(by region: RegionID) throws(Writer.Failure) -> HoldingState {
        do throws(JournalError) {
            return try store.readers.read { (reader) throws(JournalError) in
                try Self.said(by: region, in: reader)
            }
        } catch {
            throw .journal(error)
        }
    }

    /// What a region's node has said that it holds, as far as it is known here.
    static func said(
        by region: RegionID, in reader: SnapshotReader
    ) throws(JournalError) -> HoldingState {
        guard let document = try reader.document(HoldingState.key(of: region)) else {
            return HoldingState(region: region)
        }
        do throws(JSONError) {
            return try HoldingState(document)
        } catch {
            throw .damaged("a receipt's document is not of its form")
        }
    }

    /// What is here of the scopes that two regions share, but for control scopes: a receipt is
    /// never about receipts.
    static func held(
        _ board: KnowledgeBoard, sharedBy one: RegionID, and other: RegionID
    ) -> [HoldingState.Scope] {
        board.news(since: nil, sharedBy: one, and: other).scopes.compactMap { scope in
            guard scope.name.family != .control, !scope.vector.heads.isEmpty else { return nil }
            return HoldingState.Scope(
                id: scope.id,
                heads: scope.vector.heads.map {
                    .init(actor: $0.actor, seq: $0.seq, hash: $0.hash.prefix16)
                })
        }
    }
}

extension NodeRuntime {
    /// Writes a receipt now, or asks a child for one.
    ///
    /// - Returns: As the answer of `POST /api/v1/receipt`; nil where there is no such child.
    func receipt(of child: RegionID?) async throws(Writer.Failure) -> ReceiptReport? {
        guard let child else {
            let duty = ReceiptDuty(store: store, clock: clock)
            return ReceiptReport(scopes: try await duty.fulfil(.ordered), isAsked: false)
        }
        guard board.directory.region(child)?.parent == settings.region.id else { return nil }
        var isAsked = await hub.demandReceipt(of: child)
        for peer in dialled() where peer.watch.now.region == child {
            await peer.demandReceipt()
            isAsked = true
        }
        guard isAsked else { return nil }
        board.touch()
        return ReceiptReport(scopes: 0, isAsked: true)
    }
}

/// 对账: once a day each node states one digest for each scope that it shares with its parent; the
/// parent computes the same from its own store, at the same heads, and signs what it found.
extension ReceiptDuty {
    /// States what is due today, and answers what children have stated.
    ///
    /// - Returns: How many changes were written.
    @discardableResult
    func reconcile() async throws(Writer.Failure) -> Int {
        var written = 0
        if try await state() { written += 1 }
        for child in store.board.directory.children(of: store.settings.region.id) {
            if try await answer(child.id) { written += 1 }
        }
        return written
    }

    private func known(_ region: RegionID) throws(Writer.Failure) -> ReconciliationState {
        do throws(JournalError) {
            return try store.readers.read { (reader) throws(JournalError) in
                let key = ReconciliationState.key(of: region)
                guard let document = try reader.document(key),
                    case .reconciliation(let state) = try ReaderSource(reader: reader)
                        .decode(document)
                else { return ReconciliationState(region: region) }
                return state
            }
        } catch {
            throw .journal(error)
        }
    }

    private var isSeated: Bool {
        store.board.directory.seat(of: store.settings.region.id)?.key == store.signer.key
    }

    private func state() async throws(Writer.Failure) -> Bool {
        let region = store.settings.region
        guard let parent = region.parent, isSeated else { return false }
        let today = CivilDate(of: clock.now()).text
        let said = try known(region.id).statement
        guard said.flatMap({ ReconciliationState.day(of: $0.body) }) != today else { return false }
        let held = Self.held(store.board, sharedBy: region.id, and: parent)
        guard !held.isEmpty else { return false }
        var body = JSONWriter(capacity: 256 * held.count)
        body.object { object in
            object.field("day", today)
            object.array("scopes") { array in
                for scope in held.prefix(Limits.reconciledScopesMax) {
                    array.object { entry in
                        entry.field("scope", scope.id.hex)
                        entry.field("digest", Self.digest(scope.id, scope.heads).hex)
                        entry.array("heads") { heads in
                            for head in scope.heads {
                                heads.object { one in
                                    one.field("actor", hex: head.actor.rawValue)
                                    one.field("seq", Int64(head.seq.rawValue))
                                    one.field("hash", hex: head.hash)
                                }
                            }
                        }
                    }
                }
            }
        }
        let draft = Draft(
            scope: .control(region.id), kind: .reconcileStatement, body: body.bytes)
        _ = try await store.writer.submit(.write([draft]))
        return true
    }

    /// Waits where something of a statement is still on its way; after a day it says so.
    private func answer(_ child: RegionID) async throws(Writer.Failure) -> Bool {
        let state = try known(child)
        guard isSeated, let statement = state.statement, !state.isAnswered,
            let said = NodeSettings.json(statement.body)
        else { return false }
        let isOld = clock.now().millis - statement.time.millis > Limits.receiptMillisMin
        var found: [(scope: String, theirs: String, mine: Digest16?)] = []
        for scope in said["scopes"]?.array ?? [] {
            guard let text = scope["scope"]?.text, let id = RegionID(hex: text),
                let theirs = scope["digest"]?.text
            else { continue }
            let mine = try digest(ScopeID(id.rawValue), scope["heads"])
            if mine == nil, !isOld { return false }
            found.append((text, theirs, mine))
        }
        var body = JSONWriter(capacity: 128 * found.count)
        body.object { object in
            object.field("day", said["day"]?.text ?? "")
            object.field("statement", statement.hash.hex)
            object.array("scopes") { array in
                for (scope, theirs, mine) in found {
                    array.object { entry in
                        entry.field("scope", scope)
                        entry.field("theirs", theirs)
                        entry.field("mine", mine.map { .text($0.hex) } ?? .null)
                    }
                }
            }
        }
        let draft = Draft(scope: .control(child), kind: .reconcileAnswer, body: body.bytes)
        _ = try await store.writer.submit(.write([draft]))
        if found.contains(where: { $0.mine?.hex != $0.theirs }) {
            Console.say("reconciliation with \(child.hex) differs: run verify on both sides")
        }
        return true
    }

    /// The digest of some heads as this node holds these numbers; nil where one is not here.
    private func digest(
        _ scope: ScopeID, _ heads: JSON?
    ) throws(Writer.Failure) -> Digest16? {
        var own: [CatalogReceiptState.Head] = []
        do throws(JournalError) {
            let isWhole = try store.readers.read { (reader) throws(JournalError) in
                for head in heads?.array ?? [] {
                    guard let actor = head["actor"]?.text.flatMap(RegionID.init(hex:)),
                        let seq = head["seq"]?.int, (1...Int64(Limits.seqMax)).contains(seq)
                    else { return false }
                    let dot = Dot(actor: ActorID(actor.rawValue), seq: Seq(UInt64(seq)))
                    guard let change = try reader.change(at: dot, in: scope) else { return false }
                    own.append(
                        .init(actor: dot.actor, seq: dot.seq, hash: change.hash.prefix16))
                }
                return true
            }
            return isWhole ? Self.digest(scope, own) : nil
        } catch {
            throw .journal(error)
        }
    }

    /// First half of SHA-256 over scope ‖ (actor ‖ seq ‖ hash)…, in the order given.
    private static func digest(
        _ scope: ScopeID, _ heads: [CatalogReceiptState.Head]
    ) -> Digest16 {
        var writer = ByteWriter(capacity: 16 + heads.count * 32)
        writer.write(scope)
        for head in heads {
            writer.write(head.actor)
            writer.write(head.seq.rawValue)
            writer.write(head.hash)
        }
        return Hash.digest(writer.bytes, suite: .sha256Ed25519).prefix16
    }
}

/// 到站回执: a town and a county say in a station's own scope what they hold of it, so that the
/// station knows from themselves how far its cases have come, and not from the next hop.
extension ReceiptDuty {
    /// What was looked at last, so that a scope in which nothing happened costs nothing.
    typealias Looked = [ScopeID: [HoldingState.Scope]]

    /// - Parameter rest: Waits a moment; false once the node stops.
    func keepArrivals(rest: @Sendable () async -> Bool) async {
        var looked: Looked = [:]
        var version: UInt64?
        while await rest() {
            let now = store.board.version
            guard now != version else { continue }
            do throws(Writer.Failure) {
                try await arrivals(&looked)
                version = now
            } catch {
                Console.say("a receipt could not be written: \(error)")
            }
        }
    }

    /// Says what is new of the stations' own chains: what others wrote there is for others. Where
    /// there is more than one commit may hold, the rest is looked at after that commit.
    ///
    /// - Returns: The scopes of which something was said.
    @discardableResult
    func arrivals(_ looked: inout Looked) async throws(Writer.Failure) -> Int {
        let own = store.settings.region.id
        let directory = store.board.directory
        guard isSeated else { return 0 }
        var moved: [(name: ScopeName, held: [HoldingState.Scope])] = []
        for scope in store.board.scopes() {
            guard scope.name.family == .cases, scope.name.region != own,
                directory.carries(own, scope.name)
            else { continue }
            let stations = directory.seats(of: scope.name.region).map {
                $0.key.actor(in: scope.id)
            }
            let heads = scope.vector.heads.filter { stations.contains($0.actor) }.map {
                CatalogReceiptState.Head(
                    actor: $0.actor, seq: $0.seq, hash: $0.hash.prefix16)
            }
            let held = [HoldingState.Scope(id: scope.id, heads: heads)]
            guard !heads.isEmpty, looked[scope.id] != held else { continue }
            moved.append((scope.name, held))
        }
        guard !moved.isEmpty else { return 0 }
        var seen = looked
        let drafts: [Draft]
        do throws(JournalError) {
            // Receipts never wait behind the log.
            drafts = try store.readers.readLog { (reader) throws(JournalError) in
                var drafts: [Draft] = []
                for (name, held) in moved where drafts.count < Limits.batchCommandsMax {
                    let news = try Self.said(by: own, in: name.id, reader).next(held)
                    seen[name.id] = held
                    guard !news.isEmpty else { continue }
                    drafts.append(
                        Draft(
                            scope: name, kind: .scopeReceipt,
                            body: HoldingState.body(news, at: clock.now())))
                }
                return drafts
            }
        } catch {
            throw .journal(error)
        }
        if !drafts.isEmpty {
            // Not into a scope that is on its way back: looked at again with the next change.
            guard case .done = try await store.writer.submit(.write(drafts)) else { return 0 }
        }
        looked = seen
        return drafts.count
    }

    /// What a region has said of one case scope, in that scope.
    static func said(
        by region: RegionID, in scope: ScopeID, _ reader: SnapshotReader
    ) throws(JournalError) -> HoldingState {
        guard let document = try reader.document(HoldingState.key(of: region, in: scope)) else {
            return HoldingState(region: region)
        }
        do throws(JSONError) {
            return try HoldingState(document)
        } catch {
            throw .damaged("a receipt's document is not of its form")
        }
    }
}
