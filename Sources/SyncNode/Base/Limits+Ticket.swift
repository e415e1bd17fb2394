/// Bounds of tickets, ratings and the board.
extension Limits {
    /// Events of one ticket: more than a year of daily notes.
    package static let ticketEventsMax = 400
    /// Characters of a ticket's text, a reply, a note.
    package static let ticketTextCharactersMax = 2_000
    /// Characters of what names one contact: a slip's number, a case's number and its step.
    package static let contactCharactersMax = 64
    /// Fewer ratings than this are not told: a person could be made out.
    package static let ratingsShownMin = 3
    /// Words kept of one contact: the first counts, the others show that it was said again.
    package static let ratingWordsMax = 16
    /// Grades of a rating.
    package static let gradesMax = 5
    /// Calendar days looked at around today for lights: sixty working days with their holidays.
    package static let lightDaysMax = 130
    /// Working days of a ticket's limit.
    package static let ticketDaysMax = 250
    /// Calendar days of a period that the board is asked for: three years.
    package static let boardDaysMax = 1_100
    /// Tickets that a list looks through: the newest.
    package static let ticketsListedMax = 1_000
    /// Rows of one import of tickets: some days of a hotline.
    package static let ticketImportRowsMax = 1_000
}
