import API
import Base
import Change
import Domain
import Foundation
import Kernel
import Network
import Testing

@testable import Disk
@testable import Runtime

/// A folder that goes away with its owner.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "syncnode-runtime-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("left behind: \(path)")
        }
    }
}

/// One real node of a test: its directory, and the runtime while it runs.
actor Station {
    nonisolated let data: String
    nonisolated let code: String
    private var listen: Endpoint
    private(set) var runtime: NodeRuntime?
    /// How often the node asked to begin anew.
    private(set) var renewals = 0

    /// Makes the node, under a parent where one is given.
    init(
        _ code: String, _ name: String, in folder: ScratchFolder, parent: String? = nil
    ) async throws {
        self.code = code
        data = folder.path + "/" + code
        listen = try Endpoint("127.0.0.1:0")
        let region = try #require(RegionCode(code))
        _ = try await NodeCommands.initialise(
            data: data, code: region, name: name, suite: 1, parentURL: parent)
    }

    /// The node in a directory that stands there already.
    init(copied data: String, code: String) throws {
        self.data = data
        self.code = code
        listen = try Endpoint("127.0.0.1:0")
    }

    var url: String { "http://" + listen.text }

    /// What the operator's own program sends.
    var authority: (String, String) {
        get throws { ("Authorization", try AdminToken.header(in: data)) }
    }

    func start() async throws {
        var options = NodeRuntime.Options(data: data, listen: listen)
        options.isDemo = true
        let started = try await NodeRuntime.start(options)
        listen = try #require(started.endpoint)
        runtime = started
        started.onRenewal { Task { await self.noteRenewal() } }
    }

    func stop() async {
        await runtime?.stop()
        runtime = nil
    }

    /// What `serve` does when the node asks for it: stops and starts.
    func renew() async throws {
        await stop()
        try await start()
    }

    private func noteRenewal() { renewals += 1 }

    func running() throws -> NodeRuntime { try #require(runtime) }

    /// A command as `POST /api/v1/commands` takes it; its answer.
    @discardableResult
    func say(_ json: String) async throws -> JSON {
        let command = try Command(json: try JSON(parsing: Array(json.utf8)))
        var sealed = try running().vaultDoor.sealed(command)
        if case .needsKey(let scope) = sealed {
            await (try running()).keeper.ensure(scope)
            sealed = try running().vaultDoor.sealed(command)
        }
        guard case .ready(let ready) = sealed else {
            Issue.record("\(code) cannot seal \(json): \(sealed)")
            return .null
        }
        let outcome = try await running().store.writer.submit(
            .command(ready, author: 0, replayKey: nil))
        guard case .done(let answer, _) = outcome else {
            Issue.record("\(code) refused \(json): \(outcome)")
            return .null
        }
        return answer.isEmpty ? .null : try JSON(parsing: answer)
    }

    /// Takes a case in; its number.
    func receive(_ applicant: String) async throws -> String {
        let answer = try await say(
            "{\"command\":\"case.receive\",\"item\":\"\(County.item)\",\"applicant\":"
                + "{\"name\":\"\(applicant)\"},\"materials\":[\"M1\"]}")
        return try #require(answer["number"]?.text)
    }

    /// Applicants of all cases here, sorted; "?" where this node has had no key for ten seconds.
    func applicants() async throws -> [String] {
        var names: [String] = []
        for _ in 0..<100 {
            names = try opened()
            if !names.contains("?") { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        return names
    }

    private func opened() throws -> [String] {
        let queries = NodeQueries(runtime: try running())
        let found = try queries.documents(
            DocumentQuery(collection: .caseFile, status: nil, after: nil, limit: 100))
        return try found.map { document in
            let state = try JSON(parsing: document.state)
            guard case .known(let person) = queries.person(state["sealed"]?.text ?? "") else {
                return "?"
            }
            return person.name
        }.sorted()
    }

    /// Publishes an item, effective at once.
    func publish(_ code: String) async throws {
        try await say(
            "{\"command\":\"item.publish\",\"code\":\"\(code)\",\"immediate\":true,"
                + "\"elements\":{\"name\":\"参保登记\",\"kind\":\"公共服务\","
                + "\"handling\":\"即办件\",\"legalDays\":1,\"promisedDays\":1,"
                + "\"materials\":[{\"code\":\"M1\",\"name\":\"登记表\",\"required\":true}],"
                + "\"basis\":\"样例办法第一条\",\"level\":\"县级\",\"department\":\"县民政局\",\"agency\":\"县民政局\","
                + "\"audience\":[\"自然人\"],\"steps\":[\"收件与受理\",\"审查与决定\"],\"fees\":{\"charged\":false},"
                + "\"result\":{\"kind\":\"其他\",\"name\":\"办理结果\"},"
                + "\"conditions\":\"无\"}}")
    }

    /// How many items there are here.
    func items() throws -> Int {
        let queries = NodeQueries(runtime: try running())
        return try queries.documents(
            DocumentQuery(collection: .item, status: nil, after: nil, limit: 100)
        ).count
    }

    /// A case as it is here.
    func file(_ number: String) throws -> JSON {
        let queries = NodeQueries(runtime: try running())
        let found = try queries.documents(.caseFile, label: number)
        return try JSON(parsing: try #require(found.first).state)
    }

    /// `seat` at the parent, for a child's newest incarnation.
    func seat(_ child: Station) async throws {
        let answer = try await NodeCommands.ask(
            data, "POST", "/admin/v1/seat", body: "{\"region\":\"\(child.code)\"}")
        #expect(answer.exitCode == 0, "\(answer.text)")
    }

    /// Whether this node's incarnation has its region's seat.
    func isSeated() throws -> Bool {
        let runtime = try running()
        return runtime.board.directory.seat(of: runtime.settings.region.id)?.key
            == runtime.store.signer.key
    }

    var incarnation: IncarnationKey {
        get throws { try running().store.signer.key }
    }
}

/// A county with one item and a village below it.
struct County {
    static let item = "370511002001"
    let folder: ScratchFolder
    let county: Station
    let village: Station

    init() async throws {
        folder = try ScratchFolder()
        county = try await Station("370124000000", "平阴县", in: folder)
        try await county.start()
        try await county.publish(Self.item)
        try await county.say(
            "{\"command\":\"grant.set\",\"code\":\"\(Self.item)\",\"region\":\"\(county.code)\","
                + "\"level\":\"village\",\"mode\":\"授权办理\",\"from\":\"2020-01-01\","
                + "\"document\":\"1号\"}")
        village = try await Station(
            "370124106201", "东崖村", in: folder, parent: await county.url)
        try await village.start()
        try await Self.until("the item is at the village") { [village] in
            let queries = NodeQueries(runtime: try await village.running())
            return try queries.documents(.item, label: Self.item).count == 1
        }
    }

    /// Waits, within a deadline, until something is so.
    static func until(
        _ what: String, seconds: Int = 20, _ isSo: () async throws -> Bool
    ) async throws {
        for _ in 0..<(seconds * 20) {
            if try await isSo() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("in \(seconds) s it did not come about that \(what)")
    }

    /// Waits until a station and the county hold the same.
    func settle(_ station: Station, seconds: Int = 20) async throws {
        try await Self.until("\(station.code) and the county are equal", seconds: seconds) {
            let runtime = try await station.running()
            do {
                let results = try await runtime.exchange(with: nil)
                let above = try await county.running()
                return !results.isEmpty && results.allSatisfy { $0.2 }
                    && Self.leaves(runtime, above) == Self.leaves(above, runtime)
            } catch is DialedPeer.Failure {
                // The link is being made anew: asked again.
                return false
            }
        }
    }

    /// What one node holds of the scopes that it shares with another.
    private static func leaves(_ one: NodeRuntime, _ other: NodeRuntime) -> [Digest16] {
        one.board.news(
            since: nil, sharedBy: one.settings.region.id, and: other.settings.region.id
        ).scopes.filter { !$0.isBlank }.map(\.leaf)
    }

    func stop() async {
        await village.stop()
        await county.stop()
    }

    /// Copies a directory as an image of its disk would: its sentinel does not tell that it is
    /// another file. Its node must be stopped.
    static func copy(_ from: String, to: String) throws {
        if FileManager.default.fileExists(atPath: to) {
            try FileManager.default.removeItem(atPath: to)
        }
        try FileManager.default.copyItem(atPath: from, toPath: to)
        let path = URL(fileURLWithPath: to + "/sentinel")
        guard FileManager.default.fileExists(atPath: path.path) else { return }
        let place = try OpenFile(
            path: path.path, flags: O_RDONLY, site: .sentinelOpen, faults: nil
        ).place()
        let bytes = [UInt8](try Data(contentsOf: path))
        var image: [UInt8] = []
        for start in [0, SentinelRecord.slotBytes] {
            let slot = Array(bytes[start..<start + SentinelRecord.slotBytes])
            guard slot.contains(where: { $0 != 0 }) else {
                image += slot
                continue
            }
            var record = try SentinelRecord.decode(slot)
            record.place = place
            image += record.encode()
        }
        try Data(image).write(to: path)
    }

    /// Copies a directory; its node must be stopped.
    func copy(_ from: String, to: String) throws { try Self.copy(from, to: to) }

    /// A station's directory as it is now, put aside between a stop and a start.
    /// - Returns: Where the copy stands.
    func saved(_ station: Station) async throws -> String {
        await station.stop()
        let saved = folder.path + "/saved"
        try copy(station.data, to: saved)
        try await station.start()
        return saved
    }

    /// A town below the county and a village below that, once the item is there.
    func makeTownAndVillage() async throws -> (town: Station, village: Station) {
        let town = try await Station(
            "370124105000", "孝直镇", in: folder, parent: await county.url)
        try await town.start()
        let village = try await Station(
            "370124105200", "展小庄村", in: folder, parent: await town.url)
        try await village.start()
        try await Self.until("the item is below") {
            try NodeQueries(runtime: try await village.running())
                .documents(.item, label: Self.item).count == 1
        }
        return (town, village)
    }
}
