import Base
import HTTP
import Testing

@testable import API

@Suite struct BlobTests {
    private let ask = Ask()
    private let hash = String(repeating: "0a", count: 32)

    private func get(
        _ headers: [(String, String)] = [], method: String = "GET", size: Int = 1000
    ) throws -> (response: HTTPResponse, range: Range<Int>?) {
        guard
            case .blob(.get(let request)) = try ask.reply(
                method, "/api/v1/blobs/" + hash, headers)
        else { throw Ask.Unexpected.reply }
        #expect(request.digest.hex == hash && request.isHead == (method == "HEAD"))
        return request.answer(size: size)
    }

    @Test func theWholeAndAPart() throws {
        let whole = try get()
        #expect(whole.response.status == 200 && whole.range == 0..<1000)
        #expect(whole.response.headers["etag"] == "\"\(hash)\"")
        #expect(whole.response.headers["accept-ranges"] == "bytes")
        #expect(whole.response.headers["content-disposition"] == "attachment")
        #expect(whole.response.headers["x-content-type-options"] == "nosniff")
        let part = try get([("Range", "bytes=10-19")])
        #expect(part.response.status == 206 && part.range == 10..<20)
        #expect(part.response.headers["content-range"] == "bytes 10-19/1000")
        let head = try get([("Range", "bytes=10-19")], method: "HEAD")
        #expect(head.response.status == 200 && head.range == 0..<1000)
    }

    @Test func beyondTheEnd() throws {
        let answer = try get([("Range", "bytes=1000-")])
        #expect(answer.response.status == 416 && answer.range == nil)
        #expect(answer.response.headers["content-range"] == "bytes */1000")
    }

    @Test func conditions() throws {
        let same = try get([("If-None-Match", "\"\(hash)\"")])
        #expect(same.response.status == 304 && same.range == nil)
        let other = try get([("Range", "bytes=0-1"), ("If-Range", "\"x\"")])
        #expect(other.response.status == 200)
        let fits = try get([("Range", "bytes=0-1"), ("If-Range", "\"\(hash)\"")])
        #expect(fits.response.status == 206)
    }

    @Test func puts() throws {
        guard
            case .blob(.put(let digest, let bytes)) = try ask.reply(
                "PUT", "/api/v1/blobs/" + hash, body: "scan")
        else { throw Ask.Unexpected.reply }
        #expect(digest.hex == hash && bytes == Array("scan".utf8))
        let part = try ask.now(
            "PUT", "/api/v1/blobs/" + hash, [("Content-Range", "bytes 0-3/9")], body: "scan")
        #expect(part.status == 400)
        for bad in ["ab", hash + "00", hash.uppercased(), String(repeating: "g", count: 64)] {
            #expect([400, 404].contains(try ask.now("PUT", "/api/v1/blobs/" + bad).status))
            #expect([400, 404].contains(try ask.now("GET", "/api/v1/blobs/" + bad).status))
        }
    }

    @Test func outcomes() throws {
        let answers: [(BlobOutcome, UInt16)] = [
            (.stored(bytes: 4), 201), (.known(bytes: 4), 200), (.wrongDigest, 422), (.empty, 422),
            (.full, 507), (.busy, 503), (.failed, 500),
        ]
        for (outcome, status) in answers { #expect(outcome.response.status == status) }
        #expect(try BlobOutcome.stored(bytes: 4).response.json["bytes"] == .int(4))
        #expect(BlobOutcome.busy.response.headers["retry-after"] != nil)
        #expect(BlobRequest.unknown.response.status == 404)
    }

    @Test func bounds() throws {
        let put = try HTTPRequest.make("PUT", "/api/v1/blobs/" + hash)
        #expect(API.bodyBytesMax(for: put) == Limits.blobUploadBytesMax)
        let get = try HTTPRequest.make("GET", "/api/v1/blobs/" + hash)
        #expect(API.bodyBytesMax(for: get) == 0 && !API.isQuick(get))
    }
}
