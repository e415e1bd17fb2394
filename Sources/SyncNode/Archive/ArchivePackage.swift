package import Base
package import Change
package import Crypto
package import Domain

/// The archive of one case (归档包, GB/T 42727-2023): what happened, change by change, as it was
/// signed, with a manifest that names every file by its digest. Made of the case's changes alone,
/// so that every node that has them makes the same bytes.
package struct ArchivePackage: Hashable, Sendable {
    /// One file of the package.
    package struct File: Hashable, Sendable {
        /// `changes/0001.bin`.
        package let name: String
        package let bytes: [UInt8]
        package let digest: Digest
    }

    /// 办件编号.
    package let number: String
    /// JSON; its digest is that of the package.
    package let manifest: [UInt8]
    /// In the order of the manifest.
    package let files: [File]
    /// Attachments that the changes name, each under its digest.
    package let attachments: [Digest]
    /// 归档包摘要: by the suite that the manifest names.
    package let digest: Digest

    /// The form of the manifest.
    package static let format = "syncnode archive 1"

    /// - Parameters:
    ///   - state: The case; what came after it was sealed is left out.
    ///   - changes: Those of its events that are here, in any order.
    ///   - suite: By which digests are made.
    package init(_ state: CaseState, _ changes: [Change], suite: Suite) {
        let kept = changes.filter { !Self.isBeside($0.kind) }
            .sorted { ($0.header.actor, $0.header.seq) < ($1.header.actor, $1.header.seq) }
        var files: [File] = []
        for (index, change) in kept.enumerated() {
            let digits = String(index + 1)
            let name =
                "changes/" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
                + ".bin"
            files.append(
                File(
                    name: name, bytes: change.bytes,
                    digest: Hash.digest(change.bytes, suite: suite)))
        }
        let blobs = Set(kept.flatMap(\.namedBlobs)).sorted()
        var writer = JSONWriter(capacity: 256 * kept.count + 1024)
        writer.object { object in
            object.field("format", Self.format)
            object.field("suite", Int(suite.rawValue))
            object.field("number", state.number)
            object.field("item", state.item)
            object.field("itemVersion", state.itemVersion)
            object.field("scope", state.scopeID.hex)
            object.field("receivedAt", state.receivedAt.map(JSON.int) ?? .null)
            object.array("files") { array in
                for (file, change) in zip(files, kept) {
                    array.object { entry in
                        entry.field("name", file.name)
                        entry.field("digest", file.digest.hex)
                        entry.field("bytes", file.bytes.count)
                        entry.field("hash", change.hash.hex)
                        entry.field("kind", change.kind.caseName)
                        entry.field("actor", change.header.actor.hex)
                        entry.field("seq", Int64(change.header.seq.rawValue))
                        entry.field("time", change.header.time.millis)
                        entry.field("author", hex: change.header.author)
                        entry.field("payload", change.hasPayload)
                    }
                }
            }
            object.array("attachments") { array in
                for blob in blobs { array.value(blob.hex) }
            }
        }
        number = state.number
        manifest = writer.bytes
        self.files = files
        attachments = blobs
        digest = Hash.digest(writer.bytes, suite: suite)
        invariant(files.count == kept.count, "each change is a file")
    }

    /// What is written when a case is put away and after that: no part of what is sealed.
    private static func isBeside(_ kind: ChangeKind) -> Bool {
        [.caseArchive, .caseErase, .caseKeep].contains(kind)
    }

    /// {number, digest, manifest, files: [{name, content}], attachments}: contents in base 64.
    package var json: [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.object { object in
            object.field("number", number)
            object.field("digest", digest.hex)
            object.field("manifest", String(decoding: manifest, as: UTF8.self))
            object.array("files") { array in
                for file in files {
                    array.object { entry in
                        entry.field("name", file.name)
                        entry.field("content", Base64.encode(file.bytes))
                    }
                }
            }
            object.array("attachments") { array in
                for blob in attachments { array.value(blob.hex) }
            }
        }
        return writer.bytes
    }
}
