package import Base
package import Change
package import Crypto
import Domain

/// A case's archive as it is given away (归档包, after GB/T 42727-2023): one folder or one ZIP file
/// that people read without this program and that anybody checks without a node.
///
///     manifest.json    what is in it, each file by its digest; who made it, when, what was sealed
///     signature.json   the maker's signature over the manifest, and the county's word for its key
///     index.html       卷内目录
///     metadata.json    元数据
///     documents/       文书, as they are printed
///     attachments/     scans, each under its digest
///     events.json      the list of changes: its digest is what the case was sealed with (归档摘要)
///     changes/         each change of the case as it was signed
package struct ArchiveFolder: Sendable {
    /// What a file is; the word stands in the manifest.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case index, metadata, document, attachment, events, change, seal
    }

    /// One file of it.
    package struct File: Hashable, Sendable {
        package let name: String
        package let kind: Kind
        /// What people call it.
        package let title: String
        package let bytes: [UInt8]

        package init(_ name: String, _ kind: Kind, _ title: String, _ bytes: [UInt8]) {
            self.name = name
            self.kind = kind
            self.title = title
            self.bytes = bytes
        }
    }

    /// Who made it, and when.
    package struct Maker: Hashable, Sendable {
        package let region: RegionCode
        package let place: String
        /// Milliseconds since 1970.
        package let millis: Int64
        package let suite: Suite

        package init(region: RegionCode, place: String, millis: Int64, suite: Suite) {
            self.region = region
            self.place = place
            self.millis = millis
            self.suite = suite
        }
    }

    /// The form of its manifest.
    package static let format = "syncnode archive 2"

    /// 办件编号.
    package let number: String
    /// All but the manifest and its signature.
    package let files: [File]
    /// JSON.
    package let manifest: [UInt8]
    /// By the suite that the manifest names.
    package let digest: Digest
    /// Attachments that are not at this node.
    package let absent: [Digest]

    /// - Parameters:
    ///   - package: Changes and their list.
    ///   - sealed: With which digest the case was put away; nil where it was not.
    ///   - files: What people read, and attachments.
    ///   - absent: Attachments that the changes name and that are not at this node.
    package init(
        _ package: ArchivePackage, sealed: String?, seal: Change?, _ files: [File],
        absent: [Digest], by maker: Maker
    ) {
        var all = files
        all.append(File("events.json", .events, "变更清单", package.manifest))
        all += package.files.map { File($0.name, .change, "变更", $0.bytes) }
        if let seal { all.append(File("changes/seal.bin", .seal, "归档封存", seal.bytes)) }
        var writer = JSONWriter(capacity: 160 * all.count + 512)
        writer.object { object in
            object.field("format", Self.format)
            object.field("suite", Int(maker.suite.rawValue))
            object.field("number", package.number)
            object.field("events", package.digest.hex)
            object.field("sealed", sealed.map(JSON.text) ?? .null)
            object.object("maker") { inner in
                inner.field("region", maker.region.text)
                inner.field("place", maker.place)
                inner.field("at", maker.millis)
            }
            object.array("files") { array in
                for file in all {
                    array.object { entry in
                        entry.field("name", file.name)
                        entry.field("kind", file.kind.rawValue)
                        entry.field("title", file.title)
                        entry.field("bytes", file.bytes.count)
                        entry.field("digest", Hash.digest(file.bytes, suite: maker.suite).hex)
                    }
                }
            }
            object.array("absent") { array in
                for blob in absent { array.value(blob.hex) }
            }
        }
        number = package.number
        self.files = all
        self.absent = absent
        manifest = writer.bytes
        digest = Hash.digest(writer.bytes, suite: maker.suite)
    }

    /// Every file, the manifest first.
    ///
    /// - Parameter signature: As `ArchiveSignature` has it.
    package func entries(_ signature: ArchiveSignature) -> [ZipFile.Entry] {
        [
            ZipFile.Entry(name: "manifest.json", bytes: manifest),
            ZipFile.Entry(name: "signature.json", bytes: signature.json),
        ] + files.map { ZipFile.Entry(name: $0.name, bytes: $0.bytes) }
    }
}

/// The maker's word for a package (签名): by a station's key, and the county's word for that key, as
/// documents carry it. Whoever has the county's public key checks it without any network.
package struct ArchiveSignature: Hashable, Sendable {
    package let county: RegionCode?
    package let region: RegionCode
    package let key: PublicKey
    /// The county's word for the key; empty where the station has none yet.
    package let voucher: [UInt8]
    package let signature: [UInt8]

    /// - Parameter sign: By the station's key.
    package init(
        of digest: Digest, county: RegionCode?, region: RegionCode, by key: PublicKey,
        voucher: [UInt8], sign: ([UInt8]) -> [UInt8]
    ) {
        self.county = county
        self.region = region
        self.key = key
        self.voucher = voucher
        signature = sign(Self.message(digest))
    }

    static func message(_ digest: Digest) -> [UInt8] {
        Array("syncnode archive 2\0".utf8) + digest.bytes
    }

    /// {county, region, key, voucher, signature}.
    package var json: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { object in
            object.field("county", county.map { .text($0.text) } ?? .null)
            object.field("region", region.text)
            object.field("key", IncarnationKey(key).text)
            object.field("voucher", Hex.encode(voucher))
            object.field("signature", Hex.encode(signature))
        }
        return writer.bytes
    }

    /// nil for anything else.
    package init?(_ bytes: [UInt8]) {
        let json = JSON.orNull(bytes)
        guard let region = json["region"]?.text.flatMap(RegionCode.init(_:)),
            let key = json["key"]?.text.flatMap(IncarnationKey.init(text:)),
            let voucher = json["voucher"]?.text.flatMap(Hex.decode),
            let signature = json["signature"]?.text.flatMap(Hex.decode)
        else { return nil }
        county = json["county"]?.text.flatMap(RegionCode.init(_:))
        self.region = region
        self.key = key.publicKey
        self.voucher = voucher
        self.signature = signature
    }
}
