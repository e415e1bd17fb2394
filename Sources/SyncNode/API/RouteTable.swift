import Base
import HTTP

/// All routes, and how a path finds its own.
struct RouteTable: Sendable {
    /// Where a path leads.
    enum Finding: Sendable {
        /// A route, with the values of its pattern in order.
        case route(Route, values: [String])
        /// The path is known; the methods that it takes.
        case otherMethods([HTTPMethod])
        case unknown
    }

    private struct Entry: Sendable {
        let route: Route
        let segments: [Route.Segment]
    }

    let routes: [Route]
    private let entries: [Entry]
    /// Places in `entries` by the number of segments; the last one is empty.
    private let bySegments: [[Int]]

    static let shipped = RouteTable(
        probes + queries + commands + catalog + blobs + staff + sync + consoleRoutes + staffConsole
            + catalogConsole + board + archives + counter + uploads)

    init(_ routes: [Route]) {
        self.routes = routes
        let entries = routes.map { Entry(route: $0, segments: $0.segments) }
        self.entries = entries
        let longest = entries.map(\.segments.count).max() ?? 0
        bySegments = (0...(longest + 1)).map { count in
            // The root has no segments, but its path splits into one empty part.
            entries.indices.filter { max(entries[$0].segments.count, 1) == count }
        }
        invariant(
            Set(routes.map { $0.method.name + $0.pattern }).count == routes.count,
            "a method and a pattern name one route")
    }

    /// Linear in the routes with as many segments: about 10, each refused at its first other one.
    ///
    /// - Parameter path: Percent-decoded. HEAD finds what GET does.
    func find(_ method: HTTPMethod, _ path: String) -> Finding {
        let wanted = method == .head ? .get : method
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .dropFirst()
        var others: [HTTPMethod] = []
        for index in bySegments[min(parts.count, bySegments.count - 1)] {
            guard let values = Self.match(entries[index].segments, parts) else { continue }
            let method = entries[index].route.method
            if method == wanted { return .route(entries[index].route, values: values) }
            others.append(method)
        }
        return others.isEmpty ? .unknown : .otherMethods(others)
    }

    /// The values of a pattern; nil where the path is another.
    private static func match(
        _ segments: [Route.Segment], _ parts: ArraySlice<Substring.UTF8View>
    ) -> [String]? {
        if segments.isEmpty { return parts.count == 1 && parts.first?.isEmpty == true ? [] : nil }
        guard segments.count == parts.count else { return nil }
        var values: [String] = []
        for (segment, part) in zip(segments, parts) {
            switch segment {
            case .word(let word):
                guard word.utf8.elementsEqual(part) else { return nil }
            case .value:
                guard !part.isEmpty, part.count <= Limits.pathValueBytesMax else { return nil }
                values.append(String(Substring(part)))
            }
        }
        return values
    }

    /// The methods of a path as `Allow` has them.
    static func allow(_ methods: [HTTPMethod]) -> String {
        var names: [String] = []
        if methods.contains(.get) { names += ["GET", "HEAD"] }
        if methods.contains(.post) { names.append("POST") }
        if methods.contains(.put) { names.append("PUT") }
        return (names + ["OPTIONS"]).joined(separator: ", ")
    }
}
