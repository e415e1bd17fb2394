import Runtime

// One file a verb; this one only picks it.
func run(_ words: [String]) async -> Int32 {
    if words.isEmpty || words == ["help"] || words == ["--help"] {
        Console.say(Verb.usage)
        return 0
    }
    if let verb = Verb.named(words.first) {
        let rest = Array(words.dropFirst())
        guard rest != ["--help"] else {
            Console.say(verb.manual)
            return 0
        }
        return await verb.run(rest)
    }
    if words.count == 2, words[0] == "help", let verb = Verb.named(words[1]) {
        Console.say(verb.manual)
        return 0
    }
    let word = words[0] == "help" && words.count > 1 ? words[1] : words[0]
    Console.say(Words("没有 \(word) 这个动词", "there is no verb named \(word)").text)
    Console.say(Verb.usage)
    return 2
}

SignalWatch.ignoreBroken()
let code: Int32
do throws(Arguments.Failure) {
    let words = try Words.strip(Array(CommandLine.arguments.dropFirst()))
    if CommandLine.arguments.contains("--passphrase") {
        KeySecret.give(passphrase: try Passphrase.ask())
    }
    if words.first == "serve" || words.first == "demo" { SignalWatch.begin() }
    code = await run(words)
} catch {
    code = Verb.refuse("syncnode", error, help: [])
}
Console.exit(code)
