import Base
import Change
import Domain
import Kernel

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
        await publishAgreement()
        if store.hasOrphans { await writeAnew() }
        await giveUpWhatLeft()
    }

    /// Asks the parent, again and again, to make this incarnation known.
    /// - Returns: Whether it is known now; false for a root and once the node stops.
    private func announce() async -> Bool {
        guard let url = settings.parentURL else { return await seatItself() }
        var pause = Limits.backoffMillisMin
        while !Task.isCancelled {
            do throws(Failure) {
                try await ask(url)
                if board.directory.region(of: store.signer.key) != nil { return true }
                Console.say("\(url) does not know this incarnation yet")
            } catch {
                Console.say("this incarnation cannot be announced yet: \(error.sentence)")
            }
            do {
                try await Task.sleep(for: .milliseconds(Int.random(in: pause / 2...pause)))
            } catch {
                return false
            }
            pause = min(pause * 2, Limits.backoffMillisMax)
        }
        return false
    }

    /// A root has no parent to ask: its node key vouches for its next incarnation.
    private func seatItself() async -> Bool {
        let own = settings.region.id
        guard let last = board.directory.seats(of: own).last, last.node == store.keys.nodeID else {
            Console.say("this root has no seat that its node key could pass on")
            return false
        }
        let key = store.signer.key
        let message = SeatProof.message(region: own, epoch: last.epoch + 1, key: key)
        let proof = SeatProof(
            nodeKey: IncarnationKey(store.keys.node.publicKey),
            signature: store.keys.node.sign(message))
        do throws(JournalError) {
            try await submit(
                .state([
                    .seat(
                        region: own, epoch: last.epoch + 1, key: key, node: last.node,
                        proof: proof)
                ]))
            return board.directory.region(of: key) == own
        } catch {
            Console.say("this root could not take its seat: \(error)")
            return false
        }
    }

    /// One side of the link to the parent does not know the other: both tell who they are, with
    /// the directory that proves it. Other links cannot be helped from here.
    func introduce(to region: RegionID) async {
        guard region == settings.region.parent, let url = settings.parentURL else { return }
        do throws(Failure) {
            try await ask(url)
        } catch {
            // The link itself says why it is down, and tries again.
            Console.say("the parent could not be asked: \(error.sentence)")
        }
    }

    /// Says who this node is and takes in the directory that comes back, signatures checked.
    private func ask(_ url: String) async throws(Failure) {
        let own = settings.region
        let request = MembershipRequest(code: own.code, name: own.name, keys: store.keys)
        let grant = try await Membership.ask(url, request)
        guard grant.region.id == own.id else {
            throw Failure("\(url) takes this node for \(grant.region.name)", exitCode: 5)
        }
        do throws(JournalError) {
            let work = try Membership.admissions(grant.directory)
            for submission in work { try await submit(submission) }
        } catch {
            throw Failure("the parent's directory cannot be taken in: \(error)", exitCode: 3)
        }
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
        do throws(JournalError) {
            try await submit(.state([.agreement(region: region, text: text)]))
        } catch {
            Console.say("the key for bundles could not be stated: \(error.words)")
        }
    }

    /// Whether all was said between this node and its parent, or below a root some child: they
    /// hold the same, or differ for a reason, as for a chain with two branches.
    private var isLevel: Bool {
        let parent = settings.region.parent
        return peerStates().contains {
            $0.hasRested && (parent == nil || $0.region == parent)
        }
    }

    /// Waits until nothing is left to say on the link to the parent, then has the orphans
    /// written anew, once.
    private func writeAnew() async {
        while !Task.isCancelled {
            if isLevel {
                do throws(JournalError) {
                    try await submit(.reissueOrphans)
                    return
                } catch {
                    Console.say("what the old incarnation had waits: \(error)")
                }
            }
            do {
                try await Task.sleep(for: .milliseconds(Limits.backoffMillisMin))
            } catch {
                return
            }
        }
    }
}
