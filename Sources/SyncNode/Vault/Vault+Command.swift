import Base
package import Change
package import Domain

/// What became of a command on its way to the writer.
package enum SealedCommand: Sendable {
    case ready(Command)
    /// The scope has no key yet: it is to be made first.
    case needsKey(ScopeName)
    /// What is personal of the case cannot be opened here, so nothing can be added to it.
    case locked
}

extension Vault {
    /// The command as the writer takes it: who applies, and who took a result away, are sealed.
    ///
    /// - Parameters:
    ///   - region: This node's.
    ///   - now: Business time where the command states none.
    ///   - known: What is sealed of the case that a command is about; nil where nothing is.
    func seal(
        _ command: Command, at region: RegionID, now: Instant,
        known: (CaseCommand.Target) -> Envelope?
    ) -> SealedCommand {
        switch command {
        case .ifSeen(let seen, let inner):
            switch seal(inner, at: region, now: now, known: known) {
            case .ready(let sealed): return .ready(.ifSeen(seen, sealed))
            case let other: return other
            }
        case .cases(let order):
            let moment = order.at ?? now
            let own = ScopeName.cases(region, year: CivilDate(of: moment).scopeYear)
            switch order.act {
            case .receive(var application):
                guard let sealed = seal(application.person, in: own) else { return .needsKey(own) }
                application.sealed = sealed
                return .ready(.cases(CaseCommand(.receive(application), on: nil, at: order.at)))
            case .deliver(var receiver) where !receiver.name.isEmpty:
                let person = Person(name: receiver.name)
                if let target = order.target, let envelope = known(target) {
                    guard let added = add(person, to: envelope) else { return .locked }
                    receiver.sealed = added
                } else {
                    guard let sealed = seal(person, in: own) else { return .needsKey(own) }
                    receiver.sealed = sealed
                }
                return .ready(
                    .cases(
                        CaseCommand(
                            .deliver(receiver: receiver), on: order.target, at: order.at)))
            default: return .ready(command)
            }
        case .ticket(.open(var order)):
            guard let person = order.person else { return .ready(command) }
            let own = ScopeName.cases(
                region, year: CivilDate(of: order.at ?? now).scopeYear)
            guard let sealed = seal(person, in: own) else { return .needsKey(own) }
            order.sealed = sealed
            return .ready(.ticket(.open(order)))
        case .counter(.book(var order)):
            guard let person = order.person else { return .ready(command) }
            let own = ScopeName.cases(
                region, year: CivilDate(of: order.at ?? now).scopeYear)
            guard let sealed = seal(person, in: own) else { return .needsKey(own) }
            order.sealed = sealed
            return .ready(.counter(.book(order)))
        case .ticket(.rate(var order)):
            // A salted token, so that nobody finds out by a slip's number who said what.
            order.contact = ScopeID(token(.contact, order.contact)).hex
            return .ready(.ticket(.rate(order)))
        case .catalog, .staff, .ticket, .counter: return .ready(command)
        }
    }
}
