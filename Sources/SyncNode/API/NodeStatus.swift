package import Account
package import Base
package import Change
package import Domain

/// A node as it sees itself: CONTRACT §2 `status`.
package struct NodeStatus: Sendable {
    package let region: RegionCode
    package let name: String
    package let level: Level
    /// H(enrolment public key).
    package let nodeID: Digest
    /// H(incarnation public key).
    package let incarnation: Digest
    /// Digest over all that is carried: equal at two nodes that carry the same and have the same.
    package let carryRoot: Digest
    /// Number of scopes.
    package let scopes: Int
    /// Changes in the log.
    package let changes: Int
    /// Own changes that the parent has not acknowledged; 0 at a root.
    package let unsent: Int
    /// The parent first, then by code.
    package let peers: [PeerStatus]
    /// Whether it was found to be a restored or cloned copy and writes nothing any more, until
    /// it has begun anew.
    package let fenced: Bool
    /// Whether its incarnation has its region's seat: else it receives and does not decide.
    package let seated: Bool
    package let diskFreeBytes: Int64
    /// Attachments that changes name and that are still to come.
    package var blobsWanted = 0
    /// Until when the node's certificate holds; nil where it was never enrolled.
    package var certificateUntil: Instant?
    /// Days until then by the machine's clock, below 0 afterwards.
    package var certificateDaysLeft = 0
    /// Whether it runs out so soon that people are told.
    package var isCertificateDue: Bool {
        certificateUntil != nil && certificateDaysLeft < Int(Limits.certificateWarningDays)
    }
    /// The node's time.
    package let clock: Instant
    /// Said where the parent's certificate does not run at this machine's time.
    package static let suspectClock = "suspect"
    /// How far this node's clock is believed, by the parent's: of the parent alone.
    package var clockTrust: String? { peers.first(where: \.isParent)?.clockTrust }
    /// Whether the parent turned this node away since it was ended (吊销).
    package var isEnded: Bool { peers.contains { $0.isParent && $0.isEnded } }
    /// What was added to the machine's own clock, in milliseconds.
    package var clockCorrectionMillis: Int64 {
        peers.first(where: \.isParent)?.clockCorrectionMillis ?? 0
    }
    /// Who looks: pages show each person what that person may do.
    package var viewer = Principal.nobody

    package init(
        region: RegionCode, name: String, level: Level, nodeID: Digest, incarnation: Digest,
        carryRoot: Digest, scopes: Int, changes: Int, unsent: Int, peers: [PeerStatus],
        fenced: Bool, seated: Bool = true, diskFreeBytes: Int64, clock: Instant
    ) {
        self.region = region
        self.name = name
        self.level = level
        self.nodeID = nodeID
        self.incarnation = incarnation
        self.carryRoot = carryRoot
        self.scopes = scopes
        self.changes = changes
        self.unsent = unsent
        self.peers = peers
        self.fenced = fenced
        self.seated = seated
        self.diskFreeBytes = diskFreeBytes
        self.clock = clock
    }

    /// Whether the link to the parent is down; false at a root.
    package var isCutOff: Bool {
        peers.contains { $0.isParent && $0.state != .online }
    }

    /// The JSON document of the command line and of `GET /api/v1/status`.
    package var json: [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.object { object in
            object.field("region", region.text)
            object.field("name", name)
            object.field("level", level.rawValue)
            object.field("nodeId", nodeID.hex)
            object.field("incarnation", incarnation.hex)
            object.field("carryRoot", carryRoot.hex)
            object.field("scopes", scopes)
            object.field("changes", changes)
            object.field("unsent", unsent)
            object.array("peers") { array in
                for peer in peers { peer.write(to: &array) }
            }
            object.field("fenced", fenced)
            object.field("seated", seated)
            object.field("diskFreeBytes", diskFreeBytes)
            object.field("blobsWanted", blobsWanted)
            object.field("clock", clock.rfc3339)
            if let certificateUntil {
                object.object("certificate") { certificate in
                    certificate.field("until", certificateUntil.rfc3339)
                    certificate.field("daysLeft", certificateDaysLeft)
                }
            }
        }
        return writer.bytes
    }
}

