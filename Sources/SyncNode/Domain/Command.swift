package import Base

/// A wish to change something: from the API, the command line, or the node itself.
package enum Command: Sendable {
    case catalog(CatalogCommand)
    case cases(CaseCommand)

    /// - Parameter json: One flat object with `command` and that command's fields.
    /// - Throws: A refusal that names the field which is not well formed.
    package init(json: JSON) throws(RuleRefusal) {
        guard let name = json["command"]?.text else {
            throw .invalid("command", "缺少 command")
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

extension RuleRefusal: Error {}
