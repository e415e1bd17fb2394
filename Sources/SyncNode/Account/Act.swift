/// What may be allowed to a role. The raw value of a command's act is the command's name.
package enum Act: String, Hashable, Sendable, CaseIterable {
    case receive = "case.receive"
    case accept = "case.accept"
    case refuse = "case.refuse"
    case correct = "case.correct"
    case supplement = "case.supplement"
    case review = "case.review"
    case decide = "case.decide"
    case deliver = "case.deliver"
    case close = "case.close"
    case withdraw = "case.withdraw"
    case note = "case.note"
    case rate = "case.rate"
    case offer = "case.offer"
    case sign = "case.sign"
    case reject = "case.reject"
    case recall = "case.recall"
    case force = "case.force"
    case ratify = "case.ratify"
    case forkCut = "case.forkCut"
    /// A second list of gaps, with a supervisor's reason.
    case correctAgain = "case.correctAgain"
    case take = "case.take"
    case propose = "case.propose"
    /// The answer to a proposal not to accept: 否决权上移.
    case answer = "case.answer"
    case assign = "case.assign"
    case pause = "case.pause"
    /// 挂起, and 恢复计时 after it or a procedure.
    case hold = "case.suspend"
    case runOn = "case.resume"
    case extend = "case.extend"
    case askSeal = "case.askSeal"
    case seal = "case.seal"
    case ready = "case.ready"
    case end = "case.end"
    case verify = "case.verify"
    case revoke = "case.revoke"
    case fee = "case.fee"
    case originals = "case.originals"
    case archive = "case.archive"
    /// A scan of a material, and how far it can be trusted; from an earlier case; 免提交.
    case material = "case.material"
    case reuse = "case.reuse"
    case waive = "case.waive"
    /// 首问交接: handed on, and signed for.
    case passDuty = "case.passDuty"
    case takeDuty = "case.takeDuty"
    /// What is personal of a closed case is destroyed, everywhere.
    case erase = "case.erase"
    /// 档案: kept from being erased; that it be erased is asked for; a package is given away.
    case preserve = "case.preserve"
    case dispose = "case.dispose"
    case export = "case.export"
    /// A full name and number, with a reason.
    case reveal = "case.reveal"

    case draft = "item.draft"
    case publish = "item.publish"
    case suspend = "item.suspend"
    case resume = "item.resume"
    case cancel = "item.cancel"
    case overlay = "overlay.set"
    case grant = "grant.set"
    case calendar = "calendar.set"
    /// Entries of the knowledge and of the list of proofs.
    case knowledge = "knowledge.set"
    /// What becomes of a case whose item or grant had changed unseen (裁定).
    case rule = "ruling.set"

    /// 工单: taken in; worked on; 复核, 回访, 归档; a hotline's file.
    case ticketOpen = "ticket.open"
    case ticketStep = "ticket.step"
    case ticketReview = "ticket.review"
    case ticketImport = "ticket.import"
    /// 亮灯通知: somebody was told, or acknowledges it.
    case notice = "notice.tell"
    /// 预约: windows and hours; asked for; what became of it.
    case window = "window.set"
    case book = "booking.make"
    case bookingStep = "booking.step"
    /// 寄递; 到期提醒; 叫号.
    case mail = "mailing.make"
    case remind = "certificate.remind"
    case queue = "queue.call"
    /// Lights, thresholds and figures that are entered by hand.
    case setting = "setting.set"

    /// Making, changing and disabling accounts.
    case account = "account.set"
    /// One's own password and one-time code.
    case ownAccount = "account.own"

    /// Lists and single cases, masked.
    case viewCases = "view.cases"
    /// Items, grants, working days.
    case viewCatalog = "view.catalog"
    /// Lights, metrics, monthly reports, tickets.
    case viewBoard = "view.board"
    /// Links, scopes, figures of the node.
    case viewNode = "view.node"
    /// The audit.
    case viewAudit = "view.audit"
    /// Accounts of this node.
    case viewAccounts = "view.accounts"
    /// An exchange now.
    case sync = "node.sync"
    /// Taking other nodes in: codes, requests.
    case enrol = "node.enrol"
    /// What came behind the end of a node or an account counts all the same.
    case adopt = "late.adopt"

    /// The act in a sentence: 不得…….
    package var name: String {
        switch self {
        case .receive: "收件"
        case .accept: "受理"
        case .refuse: "不予受理"
        case .correct: "补正告知"
        case .supplement: "登记补件"
        case .review: "审查"
        case .decide: "决定"
        case .deliver: "送达"
        case .close: "办结"
        case .withdraw: "登记撤回"
        case .note: "备注"
        case .rate: "评价"
        case .offer: "移交"
        case .sign: "签收"
        case .reject: "退件"
        case .recall: "撤回移交"
        case .force: "指定保管"
        case .ratify: "追认"
        case .forkCut: "裁定分叉"
        case .reveal: "查看完整个人信息"
        case .erase: "清除个人信息"
        case .preserve: "保全档案"
        case .dispose: "申请销毁"
        case .export: "导出档案"
        case .correctAgain: "再次补正告知"
        case .take: "转收件"
        case .propose: "拟不予受理"
        case .answer: "答复拟不予受理"
        case .assign: "分转"
        case .pause: "启动特别程序"
        case .hold: "挂起"
        case .runOn: "恢复计时"
        case .extend: "批准延期"
        case .askSeal: "请求签印"
        case .seal: "签印"
        case .ready: "制证"
        case .end: "终止办件"
        case .verify: "事后核查"
        case .revoke: "撤销决定"
        case .fee: "缴费通知与登记"
        case .originals: "登记原件交接"
        case .archive: "归档"
        case .material: "登记材料"
        case .reuse: "复用材料"
        case .waive: "登记免提交"
        case .passDuty: "交出首问责任"
        case .takeDuty: "接手首问责任"
        case .draft: "起草事项版本"
        case .publish: "复核并发布事项版本"
        case .suspend: "暂停事项"
        case .resume: "恢复事项"
        case .cancel: "取消事项"
        case .overlay: "维护本地要素"
        case .grant: "下沉授权"
        case .calendar: "录入工作日历"
        case .knowledge: "维护知识库"
        case .rule: "裁定办件"
        case .ticketOpen: "登记工单"
        case .ticketStep: "办理工单"
        case .ticketReview: "复核工单"
        case .ticketImport: "导入工单"
        case .notice: "登记亮灯通知"
        case .window: "设置预约窗口"
        case .book: "登记预约"
        case .bookingStep: "办理预约"
        case .mail: "办理寄递"
        case .remind: "登记到期提醒"
        case .queue: "叫号"
        case .setting: "设置亮灯与填报数据"
        case .account: "管理账户"
        case .ownAccount: "修改本人口令"
        case .viewCases: "查看办件"
        case .viewCatalog: "查看事项"
        case .viewBoard: "查看看板和工单"
        case .viewNode: "查看节点"
        case .viewAudit: "查看审计"
        case .viewAccounts: "查看账户"
        case .sync: "同步"
        case .enrol: "办理节点入网"
        case .adopt: "认可迟到记录"
        }
    }

    /// Whether it changes a case.
    package var changesCase: Bool { rawValue.hasPrefix("case.") && self != .reveal }
}
