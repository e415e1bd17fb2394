package import Base
package import Domain

/// Which nodes there are and which counties are linked: what a topology file says, or a shape
/// made from dice.
package struct SimulatedTopology: Sendable {
    /// One place. A parent stands before its children.
    package struct Place: Hashable, Sendable {
        package let code: RegionCode
        package let name: String
        package let level: Level
        package let parent: RegionCode?

        package init(code: RegionCode, name: String, level: Level, parent: RegionCode?) {
            self.code = code
            self.name = name
            self.level = level
            self.parent = parent
        }
    }

    package let places: [Place]
    /// Pairs of counties that exchange.
    package let links: [(RegionCode, RegionCode)]

    /// - Parameters:
    ///   - places: Each parent before its children.
    ///   - links: Between counties.
    package init(places: [Place], links: [(RegionCode, RegionCode)]) {
        self.places = places
        self.links = links
    }

    /// One or two counties, each with one to three towns of up to three villages.
    static func random(_ dice: inout Dice) -> SimulatedTopology {
        var places: [Place] = []
        var counties: [RegionCode] = []
        for county in 0..<(1 + dice.roll(2)) {
            let top = code(county, 0, 0)
            counties.append(top)
            places.append(Place(code: top, name: "county", level: .county, parent: nil))
            for town in 1...(1 + dice.roll(county == 0 ? 3 : 1)) {
                let middle = code(county, town, 0)
                places.append(Place(code: middle, name: "town", level: .town, parent: top))
                for village in 0..<dice.roll(county == 0 ? 4 : 2) {
                    places.append(
                        Place(
                            code: code(county, town, village + 1), name: "village",
                            level: .village, parent: middle))
                }
            }
        }
        let links = counties.count == 2 ? [(counties[0], counties[1])] : []
        return SimulatedTopology(places: places, links: links)
    }

    private static func code(_ county: Int, _ town: Int, _ village: Int) -> RegionCode {
        let number =
            370_124_000_000 + UInt64(county) * 1_000_000 + UInt64(town) * 1000
            + UInt64(village)
        guard let code = RegionCode(number: number) else {
            return code(0, 0, 0)
        }
        return code
    }
}
