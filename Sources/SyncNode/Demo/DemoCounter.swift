import Base
import Domain
import Host
import Network
import Runtime

/// The counter of a village: an hour of the county's window booked without a link, the line of
/// its own hall, an original by post, a certificate that runs out, a word of whoever was served.
struct DemoCounter: Sendable {
    let script: DemoScript
    let world: DemoWorld

    func play() async {
        let today = CivilDate(of: SystemClock.now())
        await bookings(today.advanced(by: 1).text)
        await line()
        await parcel()
        await certificate(until: today.advanced(by: 59).text)
    }

    /// Two want one hour: the village, off line, asked first.
    private func bookings(_ day: String) async {
        let (v1, c) = (world.v1, world.c)
        let isOpen = await c.say(
            "{\"command\":\"window.set\",\"code\":\"A1\",\"name\":\"综合窗口\",\"weekend\":true,"
                + "\"slots\":[{\"from\":\"09:00\",\"places\":1},{\"from\":\"10:00\",\"places\":1}]}"
        )
        script.fact("县里发布预约窗口，每时段 1 人", isOpen)
        await script.eventually("焦庄村看到县里的窗口和余量") {
            let windows = await v1.get("/api/v1/board/windows")["data"]?["windows"]?.array ?? []
            return windows.contains { $0["region"]?.text == c.node.region.text }
        }
        await world.link(v1, world.t, cut: true)
        let book =
            "{\"command\":\"booking.make\",\"window\":\"A1\",\"region\":\"\(c.node.region.text)\","
            + "\"date\":\"\(day)\",\"start\":\"09:00\",\"applicant\":\"何秀芝\"}"
        let village = await v1.command(book)
        let first = village.json["booking"]?.text ?? ""
        script.fact("断网预约县里 09:00：待确认", village.json["state"]?.text == "待确认")
        let county = await c.command(book)
        let second = county.json["booking"]?.text ?? ""
        script.fact("县里自己约同一时段：当场确认", county.json["state"]?.text == "已确认")
        await world.link(v1, world.t, cut: false)
        func slot(_ member: DemoMember, _ number: String) async -> String {
            let data = await member.get("/api/v1/board/booking?code=" + number)["data"]
            return "\(data?["status"]?.text ?? "") \(data?["slot"]?.text ?? "")"
        }
        await script.eventually("联网后先约的村里得 09:00，后约的改到 10:00，没有一个时段给了两人") {
            let confirmed = await slot(v1, first)
            let moved = await slot(c, second)
            return confirmed == "confirmed \(day) 09:00" && moved == "moved \(day) 10:00"
        }
        script.fact("夏沟村不知道焦庄村的预约", await slot(world.v2, first) == " ")
    }

    private func line() async {
        let v1 = world.v1
        let window = "1号窗口"
        _ = await v1.post("/api/v1/queue", "{\"act\":\"take\"}")
        let elder = await v1.post("/api/v1/queue", "{\"act\":\"take\",\"priority\":\"elderly\"}")
        let number = elder.json["ticket"]?["number"]?.text ?? "?"
        let called = await v1.post(
            "/api/v1/queue", "{\"act\":\"call\",\"window\":\"\(window)\"}")
        script.fact("排队叫号：老年人 \(number) 先于先到的", called.json["ticket"]?["number"]?.text == number)
        let screen = String(
            decoding: await v1.fetch("GET", "/screen", token: "").bytes, as: UTF8.self)
        script.fact("叫号屏不登录可看", screen.contains(number) && screen.contains(window))
        let elsewhere = await world.c.get("/api/v1/queue")["called"]?.array ?? []
        script.fact("号票不出本站", elsewhere.isEmpty)
        let closed = await v1.post("/api/v1/queue/close", "{}")
        script.fact("日结只报数目", closed.json["taken"]?.int == 2)
        await script.eventually("县里看到焦庄村当日的数目") {
            let days = await world.c.get("/api/v1/board/queues")["data"]?["days"]?.array ?? []
            return days.contains { $0["region"]?.text == v1.node.region.text }
        }
    }

    /// An original goes to the county by post.
    private func parcel() async {
        let (v1, c) = (world.v1, world.c)
        let number = await world.receive(v1, DemoSeed.Item.pension, "何秀芝")
        _ = await v1.act("originals", number, ",\"codes\":[\"M1\"],\"way\":\"in\"")
        let made = await v1.command(
            "{\"command\":\"mailing.make\",\"case\":\"\(number)\",\"originals\":[\"M1\"],"
                + "\"to\":\"\(c.node.region.text)\"}")
        let parcel = made.json["mailing"]?.text ?? ""
        let isCarried = await v1.say(
            "{\"command\":\"mailing.collect\",\"mailing\":\"\(parcel)\",\"carrier\":\"邮政\","
                + "\"tracking\":\"EMS0001\"}")
        script.fact("原件寄往县里，揽收有交接单", isCarried)
        await script.eventually("县里看到在途的寄递单") {
            let data = await c.get("/api/v1/board/mailing?code=" + parcel)["data"]
            return data?["status"]?.text == "carried"
        }
        _ = await c.say("{\"command\":\"mailing.receive\",\"mailing\":\"\(parcel)\"}")
        await script.eventually("村里看到县里已签收原件，保管已转移") {
            let data = await v1.get("/api/v1/board/mailing?code=" + parcel)["data"]
            let again = await v1.command(
                "{\"command\":\"mailing.make\",\"case\":\"\(number)\",\"originals\":[\"M1\"]}")
            return data?["status"]?.text == "received"
                && again.json["rule"]?.text == "original-not-held"
        }
    }

    /// A certificate that runs out in fifty-nine days, and 好差评 without a login.
    private func certificate(until day: String) async {
        let v1 = world.v1
        let answer = await v1.command(
            "{\"command\":\"case.receive\",\"item\":\"\(DemoSeed.Item.pension)\","
                + "\"applicant\":{\"name\":\"何秀芝\",\"idNumber\":\"370124194401081234\"},"
                + "\"materials\":[{\"code\":\"M1\",\"present\":true}]}")
        let number = answer.json["number"]?.text ?? ""
        let query = answer.json["queryCode"]?.text ?? ""
        var isDone = await v1.act("accept", number)
        isDone = await v1.act("decide", number, ",\"outcome\":\"grant\"") && isDone
        isDone = await v1.act("ready", number, ",\"validUntil\":\"\(day)\"") && isDone
        script.fact("制证，有效期至 \(day)", isDone)
        let due = await v1.get("/api/v1/board/reminders")["data"]?["certificates"]?.array ?? []
        let mine = due.first { $0["case"]?.text == number }
        script.fact("到期提醒：60 天内，待提醒", mine?["stage"]?.int == 60 && mine?["due"]?.bool == true)
        let remind =
            "{\"command\":\"certificate.remind\",\"case\":\"\(number)\",\"way\":\"上门\"}"
        script.fact("上门提醒已登记", await v1.say(remind))
        script.fact(
            "同一次不再提醒", await v1.command(remind).json["rule"]?.text == "reminder-not-due")
        func rate(_ code: String) async -> Int {
            let form = "number=\(number)&query=\(code)&last=1234&grade=5"
            return await v1.fetch(
                "POST", "/rate", Array(form.utf8), token: "",
                type: "application/x-www-form-urlencoded"
            ).status
        }
        let wrong = await rate(query == "000000" ? "000001" : "000000")
        script.fact("查询码不对不能评价", wrong == 404)
        script.fact("凭查询码不登录评价", await rate(query) == 200)
        script.fact("一事一评", await rate(query) == 409)
    }
}
