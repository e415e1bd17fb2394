import Base
import Change
import Testing

@testable import Domain

/// 亮灯阈值 and weights: drafted by one, approved by another.
@Suite struct SettingTests {
    private let world: CatalogWorld
    private let start = Instant(millis: 1_790_210_400_000)

    init() throws { world = try CatalogWorld() }

    private func say(_ verb: String, _ json: JSON) throws -> String? {
        world.county.run(try CatalogCommand(verb: verb, json: json), at: start)?.rule
    }

    private func state(at node: CatalogNode) throws -> DefinitionState {
        let scope = ScopeName.catalog(CatalogWorld.county).id
        guard
            case .definition(let state)? = node.content(
                DefinitionState.key(.setting, "lights", in: scope))
        else { throw CatalogWorld.Missing.key }
        return state
    }

    private func lights(_ blue: Int64) -> JSON {
        ["code": "lights", "blue": .int(blue), "yellow": 1, "red": 0]
    }

    @Test func aThresholdHoldsOnceAnotherHasApprovedIt() throws {
        // Who sets a node up acts alone.
        #expect(try say("setting.set", lights(4)) == nil)
        world.county.author = 9
        #expect(try say("setting.approve", ["code": "lights"]) == "not-drafted")
        #expect(try say("setting.set", lights(5)) == nil)
        try world.sync(at: start)
        for node in [world.county, world.village] {
            #expect(try state(at: node).approved["blue"]?.int == 4, "the draft holds nowhere")
            #expect(try state(at: node).body["status"]?.text == "draft")
        }
        #expect(try say("setting.approve", ["code": "lights"]) == "two-persons")
        world.county.author = 10
        #expect(try say("setting.approve", ["code": "lights"]) == nil)
        #expect(try say("setting.approve", ["code": "lights"]) == "not-drafted")
        try world.sync(at: start)
        #expect(try state(at: world.village).approved["blue"]?.int == 5)
        #expect(try say("setting.approve", ["code": "ranking"]) == "definition-unknown")
    }

    @Test func aDraftIsJudgedLikeWhatHolds() throws {
        world.county.author = 9
        let early: JSON = ["code": "lights", "blue": 1, "yellow": 2, "red": 0]
        #expect(try say("setting.set", early) == "setting-number")
        let startup: JSON = ["code": "startup", "items": []]
        #expect(try say("setting.set", startup) == "element-form")
        #expect(try say("setting.set", ["code": "startup", "theme": "T1"]) == nil)
    }
}
