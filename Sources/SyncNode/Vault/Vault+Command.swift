package import Base
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

/// Where a command is sealed, and what is known there.
package struct SealingDesk {
    /// This node's.
    let region: RegionID
    let directory: () -> Directory
    /// Business time where the command states none.
    let now: Instant
    /// What is sealed of the case that a command is about; nil where nothing is.
    let known: (CaseCommand.Target) -> Envelope?
    /// The place that a ticket is about, by its number or id; nil where it is not known.
    let station: (String) -> RegionID?

    package init(
        region: RegionID, directory: @escaping () -> Directory, now: Instant,
        known: @escaping (CaseCommand.Target) -> Envelope?,
        station: @escaping (String) -> RegionID?
    ) {
        self.region = region
        self.directory = directory
        self.now = now
        self.known = known
        self.station = station
    }

    fileprivate func cases(of region: RegionID, at moment: Instant?) -> ScopeName {
        .cases(region, year: CivilDate(of: moment ?? now).scopeYear)
    }
}

private enum Obstacle: Error {
    case needsKey(ScopeName)
    case locked
}

extension Vault {
    /// The command as the writer takes it: who applies, who took a result away, and all that
    /// somebody wrote freely are sealed. What is written into a case lies under the case's own
    /// key, so that one erasure takes it along.
    package func seal(_ command: Command, at desk: SealingDesk) -> SealedCommand {
        do throws(Obstacle) {
            return .ready(try sealed(command, at: desk))
        } catch {
            switch error {
            case .needsKey(let scope): return .needsKey(scope)
            case .locked: return .locked
            }
        }
    }

    private func sealed(_ command: Command, at desk: SealingDesk) throws(Obstacle) -> Command {
        switch command {
        case .ifSeen(let seen, let inner): .ifSeen(seen, try sealed(inner, at: desk))
        case .cases(let order):
            .cases(CaseCommand(try act(of: order, at: desk), on: order.target, at: order.at))
        case .ticket(let order): .ticket(try sealed(order, at: desk))
        case .counter(let order): .counter(try sealed(order, at: desk))
        case .staff(let order): .staff(try sealed(order, at: desk))
        case .catalog: command
        }
    }

    // MARK: cases

    private func act(
        of order: CaseCommand, at desk: SealingDesk
    ) throws(Obstacle) -> CaseCommand.Act {
        let own = desk.cases(of: desk.region, at: order.at)
        switch order.act {
        case .receive(var application):
            application.sealed = try sealed(application.person, in: own)
            return .receive(application)
        case .deliver(var receiver) where !receiver.name.isEmpty:
            let person = Person(name: receiver.name)
            if let envelope = order.target.flatMap(desk.known) {
                guard let added = add(person, to: envelope) else { throw .locked }
                receiver.sealed = added
            } else {
                receiver.sealed = try sealed(person, in: own)
            }
            return .deliver(receiver: receiver)
        case .rate:
            // The same words stand in the ticket of a 差评, which is tied to no case.
            return try order.act.mappingTexts { (text) throws(Obstacle) in
                try whole(text, in: own)
            }
        case .keep:
            // Whoever keeps archives reads why without the case, and after it.
            return try order.act.mappingTexts { (text) throws(Obstacle) in
                try whole(text, in: own)
            }
        case .erase:
            // The reason outlives the case's key: it says by what right that was destroyed.
            return try order.act.mappingTexts { (text) throws(Obstacle) in
                guard let envelope = order.target.flatMap(desk.known),
                    let sealed = seal(text, asIn: envelope)
                else { return try whole(text, in: own) }
                return sealed.text
            }
        default:
            var envelope: Envelope??
            return try order.act.mappingTexts { (text) throws(Obstacle) in
                let found = envelope ?? order.target.flatMap(desk.known)
                envelope = found
                guard let found else { return try whole(text, in: own) }
                guard let sealed = seal(text, beside: found) else { throw .locked }
                return sealed.text
            }
        }
    }

    private func sealed(_ person: Person, in scope: ScopeName) throws(Obstacle) -> Envelope {
        guard let envelope = seal(person, in: scope) else { throw .needsKey(scope) }
        return envelope
    }

    private func whole(_ text: String, in scope: ScopeName) throws(Obstacle) -> String {
        guard let sealed = seal(text, in: scope) else { throw .needsKey(scope) }
        return sealed.text
    }

    // MARK: beside cases

    private func sealed(
        _ command: TicketCommand, at desk: SealingDesk
    ) throws(Obstacle) -> TicketCommand {
        let own = desk.cases(of: desk.region, at: nil)
        switch command {
        case .open(var order):
            let scope = scope(of: order, at: desk)
            if let person = order.person { order.sealed = try sealed(person, in: scope) }
            order.text = order.text.isEmpty ? "" : try whole(order.text, in: scope)
            return .open(order)
        case .importRows(let rows):
            var sealed: [TicketRow] = []
            for row in rows {
                var order = row.order
                order.text = try whole(order.text, in: scope(of: order, at: desk))
                sealed.append(TicketRow(number: row.number, order: order))
            }
            return .importRows(sealed)
        case .notice: return command
        case .rate(var order):
            // A salted token, so that nobody finds out by a slip's number who said what.
            order.contact = ScopeID(token(.contact, order.contact)).hex
            order.text =
                order.text.isEmpty
                ? "" : try whole(order.text, in: desk.cases(of: desk.region, at: order.at))
            return .rate(order)
        case .step(let order):
            let scope = desk.station(order.ticket).map { desk.cases(of: $0, at: nil) } ?? own
            return try command.mappingTexts { (text) throws(Obstacle) in
                try whole(text, in: scope)
            }
        }
    }

    /// Who comes, under the key of the place in whose scope the booking stands; what is said of one
    /// or a parcel, under that of the place whose it is.
    private func sealed(
        _ command: CounterCommand, at desk: SealingDesk
    ) throws(Obstacle) -> CounterCommand {
        if case .book(var order) = command {
            guard let person = order.person else { return command }
            let scope = BookingRules.scope(
                of: order, at: desk.region, now: desk.now, in: desk.directory())
            order.sealed = try sealed(person, in: scope)
            return .book(order)
        }
        let station = command.about.flatMap(desk.station) ?? desk.region
        return try command.mappingTexts { (text) throws(Obstacle) in
            try whole(text, in: desk.cases(of: station, at: nil))
        }
    }

    private func scope(of order: TicketOrder, at desk: SealingDesk) -> ScopeName {
        TicketRules.scope(of: order, at: desk.region, now: desk.now, in: desk.directory())
    }

    private func sealed(
        _ command: StaffCommand, at desk: SealingDesk
    ) throws(Obstacle) -> StaffCommand {
        let own = desk.cases(of: desk.region, at: nil)
        if case .account(let order) = command, order.name != nil {
            // The rule wraps it for each place: their keys have to be there by then.
            for code in order.regions {
                guard let place = desk.directory().region(code: code) else { continue }
                let scope = desk.cases(of: place.id, at: nil)
                if current(scope) == nil { throw .needsKey(scope) }
            }
        }
        return try command.mappingTexts { (text) throws(Obstacle) in try whole(text, in: own) }
    }
}
