import Base
import Crypto
import Domain
import Runtime

/// What stands beside the items of the demo's catalog: one item with every kind of element and its
/// blank form, a 一件事, entries of the basic list, of the knowledge and of the proofs. Invented.
enum DemoDefinitions {
    /// The item whose form of elements is full.
    static let item = "370511005001"
    private static let theme = "ZT001"

    /// A page that may be printed and filled in: a PDF of one empty sheet.
    private static let blank = Array(
        """
        %PDF-1.4
        1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
        2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
        3 0 obj<</Type/Page/MediaBox[0 0 595 842]/Parent 2 0 R>>endobj
        trailer<</Root 1 0 R>>
        %%EOF

        """.utf8)

    /// Enters them at a root that has its items already.
    static func plant(at member: DemoMember) async throws(NodeRuntime.Failure) {
        let digest = Hash.digest(blank, suite: .sha256Ed25519).hex
        let put = await member.fetch("PUT", "/api/v1/blobs/" + digest, blank)
        var isDone = put.status == 201 || put.status == 200
        for command in [full(digest)] + proofs + entries + claims + [theme(theme)] where isDone {
            isDone = await member.say(command)
        }
        if isDone {
            isDone = await member.say("{\"command\":\"theme.publish\",\"code\":\"\(theme)\"}")
        }
        guard isDone else {
            throw NodeRuntime.Failure(
                "\(member.node.name) refused a definition of the demo", exitCode: 1)
        }
    }

    private static func full(_ blank: String) -> String {
        """
        {"command":"item.publish","code":"\(item)","immediate":true,"elements":{
        "name":"老年人优待证办理","kind":"行政确认","basis":"《老年人权益保障办法》第二十条（演示）",
        "level":"县级","department":"县民政局","agency":"县民政局","parent":"老年人优待","sub":"证件办理",
        "category":"养老","conditions":"年满 60 周岁，本县户籍或在本县居住。","audience":["自然人"],
        "steps":["收件与受理","审查与决定","制证与送达"],"legalDays":10,"promisedDays":1,
        "handling":"承诺件","channels":["窗口办理","网上办理"],"way":"自办","reach":"全县",
        "online":"网上申报","visits":1,"oneVisit":true,"inHall":true,
        "oneWindow":true,"booking":true,"mailing":true,
        "onSpot":["县级","镇级"],"assisted":true,"fees":{"charged":false},
        "result":{"kind":"证照","name":"老年人优待证","delivery":["窗口领取","邮寄送达"],
        "validity":"长期","numbering":"平优〔年〕号"},"materials":[
        {"code":"M1","name":"优待证申请表","kind":"原件","form":"纸质或电子","originals":1,
        "required":true,"source":"申请人自备","submit":["窗口","网上"],"category":"表格",
        "blank":{"blob":"\(blank)"},"notes":"用黑色签字笔填写","checks":["姓名与身份证一致","有签字"],
        "seal":"签字","keep":"收取","formats":["PDF"],"mistakes":["漏签字"],"stage":"申请时"},
        {"code":"M2","name":"居民身份证","kind":"原件","form":"纸质","required":true,
        "source":"政府部门核发","issuer":"公安机关","category":"证件","licence":"居民身份证",
        "validDays":3650,"keep":"核验后退还","checks":["在有效期内"]},
        {"code":"M3","name":"近期免冠照片","kind":"原件","copies":0,"spec":"一寸","required":true,
        "deferrable":true,"source":"申请人自备","category":"文本","when":"邮寄领取的也须交"},
        {"code":"M4","name":"委托书","required":false,"source":"申请人自备","category":"文本",
        "seal":"签字","when":"他人代办时"}],
        "situations":[{"code":"S1","name":"本人办理","question":"是否本人到场？",
        "materials":["M1","M2","M3"]},{"code":"S2","name":"他人代办","question":"是否由他人代办？",
        "conditions":"代办人须带本人身份证","materials":["M1","M2","M3","M4"]}],
        "questions":[{"question":"外地户籍能办吗？","answer":"在本县居住半年以上的可以。"}],
        "flowchart":{"blob":"\(blank)"},"keywords":["老年证","敬老卡"]}}
        """
    }

