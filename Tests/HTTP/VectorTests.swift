import HTTP
import Support
import Testing

/// Cases that the other parser lets pass and this one refuses, each with our reason. The same
/// list stands in docs/HTTP.md with its explanation.
private let stricter: [(id: String, reason: HTTPError.Reason)] = [
    ("gunicorn:valid/004", .missingHost),
    ("gunicorn:valid/006", .missingHost),
    ("gunicorn:valid/010", .missingHost),
    ("gunicorn:valid/011", .missingHost),
    ("gunicorn:valid/012", .missingHost),
    ("gunicorn:valid/014", .missingHost),
    ("gunicorn:valid/018", .missingHost),
    ("gunicorn:valid/023", .missingHost),
    ("gunicorn:valid/031", .missingHost),
    ("gunicorn:valid/031compat", .missingHost),
    ("gunicorn:valid/031compat2", .missingHost),
    ("gunicorn:valid/100", .missingHost),
    ("llhttp:request/connection:238", .missingHost),
    ("llhttp:request/connection:36", .missingHost),
    ("llhttp:request/connection:544", .missingHost),
    ("llhttp:request/connection:8", .missingHost),
    ("llhttp:request/content-length:292", .missingHost),
    ("llhttp:request/content-length:319", .missingHost),
    ("llhttp:request/content-length:43", .missingHost),
    ("llhttp:request/method:6", .missingHost),
    ("llhttp:request/pipelining:6", .missingHost),
    ("llhttp:request/sample:170", .missingHost),
    ("llhttp:request/sample:198", .missingHost),
    ("llhttp:request/sample:480", .missingHost),
    ("llhttp:request/sample:510", .missingHost),
    ("llhttp:request/transfer-encoding:109", .missingHost),
    ("llhttp:request/transfer-encoding:146", .missingHost),
    ("llhttp:request/transfer-encoding:188", .missingHost),
    ("llhttp:request/transfer-encoding:240", .missingHost),
    ("llhttp:request/transfer-encoding:35", .missingHost),
    ("llhttp:request/transfer-encoding:72", .missingHost),
    ("llhttp:request/uri:104", .missingHost),
    ("llhttp:request/uri:54", .missingHost),
    ("gunicorn:valid/009", .badTarget),
    ("gunicorn:valid/025", .unknownCoding),
    ("gunicorn:valid/025_line", .unknownCoding),
    ("gunicorn:valid/029", .unknownCoding),
    ("gunicorn:valid/030", .unknownCoding),
    ("gunicorn:valid/099", .truncated),
    ("gunicorn:valid/compat_obs_fold_huge", .foldedHeader),
    ("gunicorn:valid/pp_01", .badRequestLine),
    ("gunicorn:valid/pp_05", .badRequestLine),
    ("gunicorn:valid/rfc9112_target_absolute_userinfo_01", .badTarget),
    ("llhttp:request/method:29", .tunnel),
    ("llhttp:request/method:64", .tunnel),
    ("llhttp:request/uri:190", .tunnel),
    ("llhttp:request/method:460", .badTarget),
    ("llhttp:request/sample:316", .badTarget),
    ("llhttp:request/transfer-encoding:753", .badTarget),
    ("llhttp:request/transfer-encoding:795", .badTarget),
    ("llhttp:response/sample:42", .badStatusLine),
    ("llhttp:response/sample:647", .badStatusLine),
    ("llhttp:response/transfer-encoding:45", .badTransferEncoding),
]

/// Cases where both read on and only the state in between has another name.
private let sameButNamed: [(id: String, ours: Reading.Verdict)] = [
    ("llhttp:request/invalid:492", .more),
    ("llhttp:response/connection:295", .more),
    ("llhttp:response/finish:8", .accept),
]

/// Cases that stay refused for another reason once a Host line is there.
private let stricterWithHost: [(id: String, reason: HTTPError.Reason)] = [
    ("llhttp:request/uri:54", .hostMismatch)
]

