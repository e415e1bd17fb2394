import Network

/// Folders of a run, by the system's own programs.
enum Folder {
    struct Failure: Error { let sentence: String }

    static func make(_ path: String) throws { try run("/bin/mkdir", ["-p", path]) }

    /// With all that is in it.
    static func remove(_ path: String) throws { try run("/bin/rm", ["-rf", path]) }

    static func copy(_ source: String, to target: String) throws {
        try run("/bin/cp", ["-a", source, target])
    }

    private static func run(_ program: String, _ words: [String]) throws {
        let code = try ChildProcess(program, words).wait()
        guard code == 0 else {
            throw Failure(sentence: "\(program) \(words.joined(separator: " ")): code \(code)")
        }
    }
}
