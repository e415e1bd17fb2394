import Base
import Blob
import Change
import Crypto
import Domain
import Kernel
import Network
import Replication
import Store

/// The exchange in a file (PROTOCOL §7): the same frames as on the wire, signed by the sender's
/// incarnation, sealed to the recipient's node.
///
/// File: magic with the version's digit, sender and recipient as 8 bytes each; then the seal,
/// bound to these, around the bundle and 64 bytes of signature over its digest.
struct BundleCourier: Sendable {
    /// Why a bundle is not made or not taken; nothing was changed.
    struct Refusal: Error, Hashable {
        let status: UInt16
        let rule: String
        let title: String

        init(_ status: UInt16, _ rule: String, _ title: String) {
            self.status = status
            self.rule = rule
            self.title = title
        }
    }

    /// What an import came to.
    struct Result {
        var from: RegionID
        var isReceipt = false
        var admitted = 0
        var duplicates = 0
        var refused = 0
        /// Sealed to the sender; nil for a receipt, and where its key is not known here.
        var receipt: [UInt8]?
    }

    let runtime: NodeRuntime

    private static let magic = Array("syncnode sealed 1\n".utf8)
    private static let headerBytes = magic.count + 16

    private func knowledge(of peer: RegionID) -> ExchangeKnowledge {
        let store = runtime.store
        return ExchangeKnowledge(
            board: store.board, readers: store.readers, blobs: store.blobs,
            signer: store.signer, region: runtime.settings.region.id, peer: peer)
    }

    // MARK: out

    /// What a region's node lacks, as far as its last receipt tells.
    func export(for region: RegionID) throws(Refusal) -> [UInt8] {
        guard region != runtime.settings.region.id else {
            throw Refusal(422, "bundle-for-self", "不能给本节点自己导出")
        }
        do throws(JournalError) {
            let name = Self.receiptName(region)
            let stored = try runtime.store.readers.readLog { (reader) throws(JournalError) in
                try reader.value(name)
            }
            let assumed = try stored.map(Self.statements) ?? []
            let knowledge = knowledge(of: region)
            let content = try Bundle.content(for: assumed, knowing: knowledge)
            let cargo = try BlobCargo(runtime.store.blobs, for: knowledge.audience).frames(
                with: content.frames, wants: try stored.map(Self.wants) ?? [],
                roomBytes: Limits.bundleBlobBytesMax)
            return try seal(.changes, to: region, assumed, content.frames + cargo)
        } catch {
            throw Self.refusal(error)
        }
    }

    private func seal(
        _ purpose: Bundle.Purpose, to region: RegionID, _ assumed: [VectorStatement],
        _ frames: [Frame]
    ) throws(JournalError) -> [UInt8] {
        guard let text = runtime.board.directory.agreement(of: region),
            let recipient = AgreementPublicKey(text: text)
        else { throw .failed(Self.noKey) }
        let bundle = Bundle(
            purpose: purpose, from: runtime.settings.region.id, to: region,
            key: runtime.store.signer.key, created: runtime.clock.now(), assumed: assumed,
            frames: frames)
        let encoded = bundle.encode()
        let plain = encoded + runtime.store.signer.sign(Self.message(encoded))
        var writer = ByteWriter(capacity: plain.count + 256)
        writer.write(bytes: Self.magic)
        writer.write(bundle.from.rawValue)
        writer.write(bundle.to.rawValue)
        do throws(CryptoError) {
            let sealed = try Seal.seal(
                plain, to: recipient, associated: writer.bytes,
                ephemeralSeed: SystemRandom.bytes(32))
            writer.write(bytes: sealed)
        } catch {
            throw .failed("a bundle could not be sealed: \(error)")
        }
        return writer.bytes
    }

    // MARK: in

    /// Takes a bundle or a receipt in. The same one again changes nothing.
    func take(_ bytes: [UInt8]) async throws(Refusal) -> Result {
        let bundle = try open(bytes)
        var result = Result(from: bundle.from)
        if bundle.purpose == .receipt {
            result.isReceipt = true
            try await keep(bundle)
            return result
        }
        let reports: [AdmissionReport]
        do {
            let delivery = try bundle.delivery(knowing: knowledge(of: bundle.from))
            reports = try await runtime.store.intake(runtime.clock, runtime.door.refusals).take(
                delivery, from: bundle.from
            ).reports
        } catch let error as JournalError {
            throw Self.refusal(error)
        } catch {
            throw Refusal(503, "busy", "节点繁忙，请稍后再试")
        }
        for report in reports {
            result.admitted += report.admitted
            result.duplicates += report.duplicates
            result.refused += report.refusals.count + report.forked.count
        }
        guard runtime.board.directory.agreement(of: bundle.from) != nil else { return result }
        do throws(JournalError) {
            let knowledge = knowledge(of: bundle.from)
            let frames = try Bundle.receipt(knowing: knowledge)
            let wants = try BlobCargo(runtime.store.blobs, for: knowledge.audience).wants()
            result.receipt = try seal(.receipt, to: bundle.from, [], frames + wants)
        } catch {
            throw Self.refusal(error)
        }
        return result
    }

