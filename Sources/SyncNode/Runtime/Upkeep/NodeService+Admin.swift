import API
import Base
import Change
import Crypto
import Domain
import HTTP
import Kernel
import Network

/// The doors below `/admin/v1/`: for the node's own user, over its command line.
extension NodeService {
    static let adminPrefix = "/admin/v1/"

    static func isAdmin(_ path: String) -> Bool { path.utf8.starts(with: adminPrefix.utf8) }

    func admin(_ request: HTTPRequest) async -> HTTPResponse {
        guard request.method == .post else {
            return Self.problem(405, "method-not-allowed", "此地址只接受 POST")
        }
        do throws(NodeRuntime.Failure) {
            let wanted = try AdminToken.header(in: runtime.options.data)
            let given = request.headers["Authorization"] ?? ""
            guard
                runtime.options.isDemo
                    || Secret.isSame(Array(given.utf8), Array(wanted.utf8))
            else {
                runtime.door.refusals.note("not-admin", from: request.peer?.address ?? "?")
                return Self.problem(401, "not-admin", "需要本节点数据目录中的管理令牌")
            }
        } catch {
            return Self.problem(503, "no-token", error.sentence)
        }
        let door = String(request.path.dropFirst(Self.adminPrefix.count))
        let answer = await admin(door, request)
        await noteOperator(door, request, answer)
        return answer
    }

    /// What the operator said of nodes stands in the audit; a look and a trial do not.
    private func noteOperator(
        _ door: String, _ request: HTTPRequest, _ answer: HTTPResponse
    ) async {
        // Of `late` the door itself says who adopted what; a bundle's bytes name nobody.
        guard ["seat", "partner", "invite", "departure", "move", "parent"].contains(door) else {
            return
        }
        let json = NodeSettings.json(request.body) ?? .null
        let said = json["act"]?.text
        guard json["dryRun"]?.bool != true, said != "list" else { return }
        let act = door == "invite" ? "enrol." + (said ?? "") : "node." + (said ?? door)
        let about = json["region"]?.text ?? json["id"]?.text ?? json["url"]?.text ?? ""
        await note(act, String(about.prefix(120)), by: .machine, request, answer)
    }

    private func admin(_ door: String, _ request: HTTPRequest) async -> HTTPResponse {
        switch door {
        case "seat": return await seat(request)
        case "partner": return await agree(request)
        case "invite": return await invite(request)
        case "departure": return await departure(request)
        case "late": return await late(request)
        case "move": return await move(request)
        case "parent": return await goToParent(request)
        case "export": return await exportBundle(request)
        case "import": return await importBundle(request)
        default: return Self.problem(404, "no-such-route", "没有这个地址")
        }
    }

    /// {url, fingerprint, dial}: agrees on a corridor with a county of another tree.
    private func agree(_ request: HTTPRequest) async -> HTTPResponse {
        guard let json = NodeSettings.json(request.body), let url = json["url"]?.text,
            let bytes = json["fingerprint"]?.text.flatMap(Hex.decode), bytes.count == 32
        else { return Self.problem(400, "bad-partner", "缺少对端地址 url 或根证书指纹 fingerprint") }
        do throws(NodeRuntime.Failure) {
            let record = try await runtime.addPartner(
                url, dials: json["dial"]?.bool ?? true, fingerprint: Digest(bytes: bytes))
            return Self.document { object in
                object.field("region", record.code.text)
                object.field("name", record.name)
            }
        } catch {
            return Self.problem(
                error.exitCode == 5 ? 403 : error.exitCode == 2 ? 400 : 502,
                error.exitCode == 5 ? "wrong-authority" : "partner-unreachable", error.chinese)
        }
    }

    /// Gives the seat of a child to its newest incarnation; of a root, its own to this one.
    private func seat(_ request: HTTPRequest) async -> HTTPResponse {
        let directory = runtime.board.directory
        guard let region = Self.named(request, directory) else {
            return Self.problem(404, "region-unknown", "没有这个区划")
        }
        if region.id == runtime.settings.region.id, region.parent == nil {
            return await takeOwnSeat(region)
        }
        guard region.parent == runtime.settings.region.id else {
            return Self.problem(403, "not-parent", "只有上级才能授予席位")
        }
        guard let latest = directory.latestIncarnation(of: region.id) else {
            return Self.problem(409, "nothing-to-seat", "没有等待席位的新身份")
        }
        let epoch = (directory.seats(of: region.id).last?.epoch ?? 0) + 1
        let entry = DirectoryEntry.seat(
            region: region.id, epoch: epoch, key: latest.key, node: latest.node,
            proof: latest.proof)
        do throws(Writer.Failure) {
            _ = try await runtime.store.writer.submit(.state([entry]))
        } catch {
            return Self.problem(503, "store", "本节点的存储暂不可用")
        }
        return Self.seated(region, epoch, latest.key)
    }

