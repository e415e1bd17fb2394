/// Stops the process when a condition that the program itself must keep does not hold.
///
/// For programmer errors only: whatever arrives over a wire, a file or a form is checked with
/// a typed `throws` instead. Unlike `assert` it stays in optimised builds, and unlike
/// `precondition` it keeps its message there.
///
/// - Parameters:
///   - condition: What must hold. Evaluated once.
///   - message: What it means that it does not, as one sentence.
@inlinable
package func invariant(
    _ condition: @autoclosure () -> Bool,
    _ message: @autoclosure () -> String,
    file: StaticString = #fileID,
    line: UInt = #line
) {
    if !condition() { violated(message(), file: file, line: line) }
}

@usableFromInline
@inline(never)
func violated(_ message: String, file: StaticString, line: UInt) -> Never {
    fatalError("invariant broken: \(message)", file: file, line: line)
}
