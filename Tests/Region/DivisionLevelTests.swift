import Base
import Civil
import Testing

@testable import Region

/// A division code says its level by its zeros.
@Suite struct DivisionLevelTests {
    @Test(
        arguments: [
            ("370000000000", Level.province), ("370100000000", .city), ("370124000000", .county),
            ("370124106000", .town), ("370124106201", .village),
        ])
    func divisionCodesSayTheirLevel(text: String, level: Level) throws {
        #expect(DivisionCode.level(of: try #require(RegionCode(text))) == level)
    }

    @Test(arguments: ["370124000201", "370024000000", "990000000000", "370001106000"])
    func divisionCodesWithAHoleAreNone(text: String) throws {
        #expect(DivisionCode.level(of: try #require(RegionCode(text))) == nil)
    }
}
