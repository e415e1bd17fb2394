package import Account
import Base
package import Console
import Domain
package import Guide

/// Below a case's 材料清单: its scans, and what may be done with its materials.
package struct MaterialPage {
    private let sheet: Sheet
    private let viewer: Principal
    private let token: HTMLText

    package init(sheet: Sheet, viewer: Principal, token: HTMLText) {
        self.sheet = sheet
        self.viewer = viewer
        self.token = token
    }

    /// Links and forms; each form is shown to whoever may send it.
    package var html: HTMLText {
        """
        \(scans)<section class="card screen"><h2>办理</h2><div class="acts">\(upload)\(level)\
        \(reuse)\(waive)</div><p><a class="button" href="/cases/\(number)">回到办件</a></p></section>
        """
    }

    private var id: String { sheet.data["case"]?.text ?? "" }
    private var number: HTMLText { "\(URLText.segment(id))" }
    private var materials: [JSON] { sheet.data["materials"]?.array ?? [] }

    private var scans: HTMLText {
        guard viewer.may(.reveal) else { return .empty }
        let rows = materials.flatMap { material -> [HTMLText] in
            (material["scans"]?.array ?? []).compactMap(\.text).enumerated().map { index, digest in
                """
                <li>\(material["code"]?.text ?? "") \(material["name"]?.text ?? "") \
                <a href="/cases/\(number)/files/\(digest)" target="_blank" rel="noopener">\
                查看扫描件 \(index + 1)</a></li>
                """
            }
        }
        guard !rows.isEmpty else { return .empty }
        return "<section class=\"card screen\"><h2>扫描件</h2><ul>\(rows)</ul></section>"
    }

    /// A choice of materials; of those that pass.
    private func choice(_ passes: (JSON) -> Bool) -> HTMLText {
        let options = materials.filter(passes).map { material -> HTMLText in
            let code = material["code"]?.text ?? ""
            return "<option value=\"\(code)\">\(code) \(material["name"]?.text ?? "")</option>"
        }
        return "<label>材料<select name=\"code\">\(options)</select></label>"
    }

    /// None is chosen beforehand: how far a material can be trusted is somebody's own word.
    private func levels(_ none: HTMLText, isRequired: Bool = false) -> HTMLText {
        let words = [
            ("A", "实施机构产生"), ("B", "窗口已核验原件"), ("C", "申请人自传"), ("D", "申请人承诺"),
        ]
        let options = words.map { level, words -> HTMLText in
            "<option value=\"\(level)\">\(level) 级：\(words)</option>"
        }
        let must: HTMLText = isRequired ? " required" : .empty
        return """
            <label>可信等级<select name="level"\(must)><option value="">\(none)</option>\(options)\
            </select></label>
            """
    }

    private var upload: HTMLText {
        guard viewer.may(.material), !materials.isEmpty else { return .empty }
        return """
            <form method="post" enctype="multipart/form-data" action="/console/scans/\(number)">\
            \(token)<h3>上传扫描件</h3>\(choice { _ in true })\
            \(levels("暂不认定"))\
            <label>文件（JPEG、PNG、PDF，至多 32 MiB；手机可直接拍照）\
            <input type="file" name="file" required \
            accept="image/jpeg,image/png,application/pdf"></label>\
            <button class="main">上传</button></form>
            """
    }

    private var level: HTMLText {
        let isPresent = { (material: JSON) in material["present"]?.bool == true }
        guard viewer.may(.material), materials.contains(where: isPresent) else { return .empty }
        return form("material", "认定可信等级", "\(choice(isPresent))\(levels("请选择", isRequired: true))")
    }

    private var reuse: HTMLText {
        let found = sheet.data["reusable"]?.array ?? []
        guard viewer.may(.reuse), !found.isEmpty else { return .empty }
        let forms = found.map { entry -> HTMLText in
            let code = entry["code"]?.text ?? ""
            let from = entry["from"]?.text ?? ""
            return form(
                "reuse", "复用 \(code)",
                """
                <input type="hidden" name="code" value="\(code)">\
                <input type="hidden" name="from" value="\(from)"><p>来自办件 \(from)，\
                \(entry["level"]?.text ?? "") 级，有效至 \(entry["until"]?.text ?? "")</p>
                """)
        }
        return "\(forms)"
    }

    private var waive: HTMLText {
        let passes = { (material: JSON) in
            material["present"]?.bool != true && material["waivable"]?.bool == true
        }
        guard viewer.may(.waive), materials.contains(where: passes) else { return .empty }
        return form(
            "waive", "凭证照免提交",
            """
            \(choice(passes))<label>证照编号（加密保存）\
            <input name="certificate" required maxlength="60" autocomplete="off"></label>
            """)
    }

    private func form(_ act: HTMLText, _ title: HTMLText, _ fields: HTMLText) -> HTMLText {
        """
        <form method="post" action="/console/cases/\(number)/\(act)">\(token)<h3>\(title)</h3>\
        \(fields)<button>\(title)</button></form>
        """
    }
}
