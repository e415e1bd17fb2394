import Base
internal import CLinux
internal import Glibc

/// A process that this one started: its output is read line by line, and it is ended by its id.
///
/// `@unchecked Sendable`: the handles are set once, in the initialiser.
package final class ChildProcess: @unchecked Sendable {
    /// Why a process could not be started.
    package struct Failure: Error, Hashable, Sendable {
        package let sentence: String
    }

    package let pid: Int32
    private let output: Int32

    /// Starts a program with its standard output on a pipe; standard error is shared.
    package init(_ path: String, _ arguments: [String]) throws(Failure) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure(sentence: "no pipe for \(path)") }
        // The reading end must not live on in the children that are started later.
        _ = clinux_close_on_exec(ends[0])
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addclose(&actions, ends[1])
        defer { posix_spawn_file_actions_destroy(&actions) }
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var id: pid_t = 0
        let status = posix_spawn(&id, path, &actions, nil, words, clinux_environment())
        close(ends[1])
        guard status == 0 else {
            close(ends[0])
            throw Failure(sentence: "cannot start \(path): \(String(cString: strerror(status)))")
        }
        pid = id
        output = ends[0]
    }

    deinit { close(output) }

    /// The next line of its output, without the line end; nil at the end. Blocks: to be called
    /// on a thread that may.
    package func readLine() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < Limits.childLineBytesMax {
            let count = read(output, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else {
                return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
            }
            if byte == 0x0a { break }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Asks it to end, or ends it at once.
    package func signal(_ number: Int32) { kill(pid, number) }

    /// Waits until it has ended. Blocks.
    /// - Returns: Its exit code, or 128 and the signal that ended it.
    @discardableResult
    package func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }
}

/// Signals that a supervisor uses.
package enum ProcessSignal {
    package static let terminate: Int32 = SIGTERM
    package static let kill: Int32 = SIGKILL

    /// Lets `wait` learn of SIGTERM and SIGINT from now on, instead of ending the process.
    package static func watch() {
        let status = clinux_watch_signals()
        invariant(status == 0, "two signals can be watched")
    }

    /// A reader that left and a file at its limit become errors of the call from now on,
    /// instead of ending the process.
    package static func ignoreBroken() {
        let status = clinux_ignore_signals()
        invariant(status == 0, "two signals can be ignored")
    }

    /// Waits until nobody reads standard output, a pipe, any more. Blocks its thread.
    package static func waitForReaderToLeave() {
        var entry = pollfd(fd: 1, events: 0, revents: 0)
        while true {
            let count = poll(&entry, 1, -1)
            if count > 0 || errno != EINTR { return }
        }
    }

    /// Waits for a watched signal. Blocks its thread.
    package static func wait() -> Int32 { clinux_next_signal() }
}