@Suite(.enabled(if: SharedData.path("vectors/http1-cases.jsonl") != nil, "no shared data here"))
struct VectorTests {
    @Test func agreesOrIsStricterByName() throws {
        let cases = try #require(try WireCase.load())
        #expect(cases.count == 163)
        for item in cases {
            let reading = read(item, item.raw, step: item.raw.count)
            if let row = stricter.first(where: { $0.id == item.id }) {
                #expect(reading.verdict == .reject && item.verdict != "reject", "\(item.id)")
                #expect(reading.reason == row.reason, "\(item.id)")
            } else if let row = sameButNamed.first(where: { $0.id == item.id }) {
                #expect(reading.verdict == row.ours, "\(item.id)")
            } else {
                #expect(reading.verdict.rawValue == theirs(item), "\(item.id)")
            }
        }
    }

    @Test func nothingTheyRefuseIsAccepted() throws {
        for item in try #require(try WireCase.load()) where item.verdict == "reject" {
            #expect(read(item, item.raw, step: item.raw.count).verdict != .accept, "\(item.id)")
            guard !item.isResponse, !item.isConfigured else { continue }
            let added = read(item, item.rawWithHost, step: item.raw.count)
            #expect(added.verdict != .accept, "\(item.id) with a Host line")
        }
    }

    /// Most of the cases refused above only lack a Host line.
    @Test func agreesOnceHostIsThere() throws {
        for item in try #require(try WireCase.load()) where !item.isResponse {
            let row = stricter.first { $0.id == item.id }
            guard row?.reason == .missingHost else { continue }
            let reading = read(item, item.rawWithHost, step: item.raw.count)
            if let other = stricterWithHost.first(where: { $0.id == item.id }) {
                #expect(reading.reason == other.reason, "\(item.id)")
                continue
            }
            let expected = item.verdict == "upgrade" ? "more" : theirs(item)
            #expect(reading.verdict.rawValue == expected, "\(item.id)")
            expectSameMessages(item, reading)
        }
    }

    @Test func readsTheSameMessages() throws {
        // The notation of this one's source cannot show a body that is a line feed.
        let unshown = "llhttp:response/sample:198"
        for item in try #require(try WireCase.load())
        where item.verdict == "accept" && item.id != unshown {
            let reading = read(item, item.raw, step: item.raw.count)
            if reading.verdict == .accept { expectSameMessages(item, reading) }
        }
    }

    @Test(arguments: [1, 2, 3, 7]) func piecesDoNotMatter(step: Int) throws {
        for item in try #require(try WireCase.load()) {
            let whole = read(item, item.raw, step: item.raw.count)
            #expect(read(item, item.raw, step: step) == whole, "\(item.id)")
        }
    }

    @Test func everyDifferenceIsInTheDocument() throws {
        let text = try SourceTree.file("docs/HTTP.md").text
        for id in stricter.map(\.id) + sameButNamed.map(\.id) {
            #expect(text.contains("`\(id)`"), "\(id) stands in docs/HTTP.md")
        }
    }

    private func read(_ item: WireCase, _ bytes: [UInt8], step: Int) -> Reading {
        item.isResponse
            ? .responses(bytes, step: step, atEnd: item.atEnd)
            : .requests(bytes, step: step, atEnd: item.atEnd)
    }

    private func theirs(_ item: WireCase) -> String {
        guard item.verdict == "accept" else { return item.verdict }
        return item.messages?.allSatisfy(\.isComplete) ?? true ? "accept" : "more"
    }

    private func expectSameMessages(_ item: WireCase, _ reading: Reading) {
        guard let messages = item.messages?.filter(\.isComplete) else { return }
        #expect(Array(reading.bodies.prefix(messages.count)) == messages.map(\.body), "\(item.id)")
        let targets = messages.compactMap(\.target)
        #expect(Array(reading.targets.prefix(targets.count)) == targets, "\(item.id)")
    }
}