    /// Opens and proves a file; nothing of it is believed before.
    private func open(_ bytes: [UInt8]) throws(Refusal) -> Bundle {
        guard bytes.starts(with: Self.magic) else {
            throw Refusal(422, "not-a-bundle", "这不是交换包，或不是本版本的交换包")
        }
        guard bytes.count > Self.headerBytes else { throw Self.altered }
        let header = Array(bytes[0..<Self.headerBytes])
        do {
            var reader = ByteReader(header, from: Self.magic.count, to: header.count)
            let from = RegionID(try reader.readNumber(8, "sealed.from"))
            let to = RegionID(try reader.readNumber(8, "sealed.to"))
            guard to == runtime.settings.region.id else {
                throw Refusal(422, "bundle-for-another", "这个交换包是给别的节点的")
            }
            let plain = try Seal.open(
                Array(bytes[Self.headerBytes...]), with: runtime.store.keys.agreement,
                associated: header)
            guard plain.count > SignedHead.signatureLength else { throw Self.altered }
            let end = plain.count - SignedHead.signatureLength
            let encoded = Array(plain[0..<end])
            let bundle = try Bundle.decode(encoded)
            let key = try VerifyingKey(bundle.key.publicKey)
            guard bundle.from == from, bundle.to == to,
                key.verify(Array(plain[end...]), of: Self.message(encoded))
            else { throw Self.altered }
            try admits(bundle)
            return bundle
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Self.altered
        }
    }

    /// A receipt counts only from an incarnation that is known here. Changes carry their own
    /// signatures, and may be what makes their sender's incarnation known; from one that was
    /// revoked they go into the late lane, where somebody above may adopt them.
    private func admits(_ bundle: Bundle) throws(Refusal) {
        let directory = runtime.board.directory
        let region = directory.region(of: bundle.key)
        let isTrusted = region != nil && !directory.isRevoked(bundle.key)
        guard region == nil || region == bundle.from, isTrusted || bundle.purpose == .changes
        else { throw Refusal(403, "bundle-sender", "交换包的签发节点不被承认") }
    }

    private func keep(_ bundle: Bundle) async throws(Refusal) {
        let value = Message(bundle.frames.filter(\.isReceipt)).encode()
        guard value.count <= Limits.valueBytesMax else {
            throw Refusal(422, "bundle-limit", "回执过大")
        }
        do throws(Writer.Failure) {
            _ = try await runtime.store.writer.submit(
                .remember(Self.receiptName(bundle.from), value))
        } catch {
            throw Refusal(503, "busy", "节点繁忙，请稍后再试")
        }
    }

    // MARK: parts

    private static let noKey = "the recipient has stated no key for bundles"
    private static let altered = Refusal(422, "bundle-altered", "交换包被改动、截断，或不是封给本节点的")

    private static func receiptName(_ region: RegionID) -> String { "bundle:\(region.hex)" }

    /// What the sender's incarnation signs: a context word and the bundle's own digest.
    private static func message(_ encoded: [UInt8]) -> [UInt8] {
        Array("syncnode bundle\0".utf8) + encoded.suffix(32)
    }

    private static func kept(_ value: [UInt8]) throws(JournalError) -> [Frame] {
        do throws(DecodeError) {
            return try Message.decode(value).frames
        } catch {
            throw .damaged("a kept receipt is not of its form")
        }
    }

    private static func statements(_ value: [UInt8]) throws(JournalError) -> [VectorStatement] {
        try kept(value).compactMap { frame in
            if case .vector(let statement) = frame { return statement }
            return nil
        }
    }

    private static func wants(_ value: [UInt8]) throws(JournalError) -> [BlobWant] {
        try kept(value).compactMap { frame in
            if case .blobWant(let want) = frame { return want }
            return nil
        }
    }

    private static func refusal(_ error: JournalError) -> Refusal {
        if error == .failed(noKey) {
            return Refusal(409, "no-agreement-key", "尚不知道对方的封装公钥，请先联网同步一次")
        }
        return Refusal(503, "store", "本节点的存储暂不可用")
    }
}

extension Frame {
    /// Whether a receipt says it: what is held, and which attachments are lacking.
    fileprivate var isReceipt: Bool {
        switch self {
        case .vector, .blobWant: true
        default: false
        }
    }
}
