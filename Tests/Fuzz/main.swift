// Feeds one target with what libFuzzer makes of its seeds:
//
//   fuzz TARGET CORPUS [libFuzzer flags and files]
//
// The seeds are written into CORPUS, a directory that is there already. Tests/Fuzz/run does
// all of it.
import CFuzzer
import Glibc
import Runtime

let words = CommandLine.arguments
guard words.count > 2, let chosen = Target(rawValue: words[1]) else {
    let names = Target.allCases.map(\.rawValue).joined(separator: " | ")
    Console.say("usage: fuzz \(names) CORPUS [FLAGS]")
    exit(2)
}
Chosen.target = chosen
for (index, seed) in chosen.seeds.enumerated() {
    guard let file = fopen("\(words[2])/seed-\(index)", "w") else {
        Console.say("fuzz: cannot write into \(words[2])")
        exit(2)
    }
    fwrite(seed, 1, seed.count, file)
    fclose(file)
}
var arguments: [UnsafeMutablePointer<CChar>?] = ([words[0]] + words[2...]).map { strdup($0) }
arguments.append(nil)
var count = Int32(arguments.count - 1)
exit(
    arguments.withUnsafeMutableBufferPointer { buffer in
        var base = buffer.baseAddress
        return LLVMFuzzerRunDriver(&count, &base) { data, size in
            Chosen.target.feed(Array(UnsafeBufferPointer(start: data, count: size)))
            return 0
        }
    })
