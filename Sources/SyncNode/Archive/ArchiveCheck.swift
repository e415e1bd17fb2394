import Base
import Change
import Crypto

/// What is wrong with a package that was kept somewhere else.
package enum ArchiveCheck {
    /// Looks at every file that the manifest names; needs no node.
    ///
    /// - Parameters:
    ///   - manifest: As it was kept.
    ///   - place: The name under which it was kept.
    ///   - wanted: The digest that the case was sealed with; nil where it is not known.
    ///   - told: Files and attachments of which a fault was told already.
    ///   - file: A file of the package by its name; nil where there is none.
    /// - Returns: One sentence for each fault; none where all is as it was.
    package static func faults(
        _ manifest: [UInt8], in place: String = "manifest.json", sealed wanted: String?,
        besides told: Set<String> = [], _ file: (String) -> [UInt8]?
    ) -> [String] {
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: manifest)
        } catch {
            return ["\(place) 不是合格的 JSON"]
        }
        guard json["format"]?.text == ArchivePackage.format,
            let suite = json["suite"]?.int.flatMap({ Suite(rawValue: UInt8(clamping: $0)) }),
            let files = json["files"]?.array
        else { return ["\(place) 不是归档包的清单"] }
        var faults: [String] = []
        if let wanted, Hash.digest(manifest, suite: suite).hex != wanted {
            faults.append("\(place) 与归档时的摘要不符")
        }
        for entry in listed(files, suite, mismatch: "与摘要不符", file) {
            if let name = entry.name, told.contains(name) { continue }
            if let fault = entry.fault {
                faults.append(fault)
            } else if let name = entry.name {
                faults += change(entry.bytes, name, entry.json)
            }
        }
        for blob in (json["attachments"]?.array ?? []).compactMap(\.text)
        where !told.contains(blob) {
            guard let bytes = file("attachments/" + blob) else {
                faults.append("缺少附件 \(blob)")
                continue
            }
            let isGood = Suite.allCases.contains { Hash.digest(bytes, suite: $0).hex == blob }
            if !isGood { faults.append("附件 \(blob) 与摘要不符") }
        }
        return faults
    }

    /// A file that a list names by its digest.
    struct Listed {
        /// nil where the list does not say it.
        let name: String?
        let json: JSON
        /// Empty where there is a fault.
        var bytes: [UInt8] = []
        var fault: String?
    }

    /// Each file that a list names, with what is wrong with it.
    static func listed(
        _ list: [JSON], _ suite: Suite, mismatch: String, _ file: (String) -> [UInt8]?
    ) -> [Listed] {
        list.map { entry in
            guard let name = entry["name"]?.text, let digest = entry["digest"]?.text else {
                return Listed(name: nil, json: entry, fault: "清单中有一项残缺")
            }
            guard let bytes = file(name) else {
                return Listed(name: name, json: entry, fault: "缺少 \(name)")
            }
            guard Hash.digest(bytes, suite: suite).hex == digest else {
                return Listed(name: name, json: entry, fault: "\(name) \(mismatch)")
            }
            return Listed(name: name, json: entry, bytes: bytes)
        }
    }

    /// The change is of its form, and has the hash by which the chain names it.
    private static func change(_ bytes: [UInt8], _ name: String, _ entry: JSON) -> [String] {
        for suite in Suite.allCases {
            do throws(DecodeError) {
                let change = try ChangeCodec.decode(bytes, suite: suite)
                if change.hash.hex == entry["hash"]?.text { return [] }
            } catch {
                return ["\(name) 不是一条变更"]
            }
        }
        return ["\(name) 的变更摘要与链不符"]
    }
}