    private static let proofs = [
        ("ZM001", "无犯罪记录证明", "《公安机关办理犯罪记录查询工作规定》（演示）"),
        ("ZM002", "亲属关系证明", "《公证程序规则》（演示）"),
    ].map { code, name, basis in
        "{\"command\":\"proof.set\",\"code\":\"\(code)\",\"name\":\"\(name)\","
            + "\"basis\":\"\(basis)\"}"
    }

    private static let entries = [
        ("ZS001", "老年人优待证丢了怎么补办？", "带身份证和照片到就近便民服务站，当场登记，次日领取。", "补领", "老年证 敬老卡"),
        ("ZS002", "高龄津贴多大年纪可以领？", "年满 80 周岁的本县户籍居民。", "资格", "敬老钱 老人补贴"),
        ("ZS003", "新生儿怎么参加居民医保？", "出生后 90 天内带户口簿办理参保登记。", "医保", "宝宝医保 婴儿保险"),
        ("ZS004", "社保卡怎么换新卡？", "带身份证到村站或银行网点办理补换领。", "社保卡", "医保卡 社会保障卡"),
        ("ZS005", "开小店要办什么证？", "先办个体工商户设立登记，卖食品的还要办食品经营许可。", "开店", "营业执照 开饭店"),
        ("ZS006", "残疾人两项补贴能在外地申请吗？", "可以，持残疾人证在居住地便民服务中心提交，由户籍地办理。", "跨域", "残疾补助"),
    ].map { code, question, answer, label, words in
        let synonyms = words.split(separator: " ").map { "\"\($0)\"" }.joined(separator: ",")
        return "{\"command\":\"knowledge.set\",\"code\":\"\(code)\",\"question\":\"\(question)\","
            + "\"answer\":\"\(answer)\",\"labels\":[\"便民服务\",\"常见问题\",\"\(label)\"],"
            + "\"synonyms\":[\(synonyms)]}"
    }

    /// One of each step, but for what an administrator does next.
    private static let claims = [
        (DemoSeed.Item.allowance, "高龄津贴认定", "公共服务", "\"status\":\"claimed\",", ""),
        (DemoSeed.Item.pension, "城乡居民养老保险参保登记", "公共服务", "\"status\":\"claimed\",", ""),
        (item, "老年人优待证办理", "行政确认", "\"status\":\"claimed\",", ""),
        (theme, "老年人服务一件事", "一件事", "\"status\":\"claimed\",", ""),
        ("370511006001", "临时救助", "行政给付", "\"status\":\"claimed\",", ""),
        ("370511007001", "海域使用权登记", "行政确认", "\"status\":\"notApplicable\",", "本县没有海域"),
        ("370511008001", "再生育审批", "行政许可", "", ""),
    ].map { code, name, kind, status, reason in
        "{\"command\":\"basic.set\",\"code\":\"\(code)\",\"name\":\"\(name)\",\"kind\":\"\(kind)\","
            + (status.contains("claimed") ? "\"department\":\"县民政局\"," : "")
            + (reason.isEmpty ? "" : "\"reason\":\"\(reason)\",")
            + "\(status.isEmpty ? "\"status\":\"waiting\"" : String(status.dropLast()))}"
    }

    private static func theme(_ code: String) -> String {
        """
        {"command":"theme.set","code":"\(code)","name":"老年人服务一件事","lead":"县民政局",
        "object":"个人","promisedDays":10,
        "children":[{"item":"\(item)"},{"item":"\(DemoSeed.Item.allowance)","after":["\(item)"]},
        {"item":"\(DemoSeed.Item.pension)"}],
        "form":[{"label":"姓名","maps":[{"item":"\(item)","field":"applicant"},
        {"item":"\(DemoSeed.Item.allowance)","field":"applicant"}]}]}
        """
    }
}
