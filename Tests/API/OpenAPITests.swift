import Base
import HTTP
import Testing

@testable import API

/// The document against the table, and the document against itself.
@Suite struct OpenAPITests {
    private let document: JSON

    init() throws {
        document = try JSON(parsing: API.openAPI)
    }

    @Test func everyRouteIsDescribedAndNothingElse() {
        var described: [String] = []
        for path in document["paths"]?.object?.members ?? [] {
            for operation in path.value.object?.members ?? [] {
                described.append(operation.key.uppercased() + " " + path.key)
            }
        }
        let routed = RouteTable.shipped.routes.map { $0.method.name + " " + $0.pattern }
        #expect(described.sorted() == routed.sorted())
    }

    @Test func everyDescribedOperationIsRouted() {
        for path in document["paths"]?.object?.members ?? [] {
            let target = path.key.replacing("{", with: "").replacing("}", with: "")
            for name in path.value.object?.members.map(\.key) ?? [] {
                let method: HTTPMethod = name == "post" ? .post : .get
                guard case .route = RouteTable.shipped.find(method, target) else {
                    Issue.record("\(name) \(path.key) is not routed")
                    continue
                }
            }
        }
    }

    @Test func operationIDsAreUniqueAndAllAreThere() {
        let ids = operations.compactMap { $0["operationId"]?.text }
        #expect(Set(ids).count == ids.count)
        for operation in Operation.allCases where operation != .syncMessage {
            #expect(ids.contains(operation.rawValue))
        }
    }

    @Test func pathValuesAreDescribed() {
        for route in RouteTable.shipped.routes {
            let described = route.parameters.filter { $0.place == .path }.map(\.name)
            #expect(described == route.names, "\(route.pattern)")
        }
    }

    @Test func everyReferenceLeadsSomewhere() throws {
        var references: [String] = []
        collect(document, &references)
        #expect(references.count > 40)
        for reference in references {
            let parts = reference.split(separator: "/").dropFirst().map(String.init)
            let found = parts.reduce(Optional(document)) { $0?[$1] }
            #expect(found != nil, "\(reference)")
        }
    }

    @Test func everyOperationHasAnswersAndTellsItsBodysLimit() {
        #expect(operations.count == RouteTable.shipped.routes.count)
        for operation in operations {
            #expect(operation["responses"]?["default"] != nil)
            #expect(operation["summary"]?.text?.isEmpty == false)
            guard let body = operation["requestBody"] else { continue }
            #expect(body["x-bytes-max"]?.int ?? 0 > 0)
        }
        #expect(document["x-limits"]?["listEntries"]?.int == Int64(Limits.listMax))
    }

    @Test func theDocumentIsServedWithItsTag() throws {
        let response = try Ask().now("GET", "/api/v1/openapi.json")
        #expect(response.body == API.openAPI)
        let tag = try #require(response.headers["etag"])
        let again = try Ask().now("GET", "/api/v1/openapi.json", [("If-None-Match", tag)])
        #expect(again.status == 304)
        #expect(document["openapi"] == "3.1.0")
    }

    private var operations: [JSON] {
        (document["paths"]?.object?.members ?? []).flatMap { path in
            path.value.object?.members.map(\.value) ?? []
        }
    }

    private func collect(_ json: JSON, _ references: inout [String]) {
        switch json {
        case .object(let object):
            for member in object.members {
                if member.key == "$ref", let text = member.value.text { references.append(text) }
                collect(member.value, &references)
            }
        case .array(let elements): for element in elements { collect(element, &references) }
        default: break
        }
    }
}
