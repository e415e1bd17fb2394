import Base
import Network

extension NodeCommands {
    /// `export`: writes what a region's node lacks into a file, sealed to it.
    package static func exportBundle(
        data: String, for code: String, to path: String
    ) async throws -> Answer {
        guard RegionCode(code) != nil else {
            throw NodeRuntime.Failure(
                "--for must be a code of 12 digits, not \(code)", exitCode: 2)
        }
        let response = try await reach(
            data, "POST", "/admin/v1/export", Array("{\"region\":\"\(code)\"}".utf8))
        guard response.status == 200 else { return answer(response) }
        try write(response.body, to: path)
        var writer = JSONWriter()
        writer.object { object in
            object.field("for", code)
            object.field("file", path)
            object.field("bytes", response.body.count)
        }
        return Answer(text: String(decoding: writer.bytes, as: UTF8.self), exitCode: 0)
    }

    /// `import`: takes a bundle in and writes the receipt beside it, as `FILE.receipt`; or takes
    /// such a receipt in.
    package static func importBundle(data: String, from path: String) async throws -> Answer {
        let bytes: [UInt8]
        do throws(KeyFiles.Failure) {
            bytes = try SmallFile.read(path, limit: Limits.sealedBundleBytesMax)
        } catch {
            throw NodeRuntime.Failure(error.sentence, chinese: error.chinese, exitCode: 2)
        }
        let response = try await reach(data, "POST", "/admin/v1/import", bytes)
        guard response.status == 200, case .object(var object)? = NodeSettings.json(response.body)
        else { return answer(response) }
        if let receipt = object["receipt"]?.text.flatMap(Hex.decode) {
            try write(receipt, to: path + ".receipt")
            object["receipt"] = .text(path + ".receipt")
        }
        var writer = JSONWriter()
        writer.value(.object(object))
        return Answer(text: String(decoding: writer.bytes, as: UTF8.self), exitCode: 0)
    }

    private static func write(
        _ bytes: [UInt8], to path: String
    ) throws(NodeRuntime.Failure) {
        do throws(KeyFiles.Failure) {
            try SmallFile.write(bytes, to: path, mode: 0o600, replace: true)
        } catch {
            throw NodeRuntime.Failure(error.sentence, chinese: error.chinese, exitCode: 2)
        }
    }
}
