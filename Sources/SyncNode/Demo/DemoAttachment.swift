import Base
import Crypto
import Domain
import Network
import Runtime

/// A scan that a village takes in without a link: it goes where its case goes, and no further.
struct DemoAttachment: Sendable {
    let script: DemoScript
    let world: DemoWorld

    func play() async {
        let v1 = world.v1
        await world.link(v1, world.t, cut: true)
        let scan = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
        let path = "/api/v1/blobs/" + Hash.digest(scan, suite: .sha256Ed25519).hex
        let wrong = await v1.fetch("PUT", path, Array(scan.dropLast()))
        script.fact("内容与摘要不符的附件不收", wrong.status == 422)
        let put = await v1.fetch("PUT", path, scan)
        script.fact("断网时存入一份扫描件", put.status == 201 || put.status == 200)
        let answer = await v1.post(
            "/api/v1/commands",
            "{\"command\":\"case.receive\",\"item\":\"\(DemoSeed.Item.pension)\","
                + "\"applicant\":{\"name\":\"何秀芝\"},\"materials\":[{\"code\":\"M1\","
                + "\"present\":true,\"blob\":\"\(path.split(separator: "/").last ?? "")\"}]}")
        let number = answer.json["number"]?.text ?? ""
        script.fact("断网收件带附件", number.utf8.count == 26)
        await world.link(v1, world.t, cut: false)
        await script.eventually("附件经镇到县，逐字节相同") {
            await world.c.fetch("GET", path).bytes == scan
        }
        script.fact("夏沟村没有这份附件", await world.v2.fetch("GET", path).status == 404)
    }
}
