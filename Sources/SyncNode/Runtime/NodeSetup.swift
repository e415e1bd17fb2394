package import Base
import Change
package import Crypto
import Disk
package import Domain
import Gate
import Kernel
import Network
import Replication
import Store

/// Making a node: keys, database, sentinel, and its place in the hierarchy.
package struct NodeSetup: Sendable {
    package let data: String
    package let code: RegionCode
    package let name: String
    package let suite: Suite
    /// nil makes the root of a tree.
    package let parentURL: String?
    /// When its log begins; nil for the machine's clock. Another moment is for the demo alone.
    package let begin: Instant?

    package init(
        data: String, code: RegionCode, name: String, suite: Suite, parentURL: String?,
        begin: Instant? = nil
    ) {
        self.data = data
        self.code = code
        self.name = name
        self.suite = suite
        self.parentURL = parentURL
        self.begin = begin
    }

    /// - Throws: `Failure` with one sentence and the exit code.
    package func run() async throws(NodeRuntime.Failure) -> RegionRecord {
        let isPlain = name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
        guard isPlain, (1...Limits.regionNameBytesMax).contains(name.utf8.count) else {
            let most = Limits.regionNameBytesMax
            throw NodeRuntime.Failure(
                "--name must be 1 to \(most) bytes without control characters",
                chinese: "--name 应为 1 到 \(most) 字节，不含控制字符", exitCode: 2)
        }
        let directory = StoreDirectory(path: data)
        guard !directory.hasDatabase else {
            throw NodeRuntime.Failure(
                "\(data) holds a node already", chinese: "\(data) 里已经有一个节点", exitCode: 1)
        }
        let unfinished = UnfinishedNode(directory)
        do throws(NodeRuntime.Failure) {
            return try await make(in: directory)
        } catch {
            unfinished.discard()
            throw error
        }
    }

    private func make(
        in directory: StoreDirectory
    ) async throws(NodeRuntime.Failure) -> RegionRecord {
        let keys: KeyFiles
        do throws(KeyFiles.Failure) {
            try SmallFile.makeFolder(data)
            let secret = try KeySecret.findOrMake(for: data)
            try KeyFiles.create(in: data + "/keys", suite: suite, under: secret)
            keys = try KeyFiles(folder: data + "/keys", secret: secret)
        } catch {
            throw .keys(error)
        }
        let grant = try await place(keys)
        if parentURL == nil {
            let subject = CertificateSubject(region: code, node: keys.nodeID)
            do throws(KeyFiles.Failure) {
                try NodeCredentials.makeRoot(
                    subject, in: data + "/keys", under: keys.cover, at: SystemClock.now())
            } catch {
                throw .keys(error)
            }
        }
        do throws(JournalError) {
            try store(grant, keys, in: directory)
        } catch {
            throw .store(error, data)
        }
        return grant.region
    }

    /// The node's place: its own for a root, the parent's grant for a member.
    private func place(_ keys: KeyFiles) async throws(NodeRuntime.Failure) -> MembershipGrant {
        let key = IncarnationKey(keys.incarnation.publicKey)
        guard let parentURL else {
            let region = RegionID(keys.nodeID.prefix8)
            let record = RegionRecord(
                id: region, code: code, name: name, level: Level(of: code), parent: nil)
            let seat = SeatRecord(
                region: region, epoch: 1, key: key, node: keys.nodeID, grant: .zero)
            return MembershipGrant(region: record, root: seat, directory: [])
        }
        let request = MembershipRequest(code: code, name: name, region: nil, keys: keys)
        let client: HTTPClient
        do throws(NetworkError) {
            client = try HTTPClient()
        } catch {
            throw NodeRuntime.Failure("\(error)", exitCode: 4)
        }
        defer { client.stop() }
        return try await Membership.ask(parentURL, request, client)
    }

    /// Makes the database of a node that has its place.
    func store(
        _ grant: MembershipGrant, _ keys: KeyFiles, in directory: StoreDirectory
    ) throws(JournalError) {
        let journal = try SQLiteJournal(
            directory: directory, machine: try StoreDirectory.machine())
        let signer = IncarnationSigner(keys.incarnation)
        try journal.adopt(signer.key, storeEpoch: SystemRandom.digest().prefix8)
        let settings = NodeSettings(
            region: grant.region, suite: suite, root: grant.root, parentURL: parentURL)
        try journal.begin()
        try journal.setValue(NodeSettings.valueName, settings.encoded)
        try journal.commit()
        let identity = Identity(
            region: grant.region.id, node: keys.nodeID, signer: signer)
        let kernel = try Kernel(journal: journal, identity: identity, root: grant.root)
        var work: [Submission] = []
        if parentURL == nil {
            work.append(.state([.region(grant.region)]))
        } else {
            work = try Membership.admissions(grant.directory)
        }
        for submission in work {
            _ = try kernel.commit(
                [submission], at: begin ?? SystemClock.now(), entropy: SystemRandom.digest)
        }
    }
}

/// Asking for membership, and what the answer brings.
enum Membership {
    static func ask(
        _ url: String, _ request: MembershipRequest, _ client: HTTPClient
    ) async throws(NodeRuntime.Failure) -> MembershipGrant {
        guard !Endpoint.isExposed(url) else {
            throw NodeRuntime.Failure(
                "\(url): a parent beyond this machine is reached over https:// (plain-link)",
                chinese: "\(url)：上级不在本机时必须用 https://（plain-link）", exitCode: 2)
        }
        var message = ClientRequest("POST", url + "/sync/v1/enrol", body: request.body)
        message.headers = [("Content-Type", "application/json")]
        let response: ClientResponse
        do throws(ClientError) {
            response = try await client.send(message)
        } catch {
            throw NodeRuntime.Failure(
                "the parent at \(url) cannot be reached: \(error)",
                chinese: "连不上上级 \(url)：\(error)", exitCode: 4)
        }
        guard response.status == 200, let grant = MembershipGrant(response.body) else {
            let words = String(decoding: response.body.prefix(300), as: UTF8.self)
            throw NodeRuntime.Failure(
                "the parent refused: \(response.status) \(words)",
                chinese: "上级拒绝：\(response.status) \(words)", exitCode: 5)
        }
        return grant
    }

    /// The batches of a grant's directory, to be admitted in order.
    static func admissions(_ directory: [UInt8]) throws(JournalError) -> [Submission] {
        let message: Message
        do throws(DecodeError) {
            message = try Message.decode(directory)
        } catch {
            throw .failed("the parent's directory is not of its form")
        }
        var names: [ScopeID: ScopeName] = [:]
        var keys: [ActorID: VerifyingKey] = [:]
        var work: [Submission] = []
        for frame in message.frames {
            switch frame {
            case .vector(let statement): names[statement.name.id] = statement.name
            case .range(let batch):
                guard let name = names[batch.scope] else { continue }
                let good = batch.verify { keys[$0] }.map { $0 == .good }
                for index in batch.segments.indices where good[index] {
                    guard let founder = batch.foundingKey(of: index) else { continue }
                    keys[batch.segments[index].actor] = parsed(founder.key)
                }
                work.append(.admit(batch, name: name, good: good))
            default: break
            }
        }
        return work
    }

    private static func parsed(_ key: PublicKey) -> VerifyingKey? {
        do throws(CryptoError) {
            return try VerifyingKey(key)
        } catch {
            return nil
        }
    }
}
