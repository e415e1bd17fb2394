/// Bounds of what one caller may ask of a node.
extension Limits {
    /// Other cases of one person for one item that are shown beside a case.
    package static let twinsMax = 20
    /// Entries of a list where the caller names no number: one screen.
    package static let listDefault = 50
    /// Entries of one list: 200 cases of 2 KiB make an answer of half a megabyte.
    package static let listMax = 200
    /// Years of notices that a due date may need: `workingDaysMax` and a pause.
    package static let dueYearsMax = 11
    /// Bytes of a command: what fits into a change's body.
    package static let commandBytesMax = changeBodyBytesMax
    /// Fields of a command beside each other: they are compared pair by pair.
    package static let commandFieldsMax = 64
    /// Bytes of a form of the console: a page of text in each field.
    package static let formBytesMax = 64 * 1024
    /// Fields of a form: 60 materials and the applicant.
    package static let formFieldsMax = 128
    /// Bytes of a form field's name.
    package static let formNameBytesMax = 64
    /// Bytes of a form field's value, decoded: the elements of an item with 20 materials.
    package static let formValueBytesMax = 32 * 1024
    /// Bytes of a form of the catalog: an item with all its elements, as it may be stored, escaped.
    package static let editFormBytesMax = 1024 * 1024
    /// Fields of such a form: some 200 materials with their elements.
    package static let editFieldsMax = 8_192
    /// Empty rows that are added to a list of such a form at a time.
    package static let editRowsMore = 5
    /// Bytes of an `Idempotency-Key`: a UUID with a prefix.
    package static let idempotencyKeyBytesMax = 64
    /// Bytes of one value in a path: a 33-digit item code, a document id.
    package static let pathValueBytesMax = 64
    /// Bytes of a search: about 60 Chinese characters.
    package static let searchBytesMax = 192
    /// Media ranges of an `Accept` that are looked at.
    package static let acceptRangesMax = 32
    /// Entity tags of an `If-Match` that are looked at.
    package static let entityTagsMax = 16
    /// Rows of a table on a page; the rest is a number and a link.
    package static let pageRowsMax = 50
    /// Items on the first page of which the rollout is told: each costs a row per station.
    package static let homeRolloutsMax = 12
    /// Seconds after which a refused caller may try again.
    package static let retryAfterSeconds = 1
}
