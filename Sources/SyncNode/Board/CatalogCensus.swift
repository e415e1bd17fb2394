package import Base
package import Change
import Civil
import Domain

/// What can be counted of a catalog on one day: of items that are in force, each once.
package struct CatalogCensus: Hashable, Sendable {
    /// In force; 依申请 of these (all but 行政检查 and 行政征收).
    package var items = 0
    package var applied = 0
    /// 一窗受理, of all in force.
    package var oneWindow = 0
    /// 进驻大厅, and 依申请 without those that stay out for a listed reason.
    package var inHall = 0
    package var hallItems = 0
    /// 一次办好 with one visit at most.
    package var oneVisit = 0
    /// 必交材料 and 环节, now and in each item's first version.
    package var materialsNow = 0
    package var materialsBefore = 0
    package var stepsNow = 0
    package var stepsBefore = 0
    /// 承诺 and 法定, in working days, of items that have a 法定.
    package var promisedDays = 0
    package var legalDays = 0
    /// 网上申报 or 全程网办, of 依申请.
    package var online = 0
    /// 到现场 0 次, of 依申请 without 现场勘验.
    package var noVisit = 0
    package var noInspection = 0
    /// 涉企, and of these with something that may come later.
    package var enterprise = 0
    package var enterpriseDeferrable = 0
    /// 面向自然人的现场事项, and of these 即办 or 当场办结.
    package var personalOnSite = 0
    package var personalImmediate = 0
    /// 简易程序, and of these 即办.
    package var simple = 0
    package var simpleImmediate = 0
    /// 要素 complete.
    package var complete = 0
    /// 基本目录: entries, those that are not for here, claimed.
    package var basic = 0
    package var notApplicable = 0
    package var claimed = 0
    /// 十同: items in force that are claimed, and of these those that every place has in the version
    /// in force; places whose digest agrees, and those of which it is known.
    package var claimedItems = 0
    package var uniformItems = 0
    package var agreeing = 0
    package var compared = 0
    /// 一件事 published, by 面向对象.
    package var themesEnterprise = 0
    package var themesPersonal = 0
    /// 一件事 that are not ended, published or not; on the basic list, and claimed of these.
    package var themes = 0
    package var themesListed = 0
    package var themesClaimed = 0
    /// Items of published 一件事, by 面向对象.
    package var themeItemsEnterprise: Set<String> = []
    package var themeItemsPersonal: Set<String> = []
    /// Days since 1970 of each entry of the knowledge; of each question that was reported, and of
    /// those that the knowledge has answered since.
    package var knowledgeDays: [Int] = []
    package var questionDays: [Int] = []
    package var answeredDays: [Int] = []
    /// 同步时效: minutes from publishing to the last station's receipt, of the newest versions that
    /// everybody has; and what each place has.
    package var spreadMinutes: [Int] = []
    package var reach: [RegionID: Reach] = [:]
    /// The department of each item's code.
    package var departments: [String: String] = [:]

    /// How many of the versions in force a place has.
    package struct Reach: Hashable, Sendable {
        package var has = 0
        package var all = 0

        package init(has: Int = 0, all: Int = 0) {
            self.has = has
            self.all = all
        }
    }

    package init() {}

    /// Takes an item in.
    ///
    /// - Parameters:
    ///   - elements: Of the version in force.
    ///   - first: Of its first version, the baseline; nil where that is the one in force.
    package mutating func add(_ code: String, _ elements: JSON, first: JSON?) {
        items += 1
        if elements["oneWindow"]?.bool == true { oneWindow += 1 }
        if let text = elements["department"]?.text { departments[code] = text }
        if ElementReport(elements).score == 100 { complete += 1 }
        if let legal = elements["legalDays"]?.int, legal > 0 {
            legalDays += Int(legal)
            promisedDays += Int(elements["promisedDays"]?.int ?? legal)
        }
        // What never changed saved nothing, and counts all the same.
        let baseline = first ?? elements
        materialsNow += Self.required(elements)
        materialsBefore += Self.required(baseline)
        stepsNow += elements["steps"]?.array?.count ?? 0
        stepsBefore += baseline["steps"]?.array?.count ?? 0
        guard !["行政检查", "行政征收"].contains(elements["kind"]?.text ?? "") else { return }
        addApplied(elements)
    }

    private mutating func addApplied(_ elements: JSON) {
        applied += 1
        let visits = elements["visits"]?.int
        if elements["notInHall"]?.text == nil {
            hallItems += 1
            if elements["inHall"]?.bool == true { inHall += 1 }
        }
        if elements["oneVisit"]?.bool == true, (visits ?? 1) <= 1 { oneVisit += 1 }
        if ["网上申报", "全程网办"].contains(elements["online"]?.text ?? "") { online += 1 }
        let special = (elements["special"]?.array ?? []).compactMap { $0["name"]?.text }
        if !special.contains("现场勘验") {
            noInspection += 1
            if visits == 0 { noVisit += 1 }
        }
        let audience = (elements["audience"]?.array ?? []).compactMap(\.text)
        if audience.contains("法人") || audience.contains("其他组织") {
            enterprise += 1
            let hasLater = (elements["materials"]?.array ?? []).contains {
                $0["deferrable"]?.bool == true
            }
            if hasLater { enterpriseDeferrable += 1 }
        }
        let isImmediate =
            elements["handling"]?.text == "即办件" || elements["onSpot"]?.array?.isEmpty == false
        if audience.contains("自然人"), visits != 0 {
            personalOnSite += 1
            if isImmediate { personalImmediate += 1 }
        }
        if elements["procedure"]?.text == "简易程序" {
            simple += 1
            if isImmediate { simpleImmediate += 1 }
        }
    }

    private static func required(_ elements: JSON) -> Int {
        (elements["materials"]?.array ?? []).filter { $0["required"]?.bool ?? true }.count
    }
}
