import Base
import Change
import Domain
import Kernel
import Paper
import Store
import Vault

/// How a new incarnation comes back into its place (PROTOCOL §6): the parent is told of it, the
/// links fetch what others hold, and what only the old incarnation had is written anew.
/// Cases are taken in all the while.
extension NodeRuntime {
    /// What must happen after a start, in order, and then whenever the directory changes.
    func takeCare(isKnown: Bool) async {
        if !isKnown {
            guard await announce() else { return }
            dialParent()
        }
        if settings.region.parent == nil { await takeSeatOnceLevel() }
        await publishAgreement()
        await writeAnew(since: .now)
        async let receipts: Void = ReceiptDuty(store: store, clock: clock).keep()
        async let leavings: Void = giveUpWhatLeft()
        async let arrivals: Void = ReceiptDuty(store: store, clock: clock).keepArrivals {
            [self] in await rest(Limits.arrivalLookMillis)
        }
        async let vouchers: Void = StationVoucher(store: store).keep { [self] in
            await rest(Limits.seatLookSeconds * 1000)
        }
        await watchSeat()
        await receipts
        await leavings
        await arrivals
        await vouchers
    }

    /// Whether this incarnation sat, and a later one of this very node sits now: the directory is
    /// an old one, complete, that was started again beside or after its successor.
    var isSuperseded: Bool {
        let own = settings.region.id
        let directory = board.directory
        guard let seat = directory.seat(of: own), seat.key != store.signer.key else {
            return false
        }
        return seat.node == store.keys.nodeID && directory.region(seatedBy: store.signer.key) == own
    }

    /// A superseded incarnation is never seated again: a member begins anew, so that its parent
    /// may seat it. A root does so only when it is told to: two copies of it, each of which
    /// takes the seat by itself, would go on for ever.
    private func watchSeat() async {
        guard settings.region.parent != nil else { return }
        while !isSuperseded {
            guard await rest(Limits.seatLookSeconds * 1000) else { return }
        }
        beginAnew()
    }

    /// Asks the parent, again and again, to make this incarnation known.
    /// - Returns: Whether it is known now; false once the node stops.
    private func announce() async -> Bool {
        guard let url = settings.parentURL else { return await stateItself() }
        var pause = Limits.backoffMillisMin
        while !Task.isCancelled {
            do throws(Failure) {
                try await ask(url)
                if board.directory.region(of: store.signer.key) != nil { return true }
                Console.say("\(url) does not know this incarnation yet")
            } catch {
                Console.say("this incarnation cannot be announced yet: \(error.sentence)")
            }
            guard await rest(Int.random(in: pause / 2...pause)) else { return false }
            pause = min(pause * 2, Limits.backoffMillisMax)
        }
        return false
    }

    // MARK: a root

    /// A root has no parent to ask: its node key vouches for its next incarnation. It is known
    /// from then on, and has no seat.
    private func stateItself() async -> Bool {
        let own = settings.region.id
        guard board.directory.seats(of: own).last?.node == store.keys.nodeID else {
            Console.say("this root has no seat that its node key could pass on")
            return false
        }
        let entry = DirectoryEntry.incarnation(
            region: own, key: store.signer.key, node: store.keys.nodeID,
            proof: passed(epoch: 0))
        let isStated = await untilDone("this root could not state itself") {
            () throws(JournalError) in try await submit(.state([entry]))
        }
        return isStated && board.directory.region(of: store.signer.key) == own
    }

    private func untilDone(
        _ what: String, _ body: () async throws(JournalError) -> Void
    ) async -> Bool {
        await Self.untilDone(what, { await rest(Limits.seatLookSeconds * 1000) }, body)
    }

    /// Tries again and again what a full disk or a busy writer puts off, and says so once: what
    /// is owed at a start would else wait for the next one.
    ///
    /// - Parameter rest: Waits a moment; false once the node stops.
    /// - Returns: Whether it is done.
    static func untilDone(
        _ what: String, _ rest: () async -> Bool,
        _ body: () async throws(JournalError) -> Void
    ) async -> Bool {
        var isTold = false
        while true {
            do throws(JournalError) {
                try await body()
                return true
            } catch {
                guard await rest() else { return false }
                if !isTold { Console.say("\(what): \(error.words)") }
                isTold = true
            }
        }
    }

