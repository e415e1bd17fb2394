package import Base
import Change
package import Crypto
import Domain
import Paper

/// What is to be said of a package that was kept somewhere else.
package struct ArchiveVerdict: Sendable {
    /// Whether its maker signed the manifest, and who vouches for the maker.
    package enum Signature: String, Hashable, Sendable, CaseIterable {
        /// By a key that the county vouches for.
        case genuine
        /// By a key that nobody who is known here vouches for.
        case unvouched
        /// Not by the key that it names.
        case forged
        /// There is none.
        case absent

        /// In a sentence.
        package var name: String {
            switch self {
            case .genuine: "导出签名真实，签名密钥经县级确认"
            case .unvouched: "导出签名与包一致，签名密钥未经县级公钥核对"
            case .forged: "导出签名与清单不符"
            case .absent: "没有导出签名"
            }
        }
    }

    /// 办件编号, as the manifest says it; empty where it says none.
    package let number: String
    /// 归档摘要 of its list of changes, and the one with which the case was sealed.
    package let events: String
    package let sealed: String?
    package let signature: Signature
    /// How many files it has.
    package let fileCount: Int
    /// One sentence for each fault; none where all is as it was.
    package let faults: [String]

    /// - Parameters:
    ///   - entries: Every file of the folder, manifest and all.
    ///   - sealed: The digest that the case was sealed with, from elsewhere; nil where it is not
    ///     known.
    ///   - county: The county's code and public key; nil where they are not known.
    package init(
        _ entries: [ZipFile.Entry], sealed wanted: String? = nil,
        county: (code: RegionCode, key: PublicKey)? = nil
    ) {
        var files: [String: [UInt8]] = [:]
        for entry in entries { files[entry.name] = entry.bytes }
        let bytes = files["manifest.json"]
        let manifest = bytes.map(JSON.orNull) ?? .null
        let suite = manifest["suite"]?.int.flatMap { Suite(rawValue: UInt8(clamping: $0)) }
        fileCount = entries.count
        number = manifest["number"]?.text ?? ""
        sealed = manifest["sealed"]?.text
        events = manifest["events"]?.text ?? ""
        guard let bytes, manifest["format"]?.text == ArchiveFolder.format, let suite,
            let listed = manifest["files"]?.array
        else {
            signature = .absent
            faults = [bytes == nil ? "缺少 manifest.json" : "manifest.json 不是归档包的清单"]
            return
        }
        signature = Self.signature(
            files["signature.json"], of: Hash.digest(bytes, suite: suite), county)
        let wrong = ArchiveCheck.listed(listed, suite, mismatch: "与清单的摘要不符") { files[$0] }
            .filter { $0.fault != nil }
        var found = wrong.compactMap(\.fault)
        // What was said of a file is not said twice.
        var told = Set(wrong.compactMap(\.name))
        if signature == .forged || signature == .absent {
            found.append("signature.json：" + signature.name)
        }
        let known = Set(listed.compactMap { $0["name"]?.text } + Self.framing)
        for entry in entries where !known.contains(entry.name) {
            found.append("多出 \(entry.name)")
            told.insert(entry.name)
        }
        let absent = (manifest["absent"]?.array ?? []).compactMap(\.text)
        found += Self.sealing(
            manifest, files, suite, wanted: wanted, besides: told.union(absent))
        for blob in absent {
            found.append("导出时附件 \(blob) 未到，包不完整")
        }
        faults = found
    }

    private static let framing = ["manifest.json", "signature.json"]

    /// The list of changes: each is in its place and of its chain, and all is as it was sealed.
    private static func sealing(
        _ manifest: JSON, _ files: [String: [UInt8]], _ suite: Suite, wanted: String?,
        besides told: Set<String>
    ) -> [String] {
        guard let events = files["events.json"] else { return [] }
        var faults: [String] = []
        let digest = Hash.digest(events, suite: suite).hex
        if digest != manifest["events"]?.text { faults.append("events.json 与清单所载归档摘要不符") }
        let said = wanted ?? manifest["sealed"]?.text
        let attachments = files.keys.filter { $0.hasPrefix("attachments/") }.sorted()
        faults += ArchiveCheck.faults(
            events, in: "events.json", sealed: said, besides: told
        ) { name in
            if let bytes = files[name] { return bytes }
            guard name.hasPrefix("attachments/") else { return nil }
            return attachments.first { $0.hasPrefix(name + ".") }.flatMap { files[$0] }
        }
        if let seal = files["changes/seal.bin"] {
            faults += Self.seal(seal, digest: digest)
        } else if manifest["sealed"]?.text != nil {
            faults.append("缺少 changes/seal.bin")
        }
        return faults
    }

    /// The change that sealed it names the list of changes by its digest.
    private static func seal(_ bytes: [UInt8], digest: String) -> [String] {
        for suite in Suite.allCases {
            do throws(DecodeError) {
                let change = try ChangeCodec.decode(bytes, suite: suite)
                let body = change.body.map(JSON.orNull) ?? .null
                guard change.kind == .caseArchive, body["detail"]?["digest"]?.text == digest
                else { return ["changes/seal.bin 封存的不是这份变更清单"] }
                return []
            } catch {
                continue
            }
        }
        return ["changes/seal.bin 不是一条变更"]
    }

    private static func signature(
        _ bytes: [UInt8]?, of digest: Digest, _ county: (code: RegionCode, key: PublicKey)?
    ) -> Signature {
        guard let bytes else { return .absent }
        guard let said = ArchiveSignature(bytes),
            PaperReceipt.holds(
                said.signature, by: said.key, over: ArchiveSignature.message(digest))
        else { return .forged }
        guard let county else { return .unvouched }
        if said.key == county.key { return .genuine }
        let message = PaperReceipt.vouching(for: said.key, of: said.region, by: county.code)
        return PaperReceipt.holds(said.voucher, by: county.key, over: message)
            ? .genuine : .unvouched
    }

    /// {number, events, sealed, signature, files, faults}.
    package var json: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { object in
            object.field("number", number)
            object.field("whole", faults.isEmpty)
            object.field("events", events)
            object.field("sealed", sealed.map(JSON.text) ?? .null)
            object.field("signature", signature.rawValue)
            object.field("signatureName", signature.name)
            object.field("files", fileCount)
            object.array("faults") { array in
                for fault in faults { array.value(fault) }
            }
        }
        return writer.bytes
    }
}
