import Base
import Change
import Crypto
import Domain
import Foundation
import Gate
import HTTP
import Network
import Replication
import Testing

@testable import Runtime

/// A county that speaks TLS, for newcomers and for those who only pretend.
struct SecureCounty {
    let folder: ScratchFolder
    let data: String
    let runtime: NodeRuntime
    let url: String

    init() async throws {
        folder = try ScratchFolder()
        data = folder.path + "/county"
        let code = try #require(RegionCode("370124000000"))
        _ = try await NodeCommands.initialise(
            data: data, code: code, name: "平阴县", suite: 1, parentURL: nil)
        runtime = try await Self.start(data)
        url = "https://" + (try #require(runtime.endpoint)).text
    }

    static func start(_ data: String) async throws -> NodeRuntime {
        var options = NodeRuntime.Options(data: data, listen: try Endpoint("127.0.0.1:0"))
        options.isSecure = true
        return try await NodeRuntime.start(options)
    }

    /// What the operator asks of a node, as the command line does.
    static func ask(_ data: String, _ body: String) async throws -> JSON {
        let answer = try await NodeCommands.ask(data, "POST", "/admin/v1/invite", body: body)
        return try JSON(parsing: Array(answer.text.utf8))
    }

    static func code(
        _ data: String, _ region: String, _ name: String, more: String = ""
    ) async throws -> String {
        let answer = try await ask(
            data, "{\"act\":\"invite\",\"region\":\"\(region)\",\"name\":\"\(name)\"\(more)}")
        return try #require(answer["code"]?.text)
    }

    static func join(
        _ data: String, _ url: String, _ code: String
    ) async throws -> NodeJoining.Outcome {
        let leave = try #require(NodeJoining.Leave(code: code))
        return try await NodeJoining(
            data: data, url: url, leave: leave, hosts: [], isSM2: false
        ).run()
    }

    /// A town with its own process's worth of node, enrolled and running.
    func town(_ name: String = "town") async throws -> (String, NodeRuntime) {
        let path = folder.path + "/" + name
        let code = try await Self.code(data, "370124106000", "玫瑰镇")
        _ = try await Self.join(path, url, code)
        return (path, try await Self.start(path))
    }

    func refusals(_ runtime: NodeRuntime? = nil) -> [String: Int] {
        let counts = (runtime ?? self.runtime).door.refusals.counts
        return Dictionary(uniqueKeysWithValues: counts.map { ($0.name, $0.count) })
    }
}

@Suite(.serialized) struct EnrolmentTests {
    @Test func threeTiersEnrolByCodeAndHoldTheSame() async throws {
        let county = try await SecureCounty()
        let (path, town) = try await county.town()
        let code = try await SecureCounty.code(path, "370124106201", "东崖村")
        let villagePath = county.folder.path + "/village"
        let townURL = "https://" + (try #require(town.endpoint)).text
        _ = try await SecureCounty.join(villagePath, townURL, code)
        let village = try await SecureCounty.start(villagePath)
        try await County.until("the village and the town hold the same") {
            do {
                let results = try await village.exchange(with: nil)
                return !results.isEmpty && results.allSatisfy(\.2)
            } catch is DialedPeer.Failure {
                return false
            }
        }
        try await County.until("the county knows the village") {
            county.runtime.board.directory.regions.count == 3
        }
        #expect(county.refusals().isEmpty)
        // The same code again, and another's.
        await #expect(throws: NodeRuntime.Failure.self) {
            _ = try await SecureCounty.join(county.folder.path + "/second", townURL, code)
        }
        #expect(county.refusals(town)["code-used"] == 1)
        #expect(!FileManager.default.fileExists(atPath: county.folder.path + "/second/keys"))
        await village.stop()
        await town.stop()
        await county.runtime.stop()
    }

    @Test func aCodeOfAnotherTreeOpensNothing() async throws {
        let county = try await SecureCounty()
        let other = try await SecureCounty()
        let code = try await SecureCounty.code(other.data, "370124106000", "玫瑰镇")
        let failure = await #expect(throws: NodeRuntime.Failure.self) {
            _ = try await SecureCounty.join(county.folder.path + "/t", county.url, code)
        }
        #expect(failure?.exitCode == 5)
        #expect(failure?.sentence.contains("wrong-authority") == true)
        await county.runtime.stop()
        await other.runtime.stop()
    }

