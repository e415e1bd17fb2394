package import Verdict

/// What a place's line says to a wish, or to a look.
package struct LineAnswer: Sendable {
    /// As it is now.
    package let line: WaitingLine
    /// What the wish was about; nil of a look, and where it was refused.
    package let ticket: WaitingLine.Ticket?
    /// Why nothing was done.
    package let refusal: RuleRefusal?

    package init(
        _ line: WaitingLine, ticket: WaitingLine.Ticket? = nil, refusal: RuleRefusal? = nil
    ) {
        self.line = line
        self.ticket = ticket
        self.refusal = refusal
    }
}
