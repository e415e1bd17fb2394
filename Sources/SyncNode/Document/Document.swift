package import Base

/// The kinds of documents that changes are folded into; the number is in the store.
package enum Collection: UInt8, Hashable, Sendable, CaseIterable {
    /// A service item (事项) with its versions.
    case item = 1
    /// A region's own elements of an item.
    case overlay = 2
    /// What a node may do for an item (下沉方式).
    case grant = 3
    /// A case (办件), with its custody.
    case caseFile = 4
    /// A hand-over between two counties (移交单): custody headers only.
    case handover = 5
    /// Who has which catalog version (到达).
    case receipt = 6
    /// A year's holidays as a county or a higher region pushed them (工作日历).
    case calendar = 7
    /// How many case numbers a station has given on one day.
    case serial = 8
    /// What a hand-over carries by value (移交包), and what the counties tell each other of it.
    case parcel = 9
    /// What a region's node has said that it holds (回执).
    case holding = 10
    /// Who works at a node, and as what (账户).
    case account = 11
    /// One line of the audit (审计): who did what, when.
    case audit = 12
    /// A version of an item that waits for a second person (草稿).
    case draft = 13
    /// A key of a case scope, wrapped for its audience (密钥).
    case keyring = 14
    /// The last 对账 of a region's node with its parent.
    case reconciliation = 15
    /// 一件事 as a definition.
    case theme = 20
    /// An entry of the basic list (基本目录) with its claim.
    case basic = 21
    /// An entry of the knowledge (知识库).
    case knowledge = 22
    /// An entry of the list of proofs (证明事项清单).
    case proof = 23
    /// A question that nobody could answer yet.
    case question = 24
    /// What the authority ruled on a case whose item or grant had changed unseen (裁定).
    case ruling = 25
    /// 亮灯阈值, 排名权重, 企业开办事项: what a county sets for its board.
    case setting = 26
    /// A figure that nobody can count here, entered with its source (填报).
    case figure = 27
    /// The county's word for the key with which a station signs its documents.
    case station = 28
    /// A window that takes bookings (预约窗口).
    case window = 29
    /// A ticket (工单): 差评, 办不成事, 找茬, 投诉, 诉求, 审管推送.
    case ticket = 30
    /// What was said of one contact (评价).
    case rating = 31
    /// A booking (预约).
    case booking = 32
    /// A parcel (寄递单).
    case mailing = 33
    /// A certificate with a validity (有效期), and who was reminded of its end.
    case certificate = 34
    /// What a place's line came to on one day (叫号日结).
    case queueDay = 35
    /// Who was told of a light, and has acknowledged it (亮灯通知).
    case notice = 36

    /// Whether its documents may be stored some commits behind the log: what windows write
    /// all day. Keys, accounts and catalogs are looked up on every path and never wait.
    package var mayWait: Bool { self == .caseFile || self == .serial || self == .audit }
}

/// A document's identity: 16 bytes, never reused, inside a collection.
package struct DocumentKey: Hashable, Sendable {
    package let collection: Collection
    package let id: Digest16

    package init(collection: Collection, id: Digest16) {
        self.collection = collection
        self.id = id
    }

    /// In two words: looked up several times for every change.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(id.high &+ UInt64(collection.rawValue))
        hasher.combine(id.low)
    }
}

extension DocumentKey: Comparable {
    /// By collection, then id: as an index has them.
    package static func < (left: DocumentKey, right: DocumentKey) -> Bool {
        left.collection == right.collection
            ? left.id < right.id : left.collection.rawValue < right.collection.rawValue
    }
}

/// A folded document as the store keeps it. Everything in it is derived: it can be made again
/// from the changes at any time (I22).
package struct StoredDocument: Hashable, Sendable {
    package let key: DocumentKey
    /// The scope whose changes made it; dropping that scope drops the document.
    package let scope: ScopeID
    /// What people call it: a case number, an item code. Not unique: two clones may have used
    /// one number, and both are shown.
    package let label: String
    /// The state's name, for filters and lists.
    package let status: String
    /// What lists are ordered by: milliseconds since 1970.
    package let time: Int64
    /// True where the local node owes it a reaction of its own.
    package let attention: Bool
    /// Words for full-text search, without personal data; empty where there are none.
    package let search: String
    /// The state as JSON.
    package let state: [UInt8]

    package init(
        key: DocumentKey, scope: ScopeID, label: String, status: String, time: Int64,
        attention: Bool, search: String, state: [UInt8]
    ) {
        self.key = key
        self.scope = scope
        self.label = label
        self.status = status
        self.time = time
        self.attention = attention
        self.search = search
        self.state = state
    }
}
