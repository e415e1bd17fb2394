/// Bounds of cases and of the catalog.
extension Limits {
    /// Working days of one time limit: ten years of them.
    package static let workingDaysMax = 2_500
    /// Versions of one item: more than one a week for a working life.
    package static let itemVersionsMax = 2_500
    /// Materials of one item: the most that a public portal shows is 20.
    package static let itemMaterialsMax = 200
    /// Characters of a name: an item's, a material's, a document number.
    package static let catalogNameCharactersMax = 200
    /// Characters of a local element or a reason.
    package static let catalogTextCharactersMax = 2_000
    /// Bytes of an item's elements as JSON: a change's body, less what stands around them.
    package static let itemElementsBytesMax = changeBodyBytesMax - 4 * 1024
    /// Fields that one overlay change sets.
    package static let overlayFieldsMax = 32
    /// Receipts kept with their time, per catalog and region; of older ones only the heads
    /// stand, and the time is "no later than the oldest kept".
    package static let catalogReceiptsKeptMax = 32
    /// Chains named in one cut of a case: its writers are the tiers above it, and their
    /// earlier incarnations.
    package static let caseCutPointsMax = 64
    /// Events of one case: beyond it a command is refused, and a clerk opens another case.
    package static let caseEventsMax = 2000
    /// Characters of a text that a clerk writes into a case.
    package static let caseTextCharactersMax = 2000
    /// Characters of an envelope as JSON carries it: a person whose every field is as long as a
    /// text may be, in base 64.
    package static let envelopeTextBytesMax = 64 * 1024
    /// Nodes for which one key of a scope is wrapped: its audience, three tiers of it, and those
    /// that came after.
    package static let keyWrapsMax = 64
    /// Different wraps kept for one node: a wrong one beside the right one does no harm.
    package static let keyWrapsPerNodeMax = 4
    /// Keys of one scope, one after the other: each time a node leaves its audience.
    package static let keyGenerationMax: Int64 = 1_000_000
    /// Erasures that one receipt speaks of.
    package static let erasuresPerReceiptMax = 1000
    /// Working days that an extension adds at most: 10 by the head of the body, 15 where several
    /// handle it together (行政许可法 第四十二条).
    package static let extensionDaysMax = 15
    /// Working days that a special procedure is announced for at most.
    package static let procedureDaysMax = 250
    /// Days that a stated business time lies back at most: what is older was not written down
    /// then, but mistyped.
    package static let backdatedDaysMax = 366
    /// Years that somebody who applies is old at most.
    package static let ageYearsMax = 150
    /// Characters of a document's receipt as a code carries it.
    package static let paperReceiptBytesMax = 700
    /// Documents of one case in a list: some for each of its events.
    package static let papersMax = 400
    /// Events of a case that are told with 入库时间 at each place: each costs some looks at the log.
    package static let storedLinesMax = 60
    /// Milliseconds by which a clock is wrong at most: a century. What is beyond is no clock's.
    package static let clockErrorMillisMax: Int64 = 100 * 366 * 86_400_000
    /// Days of silence from above after which a clock is not believed without a witness.
    package static let clockSilenceDaysMax = 30
    /// 分 of one fee: ten million yuan.
    package static let feeCentsMax = 1_000_000_000
    /// Materials of one application.
    package static let caseMaterialsMax = 100
    /// Characters of one element: the longest conditions of a public portal have 2,631.
    package static let elementCharactersMax = 8_000
    /// Texts of one element: steps, keywords, checks.
    package static let elementListMax = 100
    /// Findings of one item: a page of them.
    package static let findingsMax = 200
    /// Rows of one import: a county's catalog at once.
    package static let importRowsMax = 4_000
    /// Bytes of one file that is imported.
    package static let importBytesMax = jsonBytesMax
    /// Columns of a row of CSV.
    package static let importColumnsMax = 256
    /// Children of a theme, and edges of one child.
    package static let themeChildrenMax = 60
    /// Working days of a theme at most (行政许可法 第四十二条: 联合、集中办理 45 日).
    package static let themeDaysMax = 45
    /// Words of a question that went unanswered.
    package static let questionCharactersMax = 120
    /// Regions that a version is tried out in before the others.
    package static let stageRegionsMax = 400
    /// Items that are split off or merged at once.
    package static let successorsMax = 20
    /// Cases that are looked through for those of one item.
    package static let impactCasesMax = 20_000
    /// Cases that are shown at a time of those that wait for a ruling.
    package static let waitingCasesShown = 200
    /// A place that gave no sign for so long may hold what nobody knows of: half a day.
    package static let silentMillis: Int64 = 12 * 60 * 60 * 1000
}