/// A neighbour and the link to it.
package struct PeerStatus: Sendable {
    /// How the link stands.
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// The last exchange went well, or one is going on.
        case online
        /// Being dialled, or waiting to be.
        case connecting
        /// The last attempt failed.
        case offline
        /// It answered and refused: another tree, a revoked key, a fork.
        case refused

        /// As people read it.
        package var word: String {
            switch self {
            case .online: "在线"
            case .connecting: "连接中"
            case .offline: "不通"
            case .refused: "被拒"
            }
        }
    }

    /// Something that a person must look at; it stays until the node starts again.
    package struct Alarm: Hashable, Sendable {
        /// What it is.
        package enum Kind: String, Hashable, Sendable, CaseIterable {
            /// This node is a restored or cloned copy.
            case rollback
            /// One number of a chain has two contents.
            case fork
            /// Both sides have nothing left to send, and hold different things.
            case diverged
            /// The peer does not take what it is offered.
            case stalled
            /// The two directories differ on who carries a scope.
            case held
            /// The peer refused to exchange.
            case refused
            /// Changes that came were not of their form, or not in their place.
            case rejected
        }

        package let kind: Kind
        /// The scope concerned; nil where it is the whole link.
        package let scope: ScopeID?
        /// One Chinese sentence.
        package let text: String

        package init(_ kind: Kind, scope: ScopeID?, _ text: String) {
            self.kind = kind
            self.scope = scope
            self.text = text
        }
    }

    package let region: RegionCode
    package let name: String
    /// Where it is dialled; nil where it dials.
    package let url: String?
    package let state: State
    package let isParent: Bool
    /// How old the newest confirmed common state is; nil before the first contact.
    package let lagSeconds: Int?
    /// Changes that it has not acknowledged.
    package let unsent: Int
    package let lastContact: Instant?
    /// Its clock less ours; nil before the first contact.
    package let clockOffsetMillis: Int?
    /// Of the parent: how far this node's clock is believed by its time: `unwitnessed`,
    /// `doubtful`, `witnessed`, `corrected`, `set`; nil of all others.
    package var clockTrust: String?
    /// Of the parent: what was added to this machine's clock, in milliseconds.
    package var clockCorrectionMillis: Int64 = 0
    /// Of the parent: whether it turned this node away since it was ended.
    package var isEnded = false
    /// One sentence; nil after a good exchange.
    package let lastError: String?
    /// Each once, oldest first.
    package let alarms: [Alarm]
    /// When its last receipt (回执) says; nil where there is none, as of a parent.
    package var receiptTime: Instant?
    /// Changes held here that none of its receipts spoke of; nil where it owes none.
    package var receiptBehind: Int?

    package init(
        region: RegionCode, name: String, url: String?, state: State, isParent: Bool,
        lagSeconds: Int?, unsent: Int, lastContact: Instant?, clockOffsetMillis: Int?,
        lastError: String?, alarms: [Alarm] = []
    ) {
        self.region = region
        self.name = name
        self.url = url
        self.state = state
        self.isParent = isParent
        self.lagSeconds = lagSeconds
        self.unsent = unsent
        self.lastContact = lastContact
        self.clockOffsetMillis = clockOffsetMillis
        self.lastError = lastError
        self.alarms = alarms
    }

    func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("region", region.text)
            object.field("name", name)
            object.field("url", url.map(JSON.text) ?? .null)
            object.field("state", state.rawValue)
            object.field("parent", isParent)
            object.field("lagSeconds", JSON(count: lagSeconds))
            object.field("unsent", unsent)
            object.field(
                "lastContact", lastContact.map { .text($0.rfc3339) } ?? .null)
            object.field("clockOffsetMillis", JSON(count: clockOffsetMillis))
            if let clockTrust {
                object.field("clockTrust", clockTrust)
                object.field("clockCorrectionMillis", clockCorrectionMillis)
            }
            object.field("lastError", lastError.map(JSON.text) ?? .null)
            if isEnded { object.field("ended", true) }
            object.field("receiptTime", receiptTime.map { .text($0.rfc3339) } ?? .null)
            object.field("receiptBehind", JSON(count: receiptBehind))
            object.array("alarms") { array in
                for alarm in alarms {
                    array.object { entry in
                        entry.field("kind", alarm.kind.rawValue)
                        entry.field("scope", alarm.scope.map { .text($0.hex) } ?? .null)
                        entry.field("text", alarm.text)
                    }
                }
            }
        }
    }
}

