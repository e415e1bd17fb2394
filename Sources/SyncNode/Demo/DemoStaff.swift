import Account
import Base
import Domain
import Runtime

/// Accounts of the demo: one for every role that there is at a node's level.
enum DemoStaff {
    /// The same for all: it is printed, and the demo listens on loopback only.
    static let password = "yanshi-2026"

    /// An account of the demo.
    struct Person: Sendable {
        let login: String
        let name: String
        let role: Role
    }

    private static let people: [Person] = [
        Person(login: "cunban", name: "赵帮办", role: .villageClerk),
        Person(login: "shouli", name: "钱受理", role: .townAcceptor),
        Person(login: "shenhe", name: "孙审核", role: .townReviewer),
        Person(login: "chuangkou", name: "李窗口", role: .countyWindow),
        Person(login: "shenpi", name: "周审批", role: .approver),
        Person(login: "shenpi2", name: "何审批", role: .approver),
        Person(login: "duren", name: "吴独任", role: .soleApprover),
        Person(login: "shouxi", name: "郑首席", role: .chief),
        Person(login: "shixiang", name: "王事项", role: .itemEditor),
        Person(login: "fuhe", name: "冯复核", role: .itemReviewer),
        Person(login: "zhuanyuan", name: "陈专员", role: .itemLiaison),
        Person(login: "kuayu", name: "褚跨域", role: .corridorClerk),
        Person(login: "ducha", name: "卫督查", role: .inspector),
        Person(login: "jiandu", name: "蒋监督", role: .monitor),
        Person(login: "guanli", name: "沈管理", role: .nodeAdmin),
        Person(login: "shenji", name: "韩审计", role: .auditor),
    ]

    /// Those of one level.
    static func people(at level: Level) -> [Person] {
        people.filter { $0.role.levels.contains(level) }
    }

    /// Whose work an act is at a level; nil where it is the machine's operator's.
    static func login(for command: String, at level: Level) -> String? {
        guard let act = Act(rawValue: command) else { return nil }
        let first = people(at: level).first { Permissions.allow($0.role, act) }
        return first?.login
    }

    /// Enters the accounts of one node that are not there yet. The password is derived once.
    static func enter(
        at member: DemoMember, _ record: PasswordRecord
    ) async throws(NodeRuntime.Failure) {
        let known = await member.get("/api/v1/accounts?limit=200")["accounts"]?.array ?? []
        for person in people(at: member.node.level) {
            if known.contains(where: { $0["login"]?.text == person.login }) { continue }
            let answer = await member.post(
                "/api/v1/commands",
                "{\"command\":\"account.add\",\"login\":\"\(person.login)\","
                    + "\"name\":\"\(person.name)\",\"roles\":[\"\(person.role.rawValue)\"],"
                    + "\"password\":\"\(record.text)\"}")
            guard answer.status == 200 else {
                throw NodeRuntime.Failure(
                    "\(member.node.name) refused \(person.login): \(answer.json)", exitCode: 1)
            }
        }
    }

    /// One line a level, for people.
    static func lines(_ levels: [Level]) -> [String] {
        levels.map { level in
            let words = people(at: level).map { "\($0.login)（\($0.role.name)）" }
            return DemoCounty.level(level) + "：" + words.joined(separator: " ")
        }
    }
}

/// The operator's token of a node of this machine.
enum AdminKey {
    /// Empty where there is none yet.
    static func text(in data: String) -> String {
        do throws(KeyFiles.Failure) {
            let bytes = try SmallFile.read(
                data + "/keys/admin", limit: 2 * Limits.adminTokenBytes)
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            // A node that has not been started yet.
            return ""
        }
    }
}
