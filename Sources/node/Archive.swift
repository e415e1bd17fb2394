import API
import Archive
import Base
import Change
import Crypto
import Disk
import Domain
import Glibc
import Host
import Runtime

/// `archive`: a case's package, taken out, checked, and sealed.
extension Verb {
    static let archive = Family.verb(
        "archive",
        [
            sheet(
                "list", Words("待归档、已归档、保管期满、待批销毁", "what is due, sealed, out of its term"),
                .archives),
            .sheet("show", Words("一件的档案", "one archive"), at: "board/archive"),
            exportPackage, verifyPackage, checkPackage, sealPackage, sealDue,
            keep("hold", Words("列入保全：不得清除", "keeps it from being erased"), "preserve"),
            keep("release", Words("解除保全", "ends that"), "preserve", flag: "release"),
            keep("propose", Words("申请销毁，由另一人批准", "asks for its destruction"), "dispose"),
            keep("dismiss", Words("驳回销毁申请", "turns that down"), "dispose", flag: "dismiss"),
            Act.command(
                "erase", Words("批准销毁：清除个人信息（县）", "destroys what is personal of it"), "case.erase",
                subject: (name: "NUMBER", field: "case"),
                [
                    .required("reason", "reason"), .optional("early", "early", .flag),
                    .optional("dry-run", "dryRun", .flag),
                ]
            ) { _, answer in
                let count = answer["changes"]?.int ?? 0
                return answer["dryRun"]?.bool == true
                    ? Words("试算：将清除 \(count) 条环节记录的内容", "a rehearsal: \(count) changes")
                    : Words("已清除 \(count) 条环节记录的内容", "erased: \(count) changes")
            },
            terms,
            approveTerms,
        ])

    private static func keep(
        _ name: String, _ about: Words, _ command: String, flag: String? = nil
    ) -> Act {
        Act(
            name: name, about: about, subject: "NUMBER",
            options: [.required("reason", "reason"), .key]
        ) { order in
            var object = JSONObject()
            object["command"] = .text("case." + command)
            object["case"] = .text(order.subject)
            if let flag { object[flag] = true }
            try order.fill(&object)
            return try await order.submit(object) { _, _ in Words("已记入办件", "done") }
        }
    }

    private static let approveTerms = Act(
        name: "approve-terms",
        about: Words("批准另一人起草的保管期限", "approves terms that another has drafted"),
        subject: nil, options: [.key]
    ) { order in
        var object = JSONObject()
        object["command"] = "setting.approve"
        object["code"] = "retention"
        return try await order.submit(object) { _, _ in Words("已批准", "approved") }
    }

    /// 保管期限 in years; 100 for good.
    private static let terms = Act(
        name: "terms",
        about: Words(
            "设保管期限（年；100 为永久）", "sets for how many years records are kept (100: for good)"),
        subject: nil,
        options: ["default", "refused", "withdrawn"].map {
            .required($0, $0, .number(0...Retention.permanent))
        } + [.optional("kind", "", .list), .optional("document", "document"), .key]
    ) { order in
        var object = JSONObject()
        object["command"] = "setting.set"
        object["code"] = "retention"
        try order.fill(&object)
        var kinds: [JSON] = []
        let given = order.arguments.fields.filter { $0.name == "kind" }.map(\.value)
        for entry in given.joined(separator: ",").split(separator: ",") {
            let kind = RetentionTerms.kind(String(entry))
            guard kind["years"]?.int != nil else {
                throw Arguments.Failure(
                    "--kind is KIND=YEARS, not \(entry)", chinese: "--kind 应为 事项类型=年数，不是 \(entry)")
            }
            kinds.append(kind)
        }
        object["kinds"] = .array(kinds)
        return try await order.submit(object) { _, _ in Words("已设置", "set") }
    }

    /// Seals every case of this place whose rating window is over.
    private static let sealDue = Act(
        name: "seal-due",
        about: Words("归档所有评价期已满的办件", "seals every closed case whose rating window is over"),
        subject: nil, options: []
    ) { order in
        let data = try order.arguments.required("data")
        let answer = try await NodeCommands.ask(
            data, "GET", "/api/v1/board/archives", body: nil)
        guard answer.exitCode == 0, let sheet = Report.json(answer.text) else {
            return order.finish(answer) { _ in [] }
        }
        var (done, failed) = (0, 0)
        for number in (sheet["data"]?["due"]?.array ?? []).compactMap(\.text) {
            let sealed = try await seal(number, at: data)
            if sealed.exitCode == 0 {
                done += 1
            } else {
                failed += 1
                Console.say(number + " " + (Report.json(sealed.text)?["title"]?.text ?? ""))
            }
        }
        Console.print(Words("已归档 \(done) 件，未能归档 \(failed) 件", "sealed \(done), not \(failed)").text)
        return failed == 0 ? 0 : 1
    }

    private static func seal(_ number: String, at data: String) async throws -> NodeCommands.Answer
    {
        let path = "/api/v1/archives/" + URLText.segment(number)
        let answer = try await NodeCommands.ask(data, "GET", path, body: nil)
        guard answer.exitCode == 0,
            let digest = Report.json(answer.text)?["package"]?["digest"]
        else { return answer }
        var object = JSONObject()
        object["command"] = "case.archive"
        object["case"] = .text(number)
        object["digest"] = digest
        return try await NodeCommands.ask(
            data, "POST", "/api/v1/commands",
            body: String(decoding: JSON.object(object).bytes, as: UTF8.self))
    }

