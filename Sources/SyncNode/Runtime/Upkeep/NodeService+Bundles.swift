import API
import Base
import HTTP
import Kernel

/// The doors for bundles: a file out, a file in.
extension NodeService {
    func exportBundle(_ request: HTTPRequest) async -> HTTPResponse {
        guard let region = Self.named(request, runtime.board.directory) else {
            return Self.problem(404, "region-unknown", "没有这个区划")
        }
        do throws(BundleCourier.Refusal) {
            return HTTPResponse(
                status: 200, contentType: "application/octet-stream",
                body: try BundleCourier(runtime: runtime).export(for: region.id))
        } catch {
            return Self.problem(error.status, error.rule, error.title)
        }
    }

    func importBundle(_ request: HTTPRequest) async -> HTTPResponse {
        do throws(BundleCourier.Refusal) {
            let result = try await BundleCourier(runtime: runtime).take(request.body)
            let directory = runtime.board.directory
            var writer = JSONWriter()
            writer.object { object in
                object.field("purpose", result.isReceipt ? "receipt" : "changes")
                object.field("from", directory.region(result.from)?.code.text ?? result.from.hex)
                object.field("admitted", result.admitted)
                object.field("duplicates", result.duplicates)
                object.field("refused", result.refused)
                if let receipt = result.receipt { object.field("receipt", Hex.encode(receipt)) }
            }
            return HTTPResponse(
                status: 200, contentType: "application/json", body: writer.bytes)
        } catch {
            return Self.problem(error.status, error.rule, error.title)
        }
    }
}
