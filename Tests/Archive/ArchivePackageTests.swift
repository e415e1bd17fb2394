import Base
import Change
import Crypto
import Domain
import Testing

@testable import Archive

/// A package is made of changes alone, and every byte of it is held to a digest.
@Suite struct ArchivePackageTests {
    private let state = CaseState(scope: .cases(RegionID(1), year: 2026), id: ScopeID(7))

    private func change(_ seq: UInt64, _ kind: ChangeKind, _ body: String) -> Change {
        let header = ChangeHeader(
            scope: ScopeID(7), actor: ActorID(5), seq: Seq(seq), previous: .zero,
            time: HybridTime(millis: 1_790_000_000_000 + Int64(seq), counter: 0), kind: kind)
        return ChangeCodec.make(
            header, salt: .zero, body: Array(body.utf8), suite: .sha256Ed25519)
    }

    private var changes: [Change] {
        [
            change(1, .caseReceive, #"{"case":"01"}"#), change(2, .caseAccept, #"{"case":"01"}"#),
            change(3, .caseClose, #"{"case":"01"}"#),
        ]
    }

    private func faults(
        _ package: ArchivePackage, sealed: String? = nil,
        _ change: (inout [String: [UInt8]]) -> Void
    ) -> [String] {
        var files: [String: [UInt8]] = [:]
        for file in package.files { files[file.name] = file.bytes }
        change(&files)
        return ArchiveCheck.faults(package.manifest, sealed: sealed) { files[$0] }
    }

    @Test func theOrderOfArrivalAndWhatCameAfterTheSealMakeNoDifference() {
        let package = ArchivePackage(state, changes, suite: .sha256Ed25519)
        let seal = change(4, .caseArchive, #"{"case":"01"}"#)
        let again = ArchivePackage(
            state, [seal] + changes.reversed(), suite: .sha256Ed25519)
        #expect(again == package)
        #expect(package.files.map(\.name) == (1...3).map { "changes/000\($0).bin" })
        #expect(package.digest == Hash.digest(package.manifest, suite: .sha256Ed25519))
    }

    @Test func everyFaultIsNamed() {
        let package = ArchivePackage(state, changes, suite: .sha256Ed25519)
        #expect(faults(package, sealed: package.digest.hex) { _ in }.isEmpty)
        #expect(faults(package) { $0["changes/0002.bin"] = nil } == ["缺少 changes/0002.bin"])
        #expect(
            faults(package) { $0["changes/0003.bin"]?[60] ^= 1 } == ["changes/0003.bin 与摘要不符"])
        #expect(
            faults(package, sealed: String(repeating: "0", count: 64)) { _ in }
                == ["manifest.json 与归档时的摘要不符"])
        #expect(ArchiveCheck.faults(Array("{}".utf8), sealed: nil) { _ in nil }.count == 1)
        #expect(ArchiveCheck.faults(Array("x".utf8), sealed: nil) { _ in nil }.count == 1)
    }
}
