import API
import Base
import Blob
import Crypto
import Domain
import Foundation
import HTTP
import Kernel
import Testing

@testable import Runtime

/// What is personal lies on no disk in the clear, and opens only where it may (0008).
@Suite struct PersonalDataTests {
    private static let plain = ["欧阳若兰", "370124194401081234", "13812345678", "焦庄村九组"]
    private static let receiver = "司马相如"

    /// Takes a case in and brings it to its end, with all that is personal of it.
    private func fullCase(_ place: County) async throws -> String {
        let answer = try await place.village.say(
            "{\"command\":\"case.receive\",\"item\":\"\(County.item)\",\"applicant\":{"
                + "\"name\":\"欧阳若兰\",\"idNumber\":\"370124194401081234\","
                + "\"phone\":\"13812345678\",\"address\":\"焦庄村九组12号\"},\"materials\":[\"M1\"]}")
        let number = try #require(answer["number"]?.text)
        for act in ["accept", "decide\",\"outcome\":\"grant"] {
            try await place.village.say("{\"case\":\"\(number)\",\"command\":\"case.\(act)\"}")
        }
        try await place.village.say(
            "{\"command\":\"case.deliver\",\"case\":\"\(number)\",\"receiver\":\"\(Self.receiver)\"}"
        )
        return number
    }

