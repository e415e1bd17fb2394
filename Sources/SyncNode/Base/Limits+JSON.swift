extension Limits {
    /// Largest magnitude of an integer in strict JSON: every reader of JSON, a browser's too,
    /// holds it exactly (RFC 7493 §2.2).
    package static let jsonIntegerMax: Int64 = (1 << 53) - 1
    /// Members of one object that are compared pair by pair for a repeated key; beyond it a set
    /// is kept, so that a hostile object costs linear time.
    package static let jsonPairwiseKeysMax = 12
}
