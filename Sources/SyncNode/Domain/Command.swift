package import Account
package import Base
@_exported public import Catalog
@_exported public import Civil
@_exported public import Document
@_exported public import Region
@_exported public import Ticket
@_exported public import Verdict

// Whoever knows the domain knows the words that it is spoken in: places, dates, documents.

/// A wish to change something: from the API, the command line, or the node itself.
package enum Command: Sendable {
    case catalog(CatalogCommand)
    case cases(CaseCommand)
    case staff(StaffCommand)
    case ticket(TicketCommand)
    /// The command, if what it is about is still as its author saw it.
    indirect case ifSeen(StateTag, Command)

    /// - Parameter json: One flat object with `command`, that command's fields, and `seen` where
    ///   the author says what was on screen.
    /// - Throws: A refusal that names the field which is not well formed.
    package init(json: JSON) throws(RuleRefusal) {
        let plain = try Command(plain: json)
        guard let seen = json["seen"], !seen.isNull else {
            self = plain
            return
        }
        guard let tag = seen.text.flatMap({ StateTag($0) }) else {
            throw .invalid("seen", "seen 应为 16 位十六进制数")
        }
        self = .ifSeen(tag, plain)
    }

    private init(plain json: JSON) throws(RuleRefusal) {
        guard let name = json["command"]?.text else {
            throw .invalid("command", "缺少 command")
        }
        if StaffCommand.verbs.contains(name) {
            self = .staff(try StaffCommand(json: json))
            return
        }
        if TicketCommand.verbs.contains(name) {
            self = .ticket(try TicketCommand(json: json))
            return
        }
        if name.hasPrefix("case.") {
            self = .cases(try CaseCommand(json: json))
            return
        }
        do throws(CommandFault) {
            self = .catalog(try CatalogCommand(verb: name, json: json))
        } catch {
            throw error.refusal
        }
    }
}

extension Command {
    /// What must be allowed to whoever asks for it; nil for what only the node itself asks.
    package var act: Act? {
        switch self {
        case .catalog(let command): command.act
        case .cases(let command): Act(rawValue: "case." + command.act.name)
        case .staff(let command): command.act
        case .ticket(let command): command.act
        case .ifSeen(_, let command): command.act
        }
    }

    /// Whether its answer holds a full name or number: such an answer is kept nowhere.
    package var isReveal: Bool { act == .reveal }
}
