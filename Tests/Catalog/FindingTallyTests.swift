import Testing

@testable import Catalog

/// What is wrong most often in a file, before it is read row by row.
@Suite struct FindingTallyTests {
    @Test func eachKindIsCountedOnceARow() {
        let basis = Finding("basis", "element-missing", "必填要素“设定和实施依据”未填", .gap)
        func proof(_ place: Int, _ name: String) -> Finding {
            Finding("materials[\(place)].proof", "proof-unlisted", "“\(name)”属证明", .gap)
        }
        let tally = FindingTally([
            [basis, proof(0, "学历证明"), proof(3, "亲属关系证明")], [basis], [], [proof(1, "学历证明")],
            [basis],
        ])
        #expect(
            tally.lines == [
                .init(field: "basis", title: "必填要素“设定和实施依据”未填", rows: 3),
                .init(field: "materials.proof", title: "某项属证明", rows: 2),
            ])
        #expect(FindingTally([[], []]).lines.isEmpty)
    }
}
