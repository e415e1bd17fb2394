import Network
import Testing

/// Ports that one program has for its children.
@Suite struct PortClaimTests {
    @Test func whatAnotherClaimsOrListensOnIsTaken() async throws {
        let server = try EchoServer.start()
        let port = Int(server.endpoint.port)
        let taken = NetworkError.portInUse("127.0.0.1:\(port)")
        #expect(throws: taken) { _ = try PortClaim([port]) }
        await server.drain()
        var claim: PortClaim? = try PortClaim([port])
        #expect(throws: taken, "nobody listens there, and it is claimed") {
            _ = try PortClaim([port])
        }
        // Whoever claimed it may listen.
        let child = try HTTPServer(listen: server.endpoint) { _, _ in }
        await child.drain()
        #expect(claim != nil)
        claim = nil
        _ = try PortClaim([port])
    }
}
