import API
import Archive
import Base
import Domain
import Glibc
import Host
import Runtime

/// `archive`: a case's package, taken out, checked, and sealed.
extension Verb {
    static let archive = Family.verb(
        "archive", [exportPackage, verifyPackage, checkPackage, sealPackage])

    private static func fetch(_ order: Order) async throws -> NodeCommands.Answer {
        let path = "/api/v1/archives/" + URLText.segment(order.subject)
        return try await NodeCommands.ask(
            try order.arguments.required("data"), "GET", path, body: nil)
    }

    private static let exportPackage = Act(
        name: "export",
        about: Words("导出归档包到目录：清单、逐条变更、附件", "writes a case's package into a folder"),
        subject: "NUMBER", options: [.required("to", "")]
    ) { order in
        let answer = try await fetch(order)
        guard answer.exitCode == 0, let whole = Report.json(answer.text),
            let package = whole["package"]
        else { return order.finish(answer) { _ in [] } }
        let folder = try order.arguments.required("to")
        for name in [folder, folder + "/changes", folder + "/attachments"] {
            guard mkdir(name, 0o700) == 0 || errno == EEXIST else {
                throw Arguments.Failure("cannot make \(name)", chinese: "无法建立 \(name)")
            }
        }
        for file in package["files"]?.array ?? [] {
            guard let name = file["name"]?.text, !name.contains(".."), !name.hasPrefix("/"),
                let bytes = file["content"]?.text.flatMap(Base64.decode)
            else { continue }
            try SmallFile.write(bytes, to: folder + "/" + name, mode: 0o600, replace: true)
        }
        let data = try order.arguments.required("data")
        for blob in (package["attachments"]?.array ?? []).compactMap(\.text) {
            guard let bytes = try await NodeCommands.bytes(data, "/api/v1/blobs/" + blob) else {
                Console.say(Words("附件 \(blob) 未到", "attachment \(blob) is not here").text)
                continue
            }
            try SmallFile.write(
                bytes, to: folder + "/attachments/" + blob, mode: 0o600, replace: true)
        }
        try SmallFile.write(
            Array((package["manifest"]?.text ?? "").utf8), to: folder + "/manifest.json",
            mode: 0o600, replace: true)
        let digest = package["digest"]?.text ?? ""
        Console.print(
            Words("已导出到 \(folder)，摘要 \(digest)", "exported to \(folder), digest \(digest)").text)
        return 0
    }

    private static let verifyPackage = Act(
        name: "verify",
        about: Words("校验导出的归档包，不需要节点", "checks a folder that was exported; needs no node"),
        subject: "DIR", options: [.optional("digest", "")], needsNode: false
    ) { order in
        let folder = order.subject
        let manifest = try SmallFile.read(
            folder + "/manifest.json", limit: Limits.blobUploadBytesMax)
        let faults = ArchiveCheck.faults(
            manifest, sealed: order.arguments.value("digest")
        ) { name in
            guard !name.contains("..") else { return nil }
            do {
                return try SmallFile.read(
                    folder + "/" + name, limit: Limits.blobUploadBytesMax)
            } catch {
                return nil
            }
        }
        guard faults.isEmpty else {
            Report.print(faults)
            return 1
        }
        Console.print(Words("归档包完好", "the package is whole").text)
        return 0
    }

    private static let checkPackage = Act(
        name: "check",
        about: Words("与归档时的摘要核对", "compares the package with what was sealed"),
        subject: "NUMBER", options: []
    ) { order in
        let answer = try await fetch(order)
        guard answer.exitCode == 0, let whole = Report.json(answer.text) else {
            return order.finish(answer) { _ in [] }
        }
        let digest = whole["package"]?["digest"]?.text ?? ""
        guard let sealed = whole["sealed"]?.text else {
            Console.print(Words("尚未归档", "not sealed yet").text)
            return 1
        }
        guard sealed == digest else {
            Console.print(
                Words("与归档时不符：\(sealed)", "not what was sealed: \(sealed)").text)
            return 1
        }
        Console.print(Words("与归档时一致：\(digest)", "as it was sealed: \(digest)").text)
        return 0
    }

    private static let sealPackage = Act(
        name: "seal",
        about: Words("归档：评价期满后封存", "seals a closed case once its rating window is over"),
        subject: "NUMBER", options: [.key]
    ) { order in
        let answer = try await fetch(order)
        guard answer.exitCode == 0, let whole = Report.json(answer.text),
            let digest = whole["package"]?["digest"]?.text
        else { return order.finish(answer) { _ in [] } }
        let today = CivilDate(of: SystemClock.now())
        guard let day = whole["sealableFrom"]?.text.flatMap(CivilDate.init), day <= today else {
            let from = whole["sealableFrom"]?.text ?? "?"
            throw Arguments.Failure(
                "the case may be sealed from \(from) on",
                chinese: "评价期未满或未办结，\(from) 起方可归档")
        }
        var object = JSONObject()
        object["command"] = "case.archive"
        object["case"] = .text(order.subject)
        object["digest"] = .text(digest)
        return try await order.submit(object) { _, _ in
            Words("已归档，摘要 \(digest)", "sealed, digest \(digest)")
        }
    }
}
