import Simulator
import Testing

@Suite struct SimulationTests {
    /// The same seed, the same history.
    @Test(arguments: [3, 8, 12] as [UInt64]) func aSeedHasOneDigest(seed: UInt64) {
        let one = Simulation.run(seed: seed, steps: 120)
        let two = Simulation.run(seed: seed, steps: 120)
        #expect(one.digest == two.digest && one.shape == two.shape)
        #expect(one.admissions == two.admissions && one.admissions > 0)
        #expect(one.digest != Simulation.run(seed: seed + 1, steps: 120).digest)
    }
}