    @Test func aRequestWaitsForItsOperator() async throws {
        let county = try await SecureCounty()
        let fingerprint = try #require(await county.runtime.door.desk.fingerprint)
        let path = county.folder.path + "/asked"
        let region = try #require(RegionCode("370124106000"))
        let joining = NodeJoining(
            data: path, url: county.url,
            leave: .request(fingerprint: fingerprint, code: region, name: "玫瑰镇"), hosts: [],
            isSM2: true)
        guard case .waiting(let id) = try await joining.run() else {
            Issue.record("nobody approved it")
            return
        }
        _ = try await SecureCounty.ask(county.data, "{\"act\":\"approve\",\"id\":\"\(id)\"}")
        guard case .joined = try await joining.run() else {
            Issue.record("it was approved")
            return
        }
        let runtime = try await SecureCounty.start(path)
        try await County.until("an SM2 node exchanges over its Ed25519 certificate") {
            runtime.peerStates().contains { $0.link == .up }
        }
        await runtime.stop()
        await county.runtime.stop()
    }

    @Test func theConsoleHasTheQueueOfNewcomers() async throws {
        let county = try await SecureCounty()
        let client = try NodeCommands.local(county.data)
        defer { client.stop() }
        func console(_ method: String, _ path: String, _ form: String = "") async throws -> String {
            var request = ClientRequest(method, county.url + path, body: Array(form.utf8))
            request.headers = [("Authorization", try AdminToken.header(in: county.data))]
            if !form.isEmpty {
                request.headers.append(("Content-Type", "application/x-www-form-urlencoded"))
            }
            let response = try await client.send(request)
            #expect(response.status == 200, "\(path)")
            return String(decoding: response.body, as: UTF8.self)
        }
        #expect(try await console("GET", "/enrolment").contains("没有等待同意的申请"))
        let fingerprint = try #require(await county.runtime.door.desk.fingerprint)
        let region = try #require(RegionCode("370124106000"))
        let joining = NodeJoining(
            data: county.folder.path + "/asked", url: county.url,
            leave: .request(fingerprint: fingerprint, code: region, name: "玫瑰镇"), hosts: [],
            isSM2: false)
        guard case .waiting(let id) = try await joining.run() else {
            Issue.record("nobody approved it")
            return
        }
        let waiting = try await console("GET", "/enrolment")
        #expect(waiting.contains("玫瑰镇") && waiting.contains(id) && waiting.contains("同意"))
        #expect(waiting.contains(fingerprint.hex))
        let approved = try await console("POST", "/console/enrolment", "act=approve&id=\(id)")
        #expect(approved.contains("已同意"))
        guard case .joined = try await joining.run() else {
            Issue.record("it was approved")
            return
        }
        let made = try await console(
            "POST", "/console/enrolment",
            "act=invite&region=370124001000&name=%E6%A6%86%E5%B1%B1&hours=5")
        #expect(made.contains("syncnode enroll") && made.contains("未用"))
        let audit = try await NodeCommands.ask(
            county.data, "GET", "/api/v1/audit?act=enrol.approve", body: nil)
        #expect(audit.text.contains(id), "who let it in stands in the audit")
        await county.runtime.stop()
    }

    @Test func aBrokenMachineIsReplacedByWord() async throws {
        let county = try await SecureCounty()
        let (_, town) = try await county.town()
        await town.stop()
        let plain = try await SecureCounty.ask(
            county.data, "{\"act\":\"invite\",\"region\":\"370124106000\",\"name\":\"玫瑰镇\"}")
        #expect(plain["rule"]?.text == "region-taken")
        let code = try await SecureCounty.code(
            county.data, "370124106000", "玫瑰镇", more: ",\"replace\":true")
        let later = try await SecureCounty.code(
            county.data, "370124106000", "玫瑰镇", more: ",\"replace\":true")
        let path = county.folder.path + "/next"
        _ = try await SecureCounty.join(path, county.url, code)
        let next = try await SecureCounty.start(path)
        try await County.until("the new machine has the seat") {
            let directory = county.runtime.board.directory
            let record = directory.region(code: next.settings.region.code)
            return record.flatMap { directory.seat(of: $0.id)?.node } == next.store.keys.nodeID
        }
        // Written while the first machine sat there: it does not replace the second.
        await #expect(throws: NodeRuntime.Failure.self) {
            _ = try await SecureCounty.join(
                county.folder.path + "/third", county.url, later)
        }
        await next.stop()
        await county.runtime.stop()
    }

    @Test func aCertificateIsRenewedWhileTheNodeRuns() async throws {
        let county = try await SecureCounty()
        let (_, town) = try await county.town()
        let before = try #require(town.door.credentials?.chain[0].fingerprint)
        await town.renewCertificate()
        let after = try #require(town.door.credentials?.chain[0].fingerprint)
        #expect(before != after)
        #expect(town.door.credentials?.chain[0].publicBytes != nil)
        try await County.until("links go on with it") {
            do {
                return try await town.exchange(with: nil).allSatisfy(\.2)
            } catch is DialedPeer.Failure {
                return false
            }
        }
        #expect(county.refusals().isEmpty)
        await town.stop()
        await county.runtime.stop()
    }
}
