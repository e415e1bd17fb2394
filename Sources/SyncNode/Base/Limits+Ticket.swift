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
    /// Entries that one document adds to the figures: a case as long as it may be adds some forty.
    package static let portionCellsMax = 256
    /// Bytes of what such an entry is counted by: an item's code and a number.
    package static let portionKeyBytesMax = 400
    /// Documents that are taken into the figures in one step, before others may look.
    package static let tallyStepMax = 500
    /// Changes of one chain that are looked at in one step.
    package static let tallyChangesMax = 2_000
    /// Milliseconds between two looks at what came in, while nobody asks.
    package static let tallyRestMillis = 2_000
    /// Milliseconds between two steps while there is more to be done.
    package static let tallyStepMillis = 20
    /// Steps that a question waits for before it is answered from what is there.
    package static let tallyStepsAwaited = 4
    /// Working days within which a contact may still be rated (R19); then a case is put away.
    package static let ratingDays = 5
    /// Days behind a service after which it is rated no more where a year's notice is not known.
    package static let ratingDaysUncounted = 30
    /// Days without a sign after which a station counts as gone.
    package static let stationAliveDays = 30
    /// Calendar days after an offer from which the list of lights looks at it: two without a
    /// signature, and the three that the list looks ahead at least.
    package static let handoverShownDays = 5
    package static let lightDaysAhead = 3
    /// Hours without a sign after which a station counts as cut off: receipts come once a day.
    package static let stationSilentHours = 24
    /// Minutes after which what a place wrote and nobody above has counts as an outage; the
    /// days that one such counts for at most; and the longest lag that is told.
    package static let outageMinutesMin = 60
    package static let outageDaysMax = 366
    package static let lagMinutesMax = 999_999
    /// Digits that a spreadsheet keeps of a number.
    package static let spreadsheetDigitsMax = 15
    /// Rows of a list of what is late.
    package static let lateRowsMax = 200
    /// Places of the lowest and departments of the lowest rank (S2-7: 后两位、后五位).
    package static let lastPlaces = 2
    package static let lastDepartments = 5
    /// Calendar days of a period that the board is asked for: three years.
    package static let boardDaysMax = 1_100
    /// Tickets that a list looks through: the newest.
    package static let ticketsListedMax = 1_000
    /// Rows of one import of tickets: some days of a hotline.
    package static let ticketImportRowsMax = 1_000
}

/// Bounds of bookings, lines, parcels and reminders.
extension Limits {
    /// Hours of a window's day.
    package static let bookingHoursMax = 96
    /// People in one of them.
    package static let bookingPlacesMax = 100
    /// Days ahead that may be booked, where a window says nothing else, and at most.
    package static let bookingAheadDays = 14
    package static let bookingAheadDaysMax = 60
    /// Items that a window names, and days on which it is shut.
    package static let bookingItemsMax = 500
    package static let bookingClosedMax = 100
    /// Events of one booking, of one parcel, reminders of one certificate.
    package static let bookingEventsMax = 64
    package static let mailingEventsMax = 64
    package static let remindersMax = 32
    /// Numbers of one place's day.
    package static let queueTicketsMax = 2_000
    /// Characters of a window's name on the screen.
    package static let queueWindowCharactersMax = 16
    /// Days for which a node keeps its own line.
    package static let queueDaysKept = 31
    /// Seconds that all of a day's numbers may have waited together.
    package static let queueSecondsMax = 1_000_000_000
    /// Open days of a window on its page.
    package static let windowDaysShown = 10
    /// Free hours of a window on the public page.
    package static let publicHoursShown = 80
    /// Seconds after which the screen in the hall looks again, and numbers on it.
    package static let screenSeconds = 5
    package static let screenRowsMax = 12
    /// Rows of a list of bookings, parcels, certificates.
    package static let counterRowsMax = 500
}
