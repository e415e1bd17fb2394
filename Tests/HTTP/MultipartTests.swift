import Base
import Testing

@testable import HTTP

/// Forms with files: what browsers send is read, and nothing else.
@Suite struct MultipartTests {
    private static let type = "multipart/form-data; boundary=XyZ"

    private func body(_ parts: [String], end: String = "--XyZ--\r\n") -> [UInt8] {
        Array((parts.map { "--XyZ\r\n" + $0 + "\r\n" }.joined() + end).utf8)
    }

    private func part(_ head: String, _ content: String) -> String {
        "Content-Disposition: form-data; " + head + "\r\n\r\n" + content
    }

    private func fault(_ bytes: [UInt8], _ type: String = type) -> MultipartBody.Fault? {
        do throws(MultipartBody.Fault) {
            _ = try MultipartBody(bytes, contentType: type)
            return nil
        } catch {
            return error
        }
    }

    @Test func fieldsAndFilesAreRead() throws {
        let bytes = body([
            part("name=\"code\"", "M1"),
            "Content-Disposition: form-data; name=\"file\"; filename=\"扫描 1.jpg\"\r\n"
                + "Content-Type: text/html\r\n\r\n\u{1}\r\n--XyY\r\n\r\n",
            part("name=\"empty\"; filename=\"\"", ""),
        ])
        let form = try MultipartBody(bytes, contentType: Self.type)
        #expect(form.parts.map(\.name) == ["code", "file", "empty"])
        #expect(form.parts.map(\.fileName) == [nil, "扫描 1.jpg", ""])
        let texts = form.parts.map { String(decoding: bytes[$0.content], as: UTF8.self) }
        #expect(texts == ["M1", "\u{1}\r\n--XyY\r\n\r\n", ""])
        #expect(form["code"]?.content.count == 2)
        #expect(form["none"] == nil)
        let quoted = try MultipartBody(
            bytes, contentType: "Multipart/Form-Data; charset=utf-8; boundary=\"XyZ\"")
        #expect(quoted.parts == form.parts)
        #expect(try MultipartBody(Array("--XyZ--".utf8), contentType: Self.type).parts.isEmpty)
    }

    @Test func badBoundaries() {
        let good = body([part("name=\"a\"", "1")])
        for type in [
            "multipart/form-data", "multipart/form-data; boundary=",
            "multipart/mixed; boundary=XyZ",
            "multipart/form-data; boundary=X Z", "multipart/form-data; boundary=X\"",
            "multipart/form-data; boundary=XyZ; boundary=XyZ",
            "multipart/form-data; boundary=" + String(repeating: "x", count: 71), "",
        ] {
            #expect(fault(good, type) == .boundary, "\(type)")
        }
        #expect(fault(good, "multipart/form-data; boundary=Other") == .cut)
    }

    /// Every form that is cut anywhere is refused, and none is read as another.
    @Test func whatIsCutIsRefused() {
        let good = body([
            part("name=\"a\"", "1"), part("name=\"f\"; filename=\"x\"", "%PDF-1\r\n--Xy"),
        ])
        #expect(fault(good) == nil)
        for count in 0..<(good.count - 2) {
            #expect(fault(Array(good[..<count])) != nil, "cut at \(count)")
        }
        #expect(fault([0x20] + good) == .cut)
        #expect(fault(good + [0x20]) == .cut)
    }

    @Test func badHeads() {
        let long = String(repeating: "x", count: Limits.partHeadBytesMax)
        #expect(
            fault(body([part("name=\"a\"", "1").replacing(": form", with: ": " + long)])) == .head)
        #expect(fault(body(["X-Long: " + long + "\r\n" + part("name=\"a\"", "1")])) == .head)
        #expect(fault(body(["no colon\r\n\r\n1"])) == .head)
        #expect(fault(body(["Content-Disposition: attachment; name=\"a\"\r\n\r\n1"])) == .head)
        #expect(fault(body([part("name=a", "1")])) == .head)
        #expect(fault(body([part("name=\"a", "1")])) == .head)
        #expect(fault(body([part("name=\"a\u{1}\"", "1")])) == .head)
        let twice = "Content-Disposition: form-data; name=\"a\"\r\n"
        #expect(fault(body([twice + part("name=\"b\"", "1")])) == .head)
        for head in [
            "name=\"\"", "filename=\"x\"", "name=\"a\"; name=\"b\"",
            "name=\"\(String(repeating: "n", count: 65))\"",
            "name=\"a\"; filename=\"\(String(repeating: "n", count: 513))\"",
        ] {
            #expect(fault(body([part(head, "1")])) == .name, "\(head)")
        }
        #expect(fault(body(["Content-Type: text/plain\r\n\r\n1"])) == .name)
        #expect(fault(body([part("name=\"a\"", "1"), part("name=\"a\"", "2")])) == .name)
        let many = (0...Limits.partsMax).map { part("name=\"n\($0)\"", "") }
        #expect(fault(body(many)) == .tooManyParts)
    }

    @Test func filesAreKnownByTheirFirstBytes() {
        let png: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]
        #expect(MediaKind(sniffing: [0xff, 0xd8, 0xff, 0xe0]) == .jpeg)
        #expect(MediaKind(sniffing: png + Array("IHDR…".utf8)) == .png)
        #expect(MediaKind(sniffing: Array("%PDF-1.7\n".utf8)) == .pdf)
        for other in [
            [], [0xff, 0xd8], png, Array("%PDF-x".utf8), Array("%PDF-".utf8),
            Array(" %PDF-1.7".utf8), Array("<html>".utf8), Array("GIF89a".utf8),
            Array("PK\u{3}\u{4}".utf8), Array("<svg xmlns=".utf8), Array("MZ".utf8),
        ] {
            #expect(MediaKind(sniffing: other) == nil)
        }
    }
}