/// A scope with what is known of it.
package struct ScopeStatus: Sendable {
    /// One chain's last change.
    package struct Head: Hashable, Sendable {
        package let actor: ActorID
        package let seq: Seq
        package let hash: Digest

        package init(actor: ActorID, seq: Seq, hash: Digest) {
            self.actor = actor
            self.seq = seq
            self.hash = hash
        }
    }

    package let id: ScopeID
    /// The family: `directory`, `control`, `catalog`, `cases`, `corridor`, `custody`,
    /// `statistics`.
    package let family: String
    /// For people: the family's and the places' names, and the year.
    package let title: String
    package let changes: Int
    /// By actor.
    package let vector: [Head]

    package init(id: ScopeID, family: String, title: String, changes: Int, vector: [Head]) {
        self.id = id
        self.family = family
        self.title = title
        self.changes = changes
        self.vector = vector
    }

    func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("id", id.hex)
            object.field("family", family)
            object.field("title", title)
            object.field("changes", changes)
            object.array("vector") { array in
                for head in vector {
                    array.object { entry in
                        entry.field("actor", head.actor.hex)
                        entry.field("seq", Int64(head.seq.rawValue))
                        entry.field("hash", head.hash.hex)
                    }
                }
            }
        }
    }
}

/// Who has the newest version of an item.
package struct Rollout: Sendable {
    /// One station.
    package struct Line: Sendable {
        package let region: RegionCode
        package let name: String
        /// The newest version that its signed receipts cover: the truth; nil where none is.
        package let version: Int?
        /// When it first said so.
        package let time: Instant?
        /// When its vector was last seen to hold the newest version: a hint, of neighbours only.
        package var knownAt: Instant?
        /// When it last gave a receipt of any kind.
        package var receiptTime: Instant?

        package init(region: RegionCode, name: String, version: Int?, time: Instant?) {
            self.region = region
            self.name = name
            self.version = version
            self.time = time
        }
    }

    package let code: String
    /// The newest published version.
    package let version: Int
    /// By code.
    package let lines: [Line]

    package init(code: String, version: Int, lines: [Line]) {
        self.code = code
        self.version = version
        self.lines = lines
    }

    /// Stations that have the newest version.
    package var reached: Int { lines.count { ($0.version ?? 0) >= version } }

    var json: [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.object { object in
            object.field("code", code)
            object.field("version", version)
            object.field("reached", reached)
            object.field("stations", lines.count)
            object.array("lines") { array in
                for line in lines {
                    array.object { entry in
                        entry.field("region", line.region.text)
                        entry.field("name", line.name)
                        entry.field("version", JSON(count: line.version))
                        entry.field(
                            "time", line.time.map { .text($0.rfc3339) } ?? .null)
                        entry.field(
                            "knownAt", line.knownAt.map { .text($0.rfc3339) } ?? .null)
                        entry.field(
                            "receiptTime", line.receiptTime.map { .text($0.rfc3339) } ?? .null)
                    }
                }
            }
        }
        return writer.bytes
    }
}

/// A place to which a case may go, or of which a page speaks.
package struct Place: Hashable, Sendable {
    /// How it stands to the local region.
    package enum Relation: Hashable, Sendable {
        case own, parent, child, partner, other
    }

    package let id: RegionID
    package let code: RegionCode
    package let name: String
    package let relation: Relation

    package init(id: RegionID, code: RegionCode, name: String, relation: Relation) {
        self.id = id
        self.code = code
        self.name = name
        self.relation = relation
    }
}

extension JSON {
    /// A number, or `null`.
    init(count: Int?) { self = count.map { .int(Int64($0)) } ?? .null }
}

extension Schemas {
    /// Of a status: how long the node's certificate holds.
    static let certificate = JSON.record(
        [("until", .moment), ("daysLeft", .integer())], required: ["until", "daysLeft"])
}
