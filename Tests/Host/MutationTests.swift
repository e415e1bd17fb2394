import Base
import Foundation
import Host
import Support
import Testing

/// The files that a node reads at its start, with one fault anywhere: read as something else
/// that is whole, or refused by a sentence that names the file.
@Suite struct MutationTests {
    @Test func topologyFilesAreReadOrRefused() {
        let good = Array(
            (#"{"version":1,"name":"甲","nodes":[{"region":"370124000000","name":"C","#
                + #""level":"county","parent":null,"listen":"127.0.0.1:1"},{"region":"#
                + #""370124106000","name":"T","level":"town","parent":"370124000000"}],"#
                + #""links":[{"a":"370124000000","b":"370124106000"}]}"#).utf8)
        var read = 0
        for bytes in [good] + Mutation.all(of: good) {
            do throws(Topology.Failure) {
                let topology = try Topology(bytes, path: "x.json")
                #expect(topology.topDown.count == topology.nodes.count)
                read += 1
            } catch {
                #expect(error.sentence.hasPrefix("x.json"), "\(error.sentence)")
            }
        }
        #expect(read > 1 && read < good.count * 4, "some faults make another name, most are seen")
    }

    @Test func keyFilesAreReadOrRefused() throws {
        let place = try TemporaryFolder()
        let folder = place.path + "/keys"
        let secret = KeySecret(Array(repeating: 5, count: 32), source: "a test")
        try KeyFiles.create(in: folder, suite: .sha256Ed25519, under: secret)
        let path = folder + "/node"
        let good = try Data(contentsOf: URL(fileURLWithPath: path))
        let node = try KeyFiles(folder: folder, secret: secret).nodeID
        var refused = 0
        let all = Mutation.all(of: Array(good))
        for bytes in all {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            do throws(KeyFiles.Failure) {
                // Another digit is another key; the directory then says that it is not the node's.
                _ = try KeyFiles(folder: folder, secret: secret).nodeID == node
            } catch {
                refused += 1
                #expect(error.sentence.contains(path), "\(error.sentence)")
                #expect(error.chinese.contains(path) && error.exitCode == 3)
            }
        }
        #expect(refused > all.count / 2)
    }
}
