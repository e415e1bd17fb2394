import Runtime

// One file a verb; this one only picks it.
let words = Array(CommandLine.arguments.dropFirst())
if words.first == "serve" || words.first == "demo" { SignalWatch.begin() }
let code: Int32
if let verb = Verb.all.first(where: { $0.name == words.first }) {
    code = await verb.run(Array(words.dropFirst()))
} else {
    Console.say(Verb.usage)
    code = words.isEmpty || words == ["help"] || words == ["--help"] ? 0 : 2
}
Console.exit(code)
