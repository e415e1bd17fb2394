import Base
import Change
import Civil
import Crypto
import Domain
import Guide
import Support
import Testing

@testable import Archive

/// A package as it is given away: what people read, and what a check finds when one byte is other.
@Suite struct ArchiveFolderTests {
    private let state = CaseState(scope: .cases(RegionID(1), year: 2026), id: ScopeID(7))
    private static let suite = Suite.sha256Ed25519
    private let key: SigningKey

    init() throws {
        key = try SigningKey(suite: Self.suite, seed: [UInt8](repeating: 7, count: 32))
    }

    private func change(_ seq: UInt64, _ kind: ChangeKind, _ body: String) -> Change {
        let header = ChangeHeader(
            scope: ScopeID(7), actor: ActorID(5), seq: Seq(seq), previous: .zero,
            time: HybridTime(millis: 1_790_000_000_000 + Int64(seq), counter: 0), kind: kind)
        return ChangeCodec.make(header, salt: .zero, body: Array(body.utf8), suite: Self.suite)
    }

    private let scan = Array("%PDF-1.7 scan".utf8)

    private var changes: [Change] {
        let blob = Hash.digest(scan, suite: Self.suite).hex
        return [
            change(1, .caseReceive, #"{"case":"01"}"#),
            change(2, .caseMaterial, #"{"case":"01","blob":"\#(blob)"}"#),
            change(3, .caseClose, #"{"case":"01"}"#),
        ]
    }

    private func entries(sealed: Bool = true) throws -> [ZipFile.Entry] {
        let package = ArchivePackage(state, changes, suite: Self.suite)
        let digest = package.digest.hex
        let seal = change(4, .caseArchive, #"{"case":"01","detail":{"digest":"\#(digest)"}}"#)
        let blob = Hash.digest(scan, suite: Self.suite)
        let code = try #require(RegionCode("370124105201"))
        let folder = ArchiveFolder(
            package, sealed: sealed ? digest : nil, seal: sealed ? seal : nil,
            [
                .init("metadata.json", .metadata, "元数据", Array("{}".utf8)),
                .init("documents/01-receipt.html", .document, "收件凭证", Array("<p>".utf8)),
                .init("attachments/\(blob.hex).pdf", .attachment, "附件 1", scan),
            ], absent: [],
            by: .init(region: code, place: "村站", millis: 1_790_000_100_000, suite: Self.suite))
        let signature = ArchiveSignature(
            of: folder.digest, county: RegionCode("370124000000"), region: code,
            by: key.publicKey, voucher: [], sign: key.sign)
        return folder.entries(signature)
    }

    private func faults(
        _ change: (inout [ZipFile.Entry]) -> Void
    ) throws -> [String] {
        var found = try entries()
        change(&found)
        // As it comes back: through the file.
        return ArchiveVerdict(try ZipFile.entries(ZipFile.bytes(found))).faults
    }

    private func set(_ name: String, in entries: inout [ZipFile.Entry], _ bytes: [UInt8]) {
        entries = entries.map { $0.name == name ? ZipFile.Entry(name: name, bytes: bytes) : $0 }
    }

    @Test func wholeIsWhole() throws {
        #expect(try faults { _ in } == [])
        let verdict = ArchiveVerdict(try entries())
        #expect(verdict.signature == .unvouched && verdict.sealed == verdict.events)
        // manifest, signature, three files, the list, three changes, the seal.
        #expect(verdict.fileCount == 10)
        #expect(ArchiveVerdict(try entries(sealed: false)).faults.isEmpty)
    }

    @Test func aByteThatChangedIsNamedInEveryFile() throws {
        for entry in try entries() where entry.name != "signature.json" {
            let found = try faults { entries in
                var bytes = entry.bytes
                bytes[bytes.count / 2] ^= 1
                set(entry.name, in: &entries, bytes)
            }
            let isNamed = found.contains { $0.contains(entry.name) }
            #expect(
                isNamed || (entry.name == "manifest.json" && !found.isEmpty),
                "\(entry.name): \(found)")
        }
    }

    @Test func whatIsMissingAndWhatIsTooMuchIsNamed() throws {
        for entry in try entries() where entry.name != "signature.json" {
            let found = try faults { $0.removeAll { $0.name == entry.name } }
            #expect(found.contains("缺少 \(entry.name)"), "\(entry.name): \(found)")
        }
        #expect(
            try faults { $0.append(.init(name: "documents/02-grant.html", bytes: [1])) }
                == ["多出 documents/02-grant.html"])
        #expect(
            try faults { $0.removeAll { $0.name == "signature.json" } }
                == ["signature.json：没有导出签名"])
    }

    /// Whoever changes a file and puts its digest right breaks the signature, and whoever signs it
    /// himself has no county's word.
    @Test func aManifestThatWasPutRightIsNotTheMakersAnyMore() throws {
        let other = Array("<b>".utf8)
        let found = try faults { entries in
            guard let manifest = entries.first(where: { $0.name == "manifest.json" }) else {
                return
            }
            set("documents/01-receipt.html", in: &entries, other)
            let text = String(decoding: manifest.bytes, as: UTF8.self)
            let old = Hash.digest(Array("<p>".utf8), suite: Self.suite).hex
            let new = Hash.digest(other, suite: Self.suite).hex
            set(
                "manifest.json", in: &entries,
                Array(text.split(separator: old).joined(separator: new).utf8))
        }
        #expect(found == ["signature.json：导出签名与清单不符"])
        let county = try SigningKey(
            suite: Self.suite, seed: [UInt8](repeating: 9, count: 32)
        ).publicKey
        let code = try #require(RegionCode("370124000000"))
        #expect(ArchiveVerdict(try entries(), county: (code, county)).signature == .unvouched)
        #expect(ArchiveVerdict(try entries(), county: (code, key.publicKey)).signature == .genuine)
    }

    @Test func anotherSealIsNoticed() throws {
        let verdict = ArchiveVerdict(try entries(), sealed: String(repeating: "0", count: 64))
        #expect(verdict.faults == ["events.json 与归档时的摘要不符"])
        // A change that is left out of manifest and folder, but stands in what was sealed.
        let found = try faults { entries in
            entries.removeAll { $0.name == "changes/0002.bin" }
            guard let manifest = entries.first(where: { $0.name == "manifest.json" }) else {
                return
            }
            let json = JSON.orNull(manifest.bytes)
            guard var object = json.object else { return }
            object["files"] = .array(
                (json["files"]?.array ?? []).filter { $0["name"]?.text != "changes/0002.bin" })
            set("manifest.json", in: &entries, JSON.object(object).bytes)
        }
        #expect(found.contains("缺少 changes/0002.bin"), "\(found)")
    }
}

/// ZIP as other programs have it, and what is none.
@Suite struct ZipFileTests {
    @Test func entriesComeBackAsTheyWere() throws {
        let entries = [
            ZipFile.Entry(name: "a.txt", bytes: Array("甲".utf8)),
            ZipFile.Entry(name: "文书/b.bin", bytes: [0, 1, 255]),
            ZipFile.Entry(name: "c", bytes: []),
        ]
        #expect(try ZipFile.entries(ZipFile.bytes(entries)) == entries)
        #expect(CRC32.of(Array("123456789".utf8)) == 0xcbf4_3926, "as ISO 3309 has it")
    }

    @Test func whatIsNoneIsRefusedByName() throws {
        let whole = ZipFile.bytes([ZipFile.Entry(name: "a", bytes: [1, 2, 3])])
        for count in 0..<whole.count {
            #expect(throws: ZipFile.Fault.self) { try ZipFile.entries(Array(whole[..<count])) }
        }
        for name in ["/etc/passwd", "../a", "a/../b", "a\\b", "", "a//b"] {
            #expect(throws: ZipFile.Fault.name) {
                try ZipFile.entries(ZipFile.bytes([ZipFile.Entry(name: name, bytes: [1])]))
            }
        }
        let twice = ZipFile.Entry(name: "a", bytes: [1])
        #expect(throws: ZipFile.Fault.name) {
            try ZipFile.entries(ZipFile.bytes([twice, twice]))
        }
        // Each byte may be any other: nothing worse than a refusal comes of it.
        for index in whole.indices {
            for flip in [UInt8(1), 0x80, 0xff] {
                var bytes = whole
                bytes[index] ^= flip
                do throws(ZipFile.Fault) {
                    let found = try ZipFile.entries(bytes)
                    #expect(found.count <= 1)
                } catch {
                    continue
                }
            }
        }
    }
}
