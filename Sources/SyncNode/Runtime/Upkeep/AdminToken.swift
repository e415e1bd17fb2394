import Base

/// What proves that a request comes from whoever may read the node's own directory: 32 random
/// bytes in `keys/admin`, mode 0600, sent as a bearer token (RFC 6750).
enum AdminToken {
    /// Makes the file where there is none.
    static func ensure(in data: String) throws(NodeRuntime.Failure) {
        do throws(KeyFiles.Failure) {
            if SmallFile.exists(path(data)) { return }
            let text = Hex.encode(SystemRandom.bytes(Limits.adminTokenBytes))
            try SmallFile.write(Array(text.utf8), to: path(data), mode: 0o600, replace: false)
        } catch {
            throw .keys(error)
        }
    }

    /// The value of the `Authorization` header.
    static func header(in data: String) throws(NodeRuntime.Failure) -> String {
        "Bearer " + (try text(in: data))
    }

    /// The token.
    static func text(in data: String) throws(NodeRuntime.Failure) -> String {
        do throws(KeyFiles.Failure) {
            let bytes = try SmallFile.read(path(data), limit: 2 * Limits.adminTokenBytes)
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            throw NodeRuntime.Failure(error.sentence, chinese: error.chinese, exitCode: 5)
        }
    }

    /// Whether two texts are the same, in a time that does not tell where they differ.
    static func isSame(_ left: String, _ right: String) -> Bool {
        let (one, two) = (Array(left.utf8), Array(right.utf8))
        guard one.count == two.count else { return false }
        var difference: UInt8 = 0
        for index in one.indices { difference |= one[index] ^ two[index] }
        return difference == 0
    }

    private static func path(_ data: String) -> String { data + "/keys/admin" }
}
