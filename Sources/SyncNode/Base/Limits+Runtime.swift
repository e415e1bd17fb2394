extension Limits {
    /// Between two looks for cases that are not found by their people yet.
    package static let locateMillis = 300
    /// Documents looked at in one go for it.
    package static let locateRowsMax = 512
    /// Between two tries to open what could not be opened.
    package static let locateAgainSeconds = 5
    /// Between two looks for keys that are waited for: a case of another county waits so long.
    package static let keyLookMillis = 500
    /// How long the writer's queue is empty before it counts as idle, in microseconds: longer
    /// than a client that waits for its answer takes to ask again, so that a busy node pays for
    /// no flush beside its commits.
    package static let writerIdleMicros = 5000
    /// Submissions in a group commit from which on their documents may wait behind the log.
    package static let deferringBatchMin = 8
    /// Sentences kept for people about one peer.
    package static let peerAlarmsMax = 32
    /// How long an answerer holds a long poll, in seconds: below the idle time-outs of common
    /// proxies.
    package static let pollSeconds = 25
    /// How long a dialer waits for any answer, in milliseconds: a long poll and its way back.
    package static let exchangeMillisMax: Int64 = 60_000
    /// First and longest pause after a failed contact, in milliseconds. Each pause is drawn
    /// between half and all of its length, so that stations do not dial in step.
    package static let backoffMillisMin = 250
    package static let backoffMillisMax = 30_000
    /// Bodies below this many bytes are not deflated: it would not make them smaller.
    package static let deflateBytesMin = 256
    /// What a caller is told to wait, in seconds, where the node's disk takes nothing.
    package static let storeRetrySeconds = 10
    /// Bytes of a place's name: eighty-five Chinese characters.
    package static let regionNameBytesMax = 256
    /// Bytes of a request for membership.
    package static let membershipBytesMax = 8 * 1024
    /// Peers that may dial this node: a county with every station and room for moves.
    package static let answeringPeersMax = 4096
    /// Changed documents that are kept for listeners who come back.
    package static let eventsKeptMax = 8192
    /// Events that are read and written to a listener at once.
    package static let eventsSentMax = 256
    /// How often a listener is told of links, or that the stream lives, in seconds.
    package static let eventPeerSeconds = 5
    /// A quiet link says where it stands this often, in seconds.
    package static let heartbeatSeconds = 20
}

extension Limits {
    /// Bytes of one line that a child process prints for its supervisor.
    package static let childLineBytesMax = 4096
}

extension Limits {
    /// Bytes of a topology file: a province with its towns.
    package static let topologyBytesMax = 4 * 1024 * 1024
}
