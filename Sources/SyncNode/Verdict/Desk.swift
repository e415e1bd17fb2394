package import Base
package import Change
package import Region

/// Where a command is decided: which node, by whom, when. All that a rule may know beside the
/// documents.
package struct Desk: Sendable {
    /// The local region.
    package let region: RegionID
    /// The local incarnation.
    package let key: IncarnationKey
    private let office: Office
    /// First 8 bytes of H(account id); 0 for the node itself.
    package let author: UInt64
    package let now: Instant
    /// 32 random bytes, fresh for each command: document ids and query codes come from here.
    package let entropy: Digest
    /// Whether what is personal is refused unless it is sealed: always, but in the simulator.
    package var mustSeal = false
    /// Whether the log's clock runs ahead of the node's, so that business time must be stated.
    package var statesTime = false

    /// What stands for business time where nobody stated any; nil where the change's own does.
    package var stated: Instant? { statesTime ? now : nil }

    /// Who is where and who may decide.
    package var directory: Directory { office.directory }

    /// A desk of its own, for one command.
    package init(
        region: RegionID, key: IncarnationKey, directory: Directory, author: UInt64,
        now: Instant, entropy: Digest
    ) {
        self.init(
            region: region, key: key, office: Office(directory), author: author, now: now,
            entropy: entropy)
    }

    /// A desk in an office that many commands share.
    package init(
        region: RegionID, key: IncarnationKey, office: Office, author: UInt64, now: Instant,
        entropy: Digest
    ) {
        self.region = region
        self.key = key
        self.office = office
        self.author = author
        self.now = now
        self.entropy = entropy
    }

    /// Whether the local incarnation holds the local region's seat: only then may it decide.
    package var isSeated: Bool { directory.seat(of: region)?.key == key }
}

extension Desk {
    /// A business time (业务时间) that is not possible: to come, or a year and more ago; nil for one
    /// that is, and for none.
    package func refusal(of at: Instant?) -> RuleRefusal? {
        guard let at else { return nil }
        guard at <= now.advanced(byMillis: Limits.clockLeadMillisMax) else {
            return .invalid("at", "业务时间不能晚于现在")
        }
        let oldest = Int64(Limits.backdatedDaysMax) * 86_400_000
        guard at.millis >= now.millis - oldest else {
            return .invalid("at", "业务时间早于 \(Limits.backdatedDaysMax) 天以前，请核对年份")
        }
        return nil
    }
}

/// A directory by reference: a desk is made for every change, and a directory is a dozen tables.
package final class Office: Sendable {
    /// As it was when the office was made.
    package let directory: Directory

    package init(_ directory: Directory) { self.directory = directory }
}
