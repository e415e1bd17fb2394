import Base
import Testing

@testable import Catalog

/// Of something too large, the element that is.
@Suite struct ElementSizeTests {
    private func heaviest(_ json: JSON) -> ElementSize? { ElementSize(heaviestIn: json) }

    @Test func theElementIsNamed() throws {
        let long = JSON.text(String(repeating: "x", count: 5000))
        let conditions = try #require(
            heaviest(["code": "1", "elements": ["name": "津贴", "conditions": long]]))
        #expect(conditions.field == "elements.conditions")
        #expect(conditions.label == "受理条件")
        #expect(conditions.bytes == 5002)
        #expect(conditions.isOfItem)
        #expect(conditions.words == "受理条件（elements.conditions）有 5002 字节，过大")
        let notes = try #require(
            heaviest(["elements": ["materials": [["code": "M1"], ["code": "M2", "notes": long]]]]))
        #expect(notes.field == "elements.materials[1].notes")
        #expect(notes.label == "申请材料 填报须知")
    }

    /// Where no one member has most of the bytes, the list that has them all is named.
    @Test func manyOfOneSizeAreNamedByTheirList() throws {
        let materials = JSON.array((0..<100).map { ["code": .text("M\($0)"), "name": "申请表"] })
        let found = try #require(heaviest(["elements": ["name": "津贴", "materials": materials]]))
        #expect(found.field == "elements.materials")
        #expect(found.label == "申请材料")
    }

    @Test func whatIsNoElementHasNoLabel() throws {
        let note = try #require(heaviest(["command": "case.note", "note": "很长很长很长很长很长很长"]))
        #expect(note.field == "note")
        #expect(note.label.isEmpty && !note.isOfItem)
        #expect(heaviest("x") == nil)
        #expect(heaviest([:]) == nil)
        let name = String(repeating: "n", count: 100)
        #expect(heaviest(.object(JSONObject([.init(key: name, value: 1)]))) == nil)
    }
}
