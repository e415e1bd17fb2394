import Base
import Change
import Crypto
import Domain
import Foundation
import Support
import Testing

@testable import Host

/// What a node shows of itself, and what it asks of its parent, cannot be changed on the way.
@Suite struct NodeCardTests {
    private let folder: TemporaryFolder
    private let keys: KeyFiles
    private let region: RegionRecord

    init() throws {
        folder = try TemporaryFolder()
        let path = folder.directory.path + "-keys"
        let secret = KeySecret(Array(repeating: 5, count: 32), source: "a test")
        try KeyFiles.create(in: path, suite: .sha256Ed25519, under: secret)
        keys = try KeyFiles(folder: path, secret: secret)
        try FileManager.default.removeItem(atPath: path)
        region = RegionRecord(
            id: RegionID(7), code: try #require(RegionCode("371502000000")), name: "东昌府区",
            level: .county, parent: nil)
    }

    private func text(_ card: NodeCard) -> String {
        var writer = JSONWriter()
        writer.object { object in card.write(to: &object) }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func read(_ text: String) throws -> NodeCard? {
        NodeCard(try JSON(parsing: Array(text.utf8)))
    }

    @Test func aCardReadsBackAndNoSignedMemberCanBeAltered() throws {
        let card = NodeCard(region: region, epoch: 3, keys: keys)
        let text = text(card)
        #expect(try read(text) == card)
        #expect(try read(text.replacing("\"epoch\":3", with: "\"epoch\":4")) == nil)
        #expect(try read(text.replacing(region.id.hex, with: RegionID(8).hex)) == nil)
        for member in ["key", "node", "own", "nodeKey", "signature"] {
            let parts = text.components(separatedBy: "\"\(member)\":\"")
            try #require(parts.count == 2)
            let value = parts[1].prefix { $0 != "\"" }
            let last = value.last == "0" ? "1" : "0"
            let altered = value.dropLast() + last
            let other = text.replacing(
                "\"\(member)\":\"\(value)", with: "\"\(member)\":\"\(altered)")
            #expect(other != text)
            #expect(try read(other) == nil, "\(member)")
        }
    }

    @Test func aRequestReadsBackAndFitsOnePlaceOnly() throws {
        let request = MembershipRequest(
            code: region.code, name: region.name, region: nil, keys: keys)
        let read = try #require(MembershipRequest(request.body))
        #expect(read.region == RegionID(keys.nodeID.prefix8))
        #expect(read.node == keys.nodeID && read.own == request.own)
        let text = String(decoding: request.body, as: UTF8.self)
        for (old, new) in [
            (request.region.hex, RegionID(8).hex), (region.name, "别处"),
            (region.code.text, "370124000000"),
        ] {
            #expect(MembershipRequest(Array(text.replacing(old, with: new).utf8)) == nil)
        }
    }
}