    /// A root's new incarnation decides nothing until a member has given back what the old one
    /// said: only then is it certain which seat was the last, and which cases are decided. A
    /// root without members, and one that never lost its seat, need not wait.
    private func takeSeatOnceLevel() async {
        let own = settings.region.id
        guard board.directory.region(seatedBy: store.signer.key) != own else { return }
        while !isLevel, !board.directory.children(of: own).isEmpty {
            guard await rest(Limits.backoffMillisMin) else { return }
        }
        _ = await untilDone("this root could not take its seat") {
            () throws(JournalError) in _ = try await takeSeat()
        }
    }

    /// Takes the seat of a root for this incarnation, once.
    ///
    /// - Returns: Its epoch.
    func takeSeat() async throws(JournalError) -> UInt64 {
        let own = settings.region.id
        let seats = board.directory.seats(of: own)
        if let held = seats.last, held.key == store.signer.key { return held.epoch }
        let epoch = (seats.last?.epoch ?? 0) + 1
        try await submit(
            .state([
                .seat(
                    region: own, epoch: epoch, key: store.signer.key,
                    node: store.keys.nodeID, proof: passed(epoch: epoch))
            ]))
        return epoch
    }

    private func passed(epoch: UInt64) -> SeatProof {
        let message = SeatProof.message(
            region: settings.region.id, epoch: epoch, key: store.signer.key)
        return .node(
            key: IncarnationKey(store.keys.node.publicKey),
            signature: store.keys.node.sign(message))
    }

    /// Whether all was said between this root and some member.
    private var isLevel: Bool {
        let members = Set(board.directory.children(of: settings.region.id).map(\.id))
        return peerStates().contains { $0.hasRested && members.contains($0.region) }
    }

    // MARK: telling others

    /// One side of a link does not know the other: both tell who they are, the parent with the
    /// directory that proves it.
    func introduce(to region: RegionID, at url: String) async {
        do throws(Failure) {
            if region == settings.region.parent {
                try await ask(url)
                if isSignedByFormer { await renewCertificate() }
            } else {
                try await introduce(toPartner: region, at: url)
            }
        } catch {
            // The link itself says why it is down, and tries again.
            Console.say("\(url) could not be asked: \(error.sentence)")
        }
    }

    /// Says who this node is and takes in the directory that comes back, signatures checked.
    @discardableResult
    func ask(_ url: String) async throws(Failure) -> MembershipGrant {
        let own = settings.region
        let request = MembershipRequest(
            code: own.code, name: own.name, region: own.id, keys: store.keys)
        let grant = try await Membership.ask(url, request, client)
        guard grant.region.id == own.id else {
            throw Failure("\(url) takes this node for \(grant.region.name)", exitCode: 5)
        }
        do throws(JournalError) {
            let work = try Membership.admissions(grant.directory)
            for submission in work { try await submit(submission) }
        } catch {
            throw Failure("the parent's directory cannot be taken in: \(error)", exitCode: 3)
        }
        return grant
    }

    func submit(_ submission: Submission) async throws(JournalError) {
        do throws(Writer.Failure) {
            _ = try await store.writer.submit(submission)
        } catch .journal(let error) {
            throw error
        } catch {
            throw .failed("the node is busy or stopping")
        }
    }

    /// Lets others seal bundles to this node: stated by its seat, once for each key.
    private func publishAgreement() async {
        let region = settings.region.id
        let text = store.keys.agreement.publicKey.text
        let directory = board.directory
        guard directory.seat(of: region)?.key == store.signer.key,
            directory.agreement(of: region) != text
        else { return }
        _ = await untilDone("the key for bundles could not be stated") {
            () throws(JournalError) in
            try await submit(.state([.agreement(region: region, text: text)]))
        }
    }

    // MARK: keys for what is personal

    func keepKeys() async {
        let own = settings.region.id
        let watch = KeyKeeper.Watch(
            version: { [board] in board.directoryVersion },
            scopes: { [board] in board.scopes().map(\.name) },
            present: { [board, clock] in
                board.directory.region(own) == nil
                    ? nil : .cases(own, year: CivilDate(of: clock.now()).scopeYear)
            })
        await keeper.keep(watch) { await self.rest(Limits.keyLookMillis) }
    }