    private func expectNoPlain(below path: String, least: Int) throws {
        var files = 0
        let walk = try #require(FileManager.default.enumerator(atPath: path))
        for case let name as String in walk {
            let file = path + "/" + name
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: file, isDirectory: &isFolder)
            if isFolder.boolValue { continue }
            files += 1
            let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            for text in Self.plain + [Self.receiver] {
                #expect(bytes.range(of: Data(text.utf8)) == nil, "\(text) in \(name)")
                #expect(
                    text.utf8.allSatisfy { $0 < 0x80 }
                        || bytes.range(of: Data(text.prefix(3).utf8)) == nil,
                    "a part of \(text) in \(name)")
            }
        }
        #expect(files >= least, "there was something to look at")
    }

    private func expectNoPrivateKey(in folder: String) throws {
        var sealed = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
            #expect(!text.contains("PRIVATE KEY"), "\(name)")
            if text.hasPrefix("sealed ") { sealed += 1 }
        }
        #expect(sealed >= 4, "the key for reading, the node's, the incarnation's, the one of TLS")
    }

    @Test func nothingPersonalLiesOnADisk() async throws {
        let place = try await County()
        _ = try await fullCase(place)
        let scan = Array("扫描件 \(Self.plain.joined(separator: " "))".utf8)
        let named = try await place.village.say(
            "{\"command\":\"case.receive\",\"item\":\"\(County.item)\",\"applicant\":\"另一人\","
                + "\"materials\":[{\"code\":\"M1\",\"blob\":\""
                + "\(Hash.digest(scan, suite: .sha256Ed25519).hex)\"}]}")
        #expect(named["number"]?.text != nil)
        let shelf = try await place.village.running().store.blobs
        _ = shelf.put(scan, as: Hash.digest(scan, suite: .sha256Ed25519))
        try await place.settle(place.village)
        try await County.until("the scan is at the county") {
            try await place.county.running().store.blobs.size(
                of: Hash.digest(scan, suite: .sha256Ed25519)) == scan.count
        }
        try expectNoPrivateKey(in: place.county.data + "/keys")
        // While it runs, with what the WAL holds; then a backup, a bundle, and all at rest.
        let saved = place.folder.path + "/backup"
        try NodeBackup.save(data: place.county.data, to: saved)
        let village = try await place.village.running()
        let county = try await place.county.running()
        try await County.until("the key for bundles is known") {
            village.board.directory.agreement(of: county.settings.region.id) != nil
        }
        let bundle = try BundleCourier(runtime: village).export(for: county.settings.region.id)
        try Data(bundle).write(to: URL(fileURLWithPath: place.folder.path + "/bundle"))
        try expectNoPlain(below: place.folder.path, least: 12)
        let there = try await place.county.applicants()
        #expect(there.contains("欧阳若兰"), "and yet it is there")
        await place.stop()
        try expectNoPlain(below: place.folder.path, least: 12)
    }

    @Test func theWriterTakesNoPersonInTheClear() async throws {
        let place = try await County()
        let command = try Command(
            json: [
                "command": "case.receive", "item": .text(County.item), "applicant": "欧阳若兰",
                "materials": [],
            ])
        let outcome = try await place.village.running().carryOut(
            .command(command, author: 0, replayKey: nil))
        guard case .refused(let refusal) = outcome else {
            Issue.record("written: \(outcome)")
            return
        }
        #expect(refusal.rule == "person-not-sealed")
        await place.stop()
    }

    @Test func withoutItsSecretANodeDoesNotStart() async throws {
        let place = try await County()
        _ = try await fullCase(place)
        await place.stop()
        let data = place.village.data
        let copied = place.folder.path + "/elsewhere"
        try FileManager.default.createDirectory(
            atPath: copied, withIntermediateDirectories: true)
        try place.copy(data, to: copied + "/node")
        let stolen = try Station(copied: copied + "/node", code: place.village.code)
        let missing = await #expect(throws: NodeRuntime.Failure.self) { try await stolen.start() }
        #expect(missing?.exitCode == 5 && missing?.sentence.contains("no secret") == true)
        try Data("another secret, of another node".utf8).write(
            to: URL(fileURLWithPath: copied + "/syncnode.secret"))
        let wrong = await #expect(throws: NodeRuntime.Failure.self) { try await stolen.start() }
        #expect(wrong?.exitCode == 5 && wrong?.sentence.contains("does not open") == true)
        try place.copy(
            place.folder.path + "/syncnode.secret", to: copied + "/syncnode.secret")
        try await stolen.start()
        #expect(try await stolen.applicants() == ["欧阳若兰"])
        await stolen.stop()
    }

    private func found(_ words: String, at station: Station) async throws -> [String] {
        let queries = NodeQueries(runtime: try await station.running())
        return try queries.search(words, limit: 10).map(\.label)
    }

    @Test func aCaseIsFoundByItsPerson() async throws {
        let place = try await County()
        let number = try await fullCase(place)
        _ = try await place.village.receive("另一人")
        try await place.settle(place.village)
        for words in ["欧阳若兰", "370124194401081234", "138 1234 5678"] {
            for station in [place.village, place.county] {
                try await County.until("\(words) is found at \(station.code)") {
                    try await found(words, at: station) == [number]
                }
            }
        }
        #expect(try await found("欧阳", at: place.village).isEmpty, "whole names only")
        await place.stop()
    }

    @Test func theCountySeesOneApplicationTwice() async throws {
        let place = try await County()
        let (town, village) = try await place.makeTownAndVillage()
        let one = try await fullCase(place)
        let again = try await village.say(
            "{\"command\":\"case.receive\",\"item\":\"\(County.item)\",\"applicant\":{"
                + "\"name\":\"欧阳若兰\",\"idNumber\":\"370124194401081234\"},\"materials\":[]}")
        let other = try #require(again["number"]?.text)
        try await County.until("both are known at the county") {
            let queries = NodeQueries(runtime: try await place.county.running())
            guard let file = try queries.documents(.caseFile, label: one).first else {
                return false
            }
            return try queries.twins(of: file).map(\.label) == [other]
        }
        let below = NodeQueries(runtime: try await village.running())
        let file = try #require(try below.documents(.caseFile, label: other).first)
        #expect(try below.twins(of: file).isEmpty, "no village learns of another's")
        for station in [village, town] { await station.stop() }
        await place.stop()
    }

    @Test func anAlteredCiphertextIsSaidSo() async throws {
        let place = try await County()
        let number = try await fullCase(place)
        let runtime = try await place.village.running()
        let queries = NodeQueries(runtime: runtime)
        let file = try #require(try queries.documents(.caseFile, label: number).first)
        let state = try JSON(parsing: file.state)
        let sealed = try #require(state["sealed"]?.text)
        guard case .known = queries.person(sealed) else {
            Issue.record("it does not open as it is")
            return
        }
        var letters = Array(sealed)
        letters[letters.count - 8] = letters[letters.count - 8] == "A" ? "B" : "A"
        #expect(queries.person(String(letters)) == .damaged)
        #expect(queries.person("!") == .damaged)
        #expect(queries.person("") == .absent)
        await place.stop()
    }
}