    private static func fetch(_ order: Order) async throws -> NodeCommands.Answer {
        let path = "/api/v1/archives/" + URLText.segment(order.subject)
        return try await NodeCommands.ask(
            try order.arguments.required("data"), "GET", path, body: nil)
    }

    private static let exportPackage = Act(
        name: "export",
        about: Words(
            "导出归档包：文书、元数据、附件、变更，带签名；理由记入办件",
            "gives a case's package away, signed, into a folder or a ZIP file"),
        subject: "NUMBER",
        options: [.optional("to", ""), .optional("zip", ""), .required("reason", "")]
    ) { order in
        let (folder, file) = (order.arguments.value("to"), order.arguments.value("zip"))
        guard folder != nil || file != nil else {
            throw Arguments.Failure(
                "--to DIR or --zip FILE is needed", chinese: "需要 --to 目录 或 --zip 文件")
        }
        var object = JSONObject()
        object["reason"] = .text(try order.arguments.required("reason"))
        let found = try await NodeCommands.download(
            try order.arguments.required("data"),
            "/api/v1/archives/" + URLText.segment(order.subject) + "/export",
            body: String(decoding: JSON.object(object).bytes, as: UTF8.self))
        guard let bytes = found.bytes else { return order.finish(found.answer) { _ in [] } }
        if let file { try SmallFile.write(bytes, to: file, mode: 0o600, replace: true) }
        let entries = try ZipFile.entries(bytes)
        if let folder {
            try folders(["", "/changes", "/attachments", "/documents"].map { folder + $0 })
            for entry in entries where ZipFile.isPlain(entry.name) {
                try SmallFile.write(
                    entry.bytes, to: folder + "/" + entry.name, mode: 0o600, replace: true)
            }
        }
        let verdict = ArchiveVerdict(entries)
        for fault in verdict.faults { Console.say(fault) }
        let place = [folder, file].compactMap { $0 }.joined(separator: "、")
        Console.print(
            Words(
                "已导出到 \(place)，\(entries.count) 个文件，归档摘要 \(verdict.events)",
                "exported to \(place), \(entries.count) files, digest \(verdict.events)"
            ).text)
        return verdict.faults.isEmpty ? 0 : 1
    }

    private static func folders(_ names: [String]) throws {
        for name in names {
            guard mkdir(name, 0o700) == 0 || errno == EEXIST else {
                throw Arguments.Failure("cannot make \(name)", chinese: "无法建立 \(name)")
            }
        }
    }

    private static let verifyPackage = Act(
        name: "verify",
        about: Words(
            "校验导出的归档包（目录或 ZIP），不需要节点",
            "checks a folder or a ZIP file that was exported; needs no node"),
        subject: "DIR|FILE.zip",
        options: [.optional("digest", ""), .optional("county", ""), .optional("public", "")],
        needsNode: false
    ) { order in
        let entries: [ZipFile.Entry]
        if ScratchFolder.isFolder(order.subject) {
            entries = try files(below: order.subject, "")
        } else {
            let bytes = try whole(order.subject)
            do throws(ZipFile.Fault) {
                entries = try ZipFile.entries(bytes)
            } catch {
                Console.say(
                    Words(
                        "\(order.subject)：\(error.rawValue)",
                        "\(order.subject) is no package: \(error)"
                    ).text)
                return 1
            }
        }
        var county: (code: RegionCode, key: PublicKey)?
        if let text = order.arguments.value("public") {
            guard let key = IncarnationKey(text: text)?.publicKey,
                let code = order.arguments.value("county").flatMap(RegionCode.init(_:))
            else {
                throw Arguments.Failure(
                    "--public must be a county's key with its --county",
                    chinese: "--public 应为县级公钥，并用 --county 写明区划代码")
            }
            county = (code, key)
        }
        let verdict = ArchiveVerdict(
            entries, sealed: order.arguments.value("digest"), county: county)
        if order.isJSON {
            Console.print(String(decoding: verdict.json, as: UTF8.self))
            return verdict.faults.isEmpty ? 0 : 1
        }
        guard verdict.faults.isEmpty else {
            Report.print(verdict.faults)
            return 1
        }
        Console.print(
            Words(
                "归档包完好：\(verdict.number)，\(verdict.fileCount) 个文件，\(verdict.signature.name)",
                "the package is whole: \(verdict.number), \(verdict.fileCount) files, "
                    + "signature \(verdict.signature.rawValue)"
            ).text)
        return 0
    }

    /// All files of a folder, by their names below it.
    private static func files(below folder: String, _ prefix: String) throws -> [ZipFile.Entry] {
        var entries: [ZipFile.Entry] = []
        for name in ScratchFolder.names(in: folder + "/" + prefix).sorted() {
            let inner = prefix + name
            if ScratchFolder.isFolder(folder + "/" + inner) {
                // A package has folders of one depth.
                guard prefix.isEmpty else { continue }
                entries += try files(below: folder, inner + "/")
            } else {
                let bytes = try whole(folder + "/" + inner)
                entries.append(ZipFile.Entry(name: inner, bytes: bytes))
            }
            guard entries.count <= Limits.archiveFilesMax else {
                throw Arguments.Failure("too many files", chinese: "文件过多，不是归档包")
            }
        }
        return entries
    }

    private static func whole(_ path: String) throws -> [UInt8] {
        try SmallFile.read(path, limit: try SmallFile.size(of: path, limit: Limits.archiveBytesMax))
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
        var object = JSONObject()
        object["command"] = "case.archive"
        object["case"] = .text(order.subject)
        object["digest"] = .text(digest)
        return try await order.submit(object) { _, _ in
            Words("已归档，摘要 \(digest)", "sealed, digest \(digest)")
        }
    }
}
