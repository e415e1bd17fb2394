import Base

/// Every element that a catalog knows (DOMAIN §3.2), in the order in which a guide tells them.
package enum ElementTable {
    package static let materials = "materials"

    /// Of an item. Its code stands beside them.
    package static let item: [Element] = basic + general + special + handling + guide

    private static let days: ClosedRange<Int64> = 0...Int64(Limits.workingDaysMax)

    private static let basic: [Element] = [
        Element("name", "事项名称", .text, .basic, uniform: true, mandatory: true),
        Element("kind", "事项类型", .choice(kinds), .basic, uniform: true, mandatory: true),
        Element("basis", "设定和实施依据", .text, .basic, uniform: true, mandatory: true),
        Element("level", "行使层级", .choice(levels), .basic, uniform: true, mandatory: true),
        Element("department", "主管部门", .text, .basic, mandatory: true),
        Element("agency", "实施机构", .text, .basic, mandatory: true),
        Element("parent", "主项", .text, .basic),
        Element("sub", "子项", .text, .basic),
        Element("category", "服务领域", .text, .basic),
    ]

    private static let general: [Element] = [
        Element("conditions", "受理条件", .text, uniform: true, mandatory: true),
        Element("audience", "服务对象", .choices(audiences), uniform: true, mandatory: true),
        Element("steps", "办理流程", .texts, mandatory: true),
        Element(materials, "申请材料", .list(material), uniform: true, mandatory: true),
        Element("agents", "中介服务", .text),
        Element("legalDays", "法定办结时限", .number(days), uniform: true, mandatory: true),
        Element("promisedDays", "承诺办结时限", .number(days), uniform: true, mandatory: true),
        Element("fees", "收费项目", .object(fees), uniform: true, mandatory: true),
        Element("result", "办理结果", .object(result), mandatory: true),
        Element("quota", "数量限制", .text),
        Element("annual", "年检年报", .text),
    ]

    private static let special: [Element] = [
        Element("special", "特殊环节", .list(specialStep), .special)
    ]

    private static let handling: [Element] = [
        Element("handling", "办件类型", .choice(["即办件", "承诺件"]), .handling, mandatory: true),
        Element(
            "channels", "办理形式",
            .choices(["窗口办理", "网上办理", "快递申请", "上门办理", "自助办理"]), .handling),
        Element("way", "办理方式", .choice(["自办", "初审", "联办", "转报"]), .handling),
        Element("reach", "通办范围", .choice(["全国", "全省", "全市", "全县", "全镇", "跨村"]), .handling),
        Element("online", "网办深度", .choice(["不可网办", "网上咨询", "网上申报", "全程网办"]), .handling),
        Element("visits", "到现场次数", .number(0...99), .handling),
        Element("oneVisit", "一次办好", .flag, .handling),
        Element("oneWindow", "一窗受理", .flag, .handling),
        Element("inHall", "进驻大厅", .flag, .handling),
        Element(
            "notInHall", "不进驻原因", .choice(["涉密", "涉稳", "场地", "全程网办"]), .handling),
        Element("booking", "可预约", .flag, .handling),
        Element("mailing", "可寄递", .flag, .handling),
        Element("kiosk", "自助终端", .flag, .handling),
        Element("powerSource", "权力来源", .choice(["法定", "下放", "授权", "委托"]), .handling),
        Element(
            "body", "实施主体性质", .choice(["法定机关", "授权组织", "受委托组织"]), .handling),
        Element("procedure", "程序类型", .choice(["一般程序", "简易程序"]), .handling),
        Element("endsOn", "计划取消日期", .date, .handling),
        Element(
            "crossMode", "跨域通办模式", .choice(["全程网办", "异地代收代办", "多地联办"]), .handling),
        Element("areas", "代收代办区域", .divisions, .handling),
        Element("onSpot", "当场办结目录", .choices(onSpotLevels), .handling),
        Element(
            "approval", "审批模式", .choice(["独任", "一审一核", "审核批三级", "联席"]), .handling),
        Element("officers", "须几人", .number(2...3), .handling),
        Element("promise", "告知承诺", .flag, .handling),
        Element("instant", "秒批秒办", .flag, .handling),
        Element("assisted", "帮办事项", .flag, .handling),
    ]

    private static let guide: [Element] = [
        Element("situations", "办理情形", .list(situation), .guide),
        Element("questions", "常见问题", .list(question), .guide),
        Element("flowchart", "流程图", .attachment, .guide),
        Element("keywords", "检索词", .texts, .guide),
    ]

    /// Of a material.
    package static let material: [Element] = [
        Element("code", "材料编码", .text, mandatory: true),
        Element("name", "材料名称", .text, mandatory: true),
        Element("kind", "材料类型", .choice(["原件", "复印件", "原件和复印件", "原件或复印件"])),
        Element("form", "材料形式", .choice(["纸质", "电子", "纸质或电子", "纸质和电子"])),
        Element("originals", "原件份数", .number(0...99)),
        Element("copies", "复印件份数", .number(0...99)),
        Element("spec", "规格", .text),
        Element("required", "必要", .flag),
        Element("deferrable", "可容缺", .flag),
        Element("promisable", "可承诺", .flag),
        Element("source", "来源渠道", .choice(["申请人自备", "政府部门核发", "中介机构", "其他"])),
        Element("issuer", "来源说明", .text),
        Element("submit", "提交方式", .choices(["窗口", "网上", "邮寄", "部门共享核验"])),
        Element("category", "材料分类", .choice(["表格", "文本", "证件", "证明", "结果文书"])),
        Element("proof", "证明事项清单编号", .text),
        Element("blank", "空白表", .attachment),
        Element("sample", "样表", .attachment),
        Element("notes", "填报须知", .text),
        Element("checks", "审查要点", .texts),
        Element("basis", "设定依据", .text),
        Element("licence", "关联证照类型", .text),
        Element("validDays", "有效天数", .number(0...36_500)),
        Element("when", "何种情形须交", .text),
        Element("stage", "提交时点", .choice(["申请时", "审查中", "领取结果时"])),
        Element("keep", "收取方式", .choice(["收取", "核验后退还"])),
        Element("seal", "签章要求", .choice(["无须签章", "签字", "盖章", "签字并盖章"])),
        Element("formats", "电子文件格式", .choices(["PDF", "OFD", "JPEG", "PNG"])),
        Element("waived", "免提交", .flag),
        Element("waivedBy", "免提交依据", .text),
        Element("sharedBy", "共享核验来源", .text),
        Element("mistakes", "常见错误", .texts),
        Element("remark", "备注", .text),
    ]

    /// 收费.
    package static let fees: [Element] = [
        Element("charged", "是否收费", .flag, mandatory: true),
        Element("items", "收费项目", .list(feeItem)),
    ]

    private static let feeItem: [Element] = [
        Element("name", "收费项目名称", .text, mandatory: true),
        Element("standard", "收费标准", .text, mandatory: true),
        Element("basis", "收费依据", .text, mandatory: true),
    ]

    /// 办理结果.
    package static let result: [Element] = [
        Element("kind", "结果类型", .choice(["证照", "批文", "登记表", "证明", "给付", "其他"]), mandatory: true),
        Element("name", "结果名称", .text, mandatory: true),
        Element("delivery", "送达方式", .choices(["窗口领取", "公告送达", "邮寄送达", "网站下载", "其他"])),
        Element("validity", "有效期", .text),
        Element("numbering", "文号规则", .text),
        Element("sample", "结果样本", .attachment),
    ]

    private static let specialStep: [Element] = [
        Element("name", "环节", .choice(specialSteps), mandatory: true),
        Element("days", "所需工作日", .number(days)),
        Element("basis", "依据", .text),
    ]

    /// 情形.
    package static let situation: [Element] = [
        Element("code", "情形编码", .text, mandatory: true),
        Element("name", "情形名称", .text, mandatory: true),
        Element("question", "引导问题", .text),
        Element("conditions", "情形条件", .text),
        Element("materials", "所需材料编码", .texts, mandatory: true),
    ]

    private static let question: [Element] = [
        Element("question", "问题", .text, mandatory: true),
        Element("answer", "解答", .text, mandatory: true),
    ]

    /// 事项类型.
    package static let kinds = [
        "行政许可", "行政给付", "行政确认", "行政奖励", "行政裁决", "行政征收", "行政检查", "其他行政权力", "公共服务",
    ]
    /// 行使层级.
    package static let levels = ["国家级", "省级", "市级", "县级", "镇（乡、街道）级", "村（社区）级"]
    /// 服务对象.
    package static let audiences = ["自然人", "法人", "其他组织"]
    /// Levels at which something may be done in the visit (四级当场办结目录).
    package static let onSpotLevels = ["市级", "县级", "镇级", "村级"]
    /// 特殊要素.
    package static let specialSteps = [
        "现场勘验", "听证", "招标", "拍卖", "检验", "检测", "检疫", "鉴定", "专家评审", "公示",
    ]
}
