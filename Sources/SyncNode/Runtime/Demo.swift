/// Placeholder.
package enum Demo {
    package static func run(
        topology: String, data: String?, port: Int, keeps: Bool, once: Bool
    ) async throws -> Int32 { 1 }
}