    /// A root whose members do not come need not wait for them.
    private func takeOwnSeat(_ region: RegionRecord) async -> HTTPResponse {
        if runtime.isSuperseded {
            runtime.beginAnew()
            return Self.problem(409, "seat-superseded", "本节点的席位已由它更新的身份接替，正在换新身份")
        }
        do throws(JournalError) {
            let epoch = try await runtime.takeSeat()
            return Self.seated(region, epoch, runtime.store.signer.key)
        } catch {
            return Self.problem(503, "store", "本节点的存储暂不可用")
        }
    }

    private static func seated(
        _ region: RegionRecord, _ epoch: UInt64, _ key: IncarnationKey
    ) -> HTTPResponse {
        var writer = JSONWriter()
        writer.object { object in
            object.field("region", region.code.text)
            object.field("epoch", Int64(epoch))
            object.field("incarnation", key.text)
        }
        return HTTPResponse(status: 200, contentType: "application/json", body: writer.bytes)
    }

    /// The region whose code stands in a JSON body as `region`.
    static func named(_ request: HTTPRequest, _ directory: Directory) -> RegionRecord? {
        guard
            let code = NodeSettings.json(request.body)?["region"]?.text
                .flatMap(RegionCode.init(_:))
        else { return nil }
        return directory.region(code: code)
            ?? directory.partners.first { $0.record.code == code }?.record
    }

    // MARK: bundles

    func exportBundle(_ request: HTTPRequest) async -> HTTPResponse {
        guard let region = Self.named(request, runtime.board.directory) else {
            return Self.problem(404, "region-unknown", "没有这个区划")
        }
        do throws(BundleCourier.Refusal) {
            return HTTPResponse(
                status: 200, contentType: "application/octet-stream",
                body: try BundleCourier(runtime: runtime).export(for: region.id))
        } catch {
            return Self.problem(error.status, error.rule, error.title)
        }
    }

    func importBundle(_ request: HTTPRequest) async -> HTTPResponse {
        do throws(BundleCourier.Refusal) {
            let result = try await BundleCourier(runtime: runtime).take(request.body)
            let directory = runtime.board.directory
            var writer = JSONWriter()
            writer.object { object in
                object.field("purpose", result.isReceipt ? "receipt" : "changes")
                object.field("from", directory.region(result.from)?.code.text ?? result.from.hex)
                object.field("admitted", result.admitted)
                object.field("duplicates", result.duplicates)
                object.field("refused", result.refused)
                if let receipt = result.receipt { object.field("receipt", Hex.encode(receipt)) }
            }
            return HTTPResponse(
                status: 200, contentType: "application/json", body: writer.bytes)
        } catch {
            runtime.door.refusals.note(error.rule, from: "bundle")
            return Self.problem(error.status, error.rule, error.title)
        }
    }
}

/// What proves that a request comes from whoever may read the node's own directory: 32 random
/// bytes in `keys/admin`, mode 0600, sent as a bearer token (RFC 6750).
enum AdminToken {
    /// Makes the file where there is none.
    static func ensure(in data: String) throws(NodeRuntime.Failure) {
        do throws(KeyFiles.Failure) {
            if SmallFile.exists(path(data)) { return }
            let text = Hex.encode(SystemRandom.bytes(Limits.adminTokenBytes))
            try SmallFile.write(Array(text.utf8), to: path(data), mode: 0o600, replace: false)
        } catch {
            throw .keys(error)
        }
    }

    /// The value of the `Authorization` header.
    static func header(in data: String) throws(NodeRuntime.Failure) -> String {
        "Bearer " + (try text(in: data))
    }

    /// The token.
    static func text(in data: String) throws(NodeRuntime.Failure) -> String {
        do throws(KeyFiles.Failure) {
            let bytes = try SmallFile.read(path(data), limit: 2 * Limits.adminTokenBytes)
            let text = String(decoding: bytes, as: UTF8.self)
            guard Hex.decode(text)?.count == Limits.adminTokenBytes else {
                throw KeyFiles.Failure(
                    sentence: "\(path(data)) is no token: remove it and start the node again",
                    chinese: "\(path(data)) 不是口令文件，请删除后重新启动节点")
            }
            return text
        } catch {
            throw NodeRuntime.Failure(error.sentence, chinese: error.chinese, exitCode: 5)
        }
    }

    private static func path(_ data: String) -> String { data + "/keys/admin" }
}
