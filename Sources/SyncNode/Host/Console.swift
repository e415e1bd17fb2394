import Glibc

/// Words for people on standard error, results on standard output.
package enum Console {
    /// A sentence for people.
    package static func say(_ sentence: String) { put(sentence, 2) }

    /// A result: a whole line, at once visible to whoever reads the pipe.
    package static func print(_ text: String) { put(text, 1) }

    /// Ends the process at once: libraries do not tidy up under threads that still use them. What
    /// is to last is closed before.
    package static func exit(_ code: Int32) -> Never { _exit(code) }

    private static func put(_ text: String, _ descriptor: Int32) {
        let bytes = Array(text.utf8) + [0x0a]
        var start = 0
        while start < bytes.count {
            let count = write(descriptor, Array(bytes[start...]), bytes.count - start)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            start += count
        }
    }
}

extension Console {
    /// This program, for starting it again as a node of its own.
    package static var program: String { "/proc/self/exe" }
}
