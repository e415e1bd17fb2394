import Base
import Disk
import Domain
import Network
import Runtime

/// Data directories put back and copied as files, which nobody should do: each is found out at
/// first contact, goes on as a new incarnation, and loses nothing that anybody held.
struct DemoRecovery: Sendable {
    let script: DemoScript
    let world: DemoWorld

    func play() async {
        guard let folder = SmallFile.temporaryFolder("syncnode-demo") else {
            script.fact("有地方放副本", false)
            return
        }
        do throws(NodeRuntime.Failure) {
            try await restoredCounty(folder)
            try await restoredVillage(folder)
            try await clone(folder)
        } catch {
            script.fact("副本能够启动：\(error.sentence)", false)
        }
        ScratchFolder.remove(folder)
    }

    // MARK: a root

    private func restoredCounty(_ folder: String) async throws(NodeRuntime.Failure) {
        let (c, t2) = (world.c, world.t2)
        try await keep(c, folder + "/county")
        let number = await world.receive(t2, DemoSeed.Item.pension, "孙玉兰")
        await script.eventually("县里收到备份之后的办件") { await c.has(number) }
        _ = await c.act("note", number, ",\"note\":\"县里已核对\"")
        await script.eventually("备份之后县里写的备注到了榆山街道") { await noted(t2, number) }
        let before = await world.numbers(c)
        let old = await incarnation(c)
        try await putBack(c, folder + "/county")
        await script.eventually("县的旧目录在首次联络时被发现，换了新身份") {
            let now = await incarnation(c)
            return now != nil && now != old
        }
        await script.eventually("县以新身份重新入席") {
            await c.get("/api/v1/status")["seated"]?.bool == true
        }
        await script.eventually("县自己写过的都从下级回来了，一条不少") {
            let now = await world.numbers(c)
            let isNoted = await noted(c, number)
            return isNoted && before.allSatisfy(now.contains)
        }
        _ = await c.act("note", number, ",\"note\":\"恢复之后\"")
        await script.eventually("县继续办理，下级照常收到") {
            await t2.file(number)?["events"]?.array?.count { $0["kind"]?.text == "note" } == 2
        }
    }

    private func noted(_ member: DemoMember, _ number: String) async -> Bool {
        let events = await member.file(number)?["events"]?.array ?? []
        return events.contains { $0["kind"]?.text == "note" }
    }

    // MARK: a member

    private func restoredVillage(_ folder: String) async throws(NodeRuntime.Failure) {
        let (v2, t) = (world.v2, world.t)
        let first = await world.receive(v2, DemoSeed.Item.pension, "马秀莲")
        await script.eventually("玫瑰镇收到夏沟村的办件") { await t.has(first) }
        try await keep(v2, folder + "/village")
        let second = await world.receive(v2, DemoSeed.Item.pension, "高长河")
        await script.eventually("玫瑰镇收到备份之后的办件") { await t.has(second) }
        let old = await incarnation(v2)
        try await putBack(v2, folder + "/village")
        await script.eventually("夏沟村的旧目录在首次联络时被发现，换了新身份") {
            let now = await incarnation(v2)
            return now != nil && now != old
        }
        await script.eventually("夏沟村备份之后的办件回来了") {
            let now = await world.numbers(v2)
            return now.contains(first) && now.contains(second)
        }
        let third = await world.receive(v2, DemoSeed.Item.pension, "吕文山")
        script.fact("席位暂停时照常收件", third.utf8.count == 26)
        let refused = await v2.post(
            "/api/v1/commands", "{\"command\":\"case.accept\",\"case\":\"\(third)\"}")
        script.fact("席位暂停时不能决定", refused.json["rule"]?.text == "seat-suspended")
        await script.eventually("上级重新授予席位") {
            await t.run(["seat", "--data", t.data, "--region", v2.node.region.text]).code == 0
        }
        await script.eventually("夏沟村继续办理") { await v2.act("accept", third) }
    }

    // MARK: a clone

    private func clone(_ folder: String) async throws(NodeRuntime.Failure) {
        let (v1, t) = (world.v1, world.t)
        try await keep(v1, folder + "/clone")
        let first = await world.receive(v1, DemoSeed.Item.pension, "田淑贞")
        await script.eventually("玫瑰镇收到焦庄村的办件") { await t.has(first) }
        let copy = v1.copied(to: folder + "/clone", listen: world.spareAddress)
        let old = await incarnation(v1)
        // Whoever copies the machine whole has its secret, too.
        let secret = "/../" + KeySecret.fileName
        let isCopied = await DemoFolder.copy(v1.data + secret, to: copy.data + secret)
        script.fact("连同密钥口令一起复制", isCopied)
        try await copy.start()
        await script.eventually("焦庄村的副本在首次联络时被发现，换了新身份") {
            let now = await incarnation(copy)
            return now != nil && now != old
        }
        // What it wrote before it was copied comes back from above, its accounts too.
        await script.eventually("副本的账户找回来了") {
            await copy.get("/api/v1/accounts?limit=200")["accounts"]?.array?.isEmpty == false
        }
        let second = await world.receive(copy, DemoSeed.Item.pension, "郭振海")
        await script.eventually("两份各自收的件，镇里都有，两边也都有") {
            for member in [t, v1, copy] {
                let now = await world.numbers(member)
                guard now.contains(first), now.contains(second) else { return false }
            }
            return true
        }
        script.fact("焦庄村自己不受影响", await incarnation(v1) == old)
        script.fact("副本核对无误", await copy.isSound())
        await copy.stop(ProcessSignal.terminate)
    }

    // MARK: parts

    private func incarnation(_ member: DemoMember) async -> String? {
        await member.get("/api/v1/status")["incarnation"]?.text
    }

    /// Copies a directory as files, at rest.
    private func keep(
        _ member: DemoMember, _ path: String
    ) async throws(NodeRuntime.Failure) {
        await member.stop(ProcessSignal.terminate)
        script.fact("\(member.node.name) 的目录复制一份", await DemoFolder.copy(member.data, to: path))
        try await member.start()
    }

    /// Puts an older copy in the directory's place.
    private func putBack(
        _ member: DemoMember, _ path: String
    ) async throws(NodeRuntime.Failure) {
        await member.stop(ProcessSignal.terminate)
        let isMoved = await DemoFolder.move(member.data, to: path + "-lost")
        let isCopied = await DemoFolder.copy(path, to: member.data)
        script.fact("\(member.node.name) 的目录换成旧的一份", isMoved && isCopied)
        try await member.start()
    }
}

/// Folders as files, with the system's own commands.
enum DemoFolder {
    static func copy(_ from: String, to path: String) async -> Bool {
        await run("/bin/cp", ["-a", from, path])
    }

    static func move(_ from: String, to path: String) async -> Bool {
        await run("/bin/mv", [from, path])
    }

    private static func run(_ program: String, _ words: [String]) async -> Bool {
        do throws(ChildProcess.Failure) {
            let started = try ChildProcess(program, words)
            return await Blocking.run { started.wait() == 0 }
        } catch {
            Console.say(error.sentence)
            return false
        }
    }
}
