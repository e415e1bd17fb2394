import Glibc
import Replication
import Base
import Change
extension World {
    func dump() {
        guard getenv("DUMP") != nil else { return }
        for (i, l) in links.enumerated() {
            var d = l.dialer, a = l.answerer
            print("link \(i) \(l.below)->\(l.above) open \(d.isOpen) eq \(d.isEqual)/\(a.isEqual) fenced \(d.isFenced)/\(a.isFenced) awaited \(l.awaited) parked \(l.parked) \n")
        }
        for n in nodes { print("node \(n.index) \(n.place.code.text) seated \(n.isSeated) owes \(n.owesReissue) key \(n.key.text.prefix(8))\n") }
        for al in log.suffix(30) { print(al + "\n") }
    }
}
