import Base
import Testing

@testable import Bench

@Suite struct FigureTests {
    @Test func numbersHaveAtMostThreeDigitsAfterThePoint() {
        #expect(Figure.text(0) == "0")
        #expect(Figure.text(0.4567) == "0.457")
        #expect(Figure.text(-0.25) == "-0.250")
        #expect(Figure.text(16_000) == "16000")
    }

    @Test func goalsAreHeldAgainstTheRatioOrTheValue() {
        func figure(_ value: Double, _ goal: Figure.Goal) -> Bool {
            Figure("a", value, "x", beside: "b", 100, must: goal).holds
        }
        #expect(figure(40, .atLeast(0.4)))
        #expect(!figure(39, .atLeast(0.4)))
        #expect(figure(180, .atMost(1.8)))
        #expect(!figure(181, .atMost(1.8)))
        #expect(figure(200, .valueAtMost(200)))
        #expect(!figure(201, .valueAtMost(200)))
    }

    @Test func itIsSaidWhatIsReached() {
        func reached(_ value: Double) -> String {
            Figure("a", value, "x", beside: "b", 100, must: .atLeast(0.4), aim: .atLeast(0.6))
                .reached
        }
        #expect(reached(39) == "missed")
        #expect(reached(40) == "must")
        #expect(reached(60) == "aim")
    }

    @Test func theTurnOfTheMedianRatioCounts() async throws {
        var rounds = Rounds()
        for (figure, limit) in [(10.0, 100.0), (90.0, 100.0), (20.0, 50.0)] {
            try await rounds.turn(figure: { figure }, limit: { limit })
        }
        let figure = Figure("a", rounds, "x", beside: "b", must: .atLeast(0.4))
        #expect(figure.value == 20 && figure.limit.value == 50)
        #expect(rounds.spread == 0.1...0.9)
        await #expect(throws: BenchWorld.Failure.self) {
            try await rounds.turn(figure: { 0 }, limit: { 1 })
        }
    }

    @Test func theDocumentIsStrictJSON() throws {
        let figures = [
            Figure("append.32", 21_000.5, "changes/s", beside: "bare", 42_001, must: .atLeast(0.4))
        ]
        let json = try JSON(parsing: Figure.json(figures), dialect: .general)
        #expect(json.array?.first?["name"]?.text == "append.32")
        #expect(json.array?.first?["limit"]?["value"]?.int == 42_001)
    }

    @Test func sharesOfSamplesAreTakenInOrder() {
        var samples = Samples()
        for value in (1...100).reversed() { samples.add(Int64(value) * 1_000_000) }
        #expect(samples.millis(0.5) == 51)
        #expect(samples.millis(0.99) == 100)
    }
}
