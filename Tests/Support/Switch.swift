package import Disk
import Glibc

/// A switch that makes named disk calls fail, from test code.
package final class Switch: @unchecked Sendable {
    // Used by one test on one thread at a time.
    private var failing: Set<IOSite> = []
    /// The calls so far, in order.
    package private(set) var calls: [IOSite] = []

    package init() {}

    /// From now on these calls fail, and no others.
    package func fail(_ sites: Set<IOSite>) { failing = sites }

    /// What the store is given.
    package var faults: IOFaults {
        IOFaults { site in
            self.calls.append(site)
            return self.failing.contains(site) ? EIO : nil
        }
    }
}
