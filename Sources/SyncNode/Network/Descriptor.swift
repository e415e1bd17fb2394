internal import Glibc

/// A file descriptor that is closed exactly once, when nobody holds it any more.
struct Descriptor: ~Copyable {
    let raw: Int32

    /// - Parameter raw: What a call returned; negative throws the error of that call.
    init(_ raw: Int32, _ call: String, address: String = "") throws(NetworkError) {
        guard raw >= 0 else { throw NetworkError.last(call, address: address) }
        self.raw = raw
    }

    deinit {
        // On Linux the descriptor is gone whatever close says; there is nothing left to do.
        _ = close(raw)
    }
}