    /// Cases by their people's names and numbers.
    func keepFindable() async {
        let locator = Locator(store.vault, store.readers) { [writer = store.writer] finds in
            do throws(Writer.Failure) {
                _ = try await writer.submit(.locate(finds))
                return true
            } catch {
                return false
            }
        }
        await locator.run(
            version: { [board] in board.version },
            isBusy: { [writer = store.writer] in writer.holdsDocuments },
            rest: { await self.rest($0) })
    }

    /// The board's figures.
    func keepFigures() async {
        await store.tally.run(
            directory: { [board] in board.directory }, version: { [board] in board.version },
            isBusy: { [writer = store.writer] in writer.holdsDocuments },
            failed: { Console.say("the board's figures: \($0)") },
            rest: { await self.rest($0) })
    }

    /// Attachments that nothing names. Before the parent has given back what it had, a restored
    /// node does not know what its own are; a root waits for those below instead.
    func keepShelf() async {
        while await rest(Limits.unnamedBlobLookMillis) {
            let parent = settings.region.parent
            let isLevel = peerStates().contains { $0.region == parent && $0.hasRested }
            guard parent == nil || isLevel else { continue }
            let wait =
                parent == nil ? Limits.unnamedBlobSeconds : Limits.unnamedBlobRunSeconds
            await Blocking.run { [blobs = store.blobs] in
                do throws(JournalError) {
                    let count = try blobs.removeUnnamed(after: wait)
                    if count > 0 { Console.say("\(count) attachments that nothing names went") }
                } catch {
                    Console.say("what nothing names could not be removed: \(error)")
                }
            }
        }
    }

    /// Finds out which attachments are wanted, beside what goes on.
    func takeStock() {
        Task { [blobs = store.blobs, board = store.board] in
            // Until it is known, none that a change named before is asked for.
            _ = await Self.untilDone("the attachments could not be counted") {
                do {
                    try await Task.sleep(for: .seconds(Limits.seatLookSeconds))
                } catch {
                    return false
                }
                return !board.isClosed
            } _: { () throws(JournalError) in
                let isWaiting = try await Blocking.run { () throws(JournalError) in
                    try blobs.load()
                    try blobs.countUnnamed()
                    return try blobs.countWanted() > 0
                }
                if isWaiting { board.touch() }
            }
        }
    }

    // MARK: writing anew

    /// Waits for each scope until the others gave back what they hold of it, then has written
    /// anew what none of them had.
    private func writeAnew(since start: ContinuousClock.Instant) async {
        var left = store.orphans
        while !left.isEmpty {
            let isLate = start.duration(to: .now) > .seconds(Limits.orphanPatienceSeconds)
            let fetched = left.filter { isFetched($0, isLate: isLate) }
            do throws(JournalError) {
                if !fetched.isEmpty { try await submit(.reissueOrphans(in: fetched.map(\.id))) }
                left.removeAll { fetched.contains($0) }
            } catch {
                Console.say("what the old incarnation had waits: \(error)")
            }
            if left.isEmpty { return }
            guard await rest(Limits.backoffMillisMin) else { return }
        }
    }

    /// Whether all was said between this node and the other carriers of a scope: they hold no
    /// more of it, or differ for a reason, as for a chain with two branches. The parent, and
    /// whoever else is linked; below a root every member, but not for ever.
    private func isFetched(_ scope: ScopeName, isLate: Bool) -> Bool {
        let directory = board.directory
        let own = settings.region
        let states = peerStates().filter { directory.carries($0.region, scope) }
        guard states.allSatisfy({ $0.link != .up || $0.hasRested }) else { return false }
        let level = Set(states.filter(\.hasRested).map(\.region))
        if let parent = own.parent, directory.carries(parent, scope) {
            return level.contains(parent)
        }
        let members =
            directory.children(of: own.id).map(\.id)
            + directory.partners.filter { $0.county == own.id }.map(\.record.id)
        let carriers = members.filter { directory.carries($0, scope) }
        return carriers.allSatisfy(level.contains) || (isLate && !level.isEmpty)
    }

    /// - Returns: false once the node stops.
    func rest(_ millis: Int) async -> Bool {
        do {
            try await Task.sleep(for: .milliseconds(millis))
            return true
        } catch {
            return false
        }
    }
}
