package import Base
package import Change

extension ChangeKind {
    /// A region and its place: {id, code, name, level, parent?}.
    package static let directoryRegion = ChangeKind(rawValue: 0x8010)
    /// A seat given to an incarnation: {region, epoch, key, node, proof}; proof is {own} or
    /// {nodeKey, signature}.
    package static let directorySeat = ChangeKind(rawValue: 0x8011)
    /// A neighbouring county's seat for a corridor: {id, code, name, level, parent?, epoch, key,
    /// node, proof}.
    package static let directoryPartner = ChangeKind(rawValue: 0x8012)
    /// A region placed under another parent: {region, parent}.
    package static let directoryMove = ChangeKind(rawValue: 0x8013)
    /// An incarnation of a region's node that may exchange and write what commutes, but holds no
    /// seat: {region, key, node, proof}.
    package static let directoryIncarnation = ChangeKind(rawValue: 0x8015)
    /// What bundles for a region's node are sealed to: {region, agreement}. Passed over by a
    /// node that does not know it.
    package static let directoryAgreement = ChangeKind(rawValue: 0x0016)
    /// An incarnation's end: {key, reason, cuts: [{scope, seq, hash}]}.
    package static let directoryRevocation = ChangeKind(rawValue: 0x8014)
    /// Changes beyond the end that count all the same: {key, hashes: [hash]}.
    package static let directoryAdoption = ChangeKind(rawValue: 0x8017)
    /// An account's end at another's node, or its beginning anew: {account, ended, key, cuts}.
    package static let directoryAccount = ChangeKind(rawValue: 0x8018)
}

/// What one change of a `dir` scope says.
package enum DirectoryEntry: Hashable, Sendable {
    case region(RegionRecord)
    /// Without a proof that holds it has no effect; that of a root stands in for the parent that
    /// it has not.
    case seat(
        region: RegionID, epoch: UInt64, key: IncarnationKey, node: Digest,
        proof: SeatProof?)
    /// - epoch: That of the partner's own seat.
    case partner(
        RegionRecord, epoch: UInt64, key: IncarnationKey, node: Digest, proof: SeatProof?)
    case move(region: RegionID, parent: RegionID)
    case incarnation(
        region: RegionID, key: IncarnationKey, node: Digest, proof: SeatProof?)
    case revocation(Revocation)
    case adoption(Adoption)
    case account(AccountTurn)
    /// - text: Suite number and public key in hexadecimal digits.
    case agreement(region: RegionID, text: String)

    /// The kind of the change that says it.
    package var kind: ChangeKind {
        switch self {
        case .region: .directoryRegion
        case .seat: .directorySeat
        case .partner: .directoryPartner
        case .move: .directoryMove
        case .incarnation: .directoryIncarnation
        case .revocation: .directoryRevocation
        case .adoption: .directoryAdoption
        case .account: .directoryAccount
        case .agreement: .directoryAgreement
        }
    }

    /// The body of the change that says it.
    package var body: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            switch self {
            case .region(let record): Self.write(record, to: &object)
            case .seat(let region, let epoch, let key, let node, let proof):
                object.field("region", region.hex)
                object.field("epoch", Int64(epoch))
                Self.write(key, node, to: &object)
                Self.write(proof, to: &object)
            case .partner(let record, let epoch, let key, let node, let proof):
                Self.write(record, to: &object)
                object.field("epoch", Int64(epoch))
                Self.write(key, node, to: &object)
                Self.write(proof, to: &object)
            case .move(let region, let parent):
                object.field("region", region.hex)
                object.field("parent", parent.hex)
            case .incarnation(let region, let key, let node, let proof):
                object.field("region", region.hex)
                Self.write(key, node, to: &object)
                Self.write(proof, to: &object)
            case .revocation(let revocation): revocation.write(to: &object)
            case .adoption(let adoption): adoption.write(to: &object)
            case .account(let turn): turn.write(to: &object)
            case .agreement(let region, let text):
                object.field("region", region.hex)
                object.field("agreement", text)
            }
        }
        return writer.bytes
    }

    private static func write(_ record: RegionRecord, to writer: inout JSONWriter) {
        writer.field("id", record.id.hex)
        writer.field("code", record.code.text)
        writer.field("name", record.name)
        writer.field("level", record.level.rawValue)
        if let parent = record.parent { writer.field("parent", parent.hex) }
    }

    private static func write(
        _ key: IncarnationKey, _ node: Digest, to writer: inout JSONWriter
    ) {
        writer.field("key", key.text)
        writer.field("node", node.hex)
    }

    private static func write(_ proof: SeatProof?, to writer: inout JSONWriter) {
        guard let proof else { return }
        writer.object("proof") { object in
            switch proof {
            case .own(let signature): object.field("own", Hex.encode(signature))
            case .node(let key, let signature):
                object.field("nodeKey", key.text)
                object.field("signature", Hex.encode(signature))
            }
        }
    }

    /// Reads a change of a `dir` scope; nil where the kind is another or the body is not of its
    /// form: such a change is stored and has no effect.
    package init?(_ change: Change) {
        guard let body = change.body else { return nil }
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: body)
        } catch {
            return nil
        }
        switch change.kind {
        case .directoryRegion:
            guard let record = Self.record(json) else { return nil }
            self = .region(record)
        case .directorySeat:
            guard let seat = Self.seat(json) else { return nil }
            self = seat
        case .directoryPartner:
            guard let record = Self.record(json), let epoch = Self.epoch(json),
                let key = Self.key(json), let node = Self.node(json),
                let proof = Self.proof(json)
            else { return nil }
            self = .partner(record, epoch: epoch, key: key, node: node, proof: proof.value)
        case .directoryMove:
            guard let region = json["region"]?.text.flatMap(RegionID.init(hex:)),
                let parent = json["parent"]?.text.flatMap(RegionID.init(hex:))
            else { return nil }
            self = .move(region: region, parent: parent)
        case .directoryIncarnation:
            guard let region = json["region"]?.text.flatMap(RegionID.init(hex:)),
                let key = Self.key(json), let node = Self.node(json),
                let proof = Self.proof(json)
            else { return nil }
            self = .incarnation(region: region, key: key, node: node, proof: proof.value)
        case .directoryRevocation:
            guard let revocation = Revocation(json) else { return nil }
            self = .revocation(revocation)
        case .directoryAdoption:
            guard let adoption = Adoption(json) else { return nil }
            self = .adoption(adoption)
        case .directoryAccount:
            guard let turn = AccountTurn(json) else { return nil }
            self = .account(turn)
        case .directoryAgreement:
            guard let region = json["region"]?.text.flatMap(RegionID.init(hex:)),
                let text = json["agreement"]?.text, (66...132).contains(text.utf8.count)
            else { return nil }
            self = .agreement(region: region, text: text)
        default: return nil
        }
    }

    private static func seat(_ json: JSON) -> DirectoryEntry? {
        guard let region = json["region"]?.text.flatMap(RegionID.init(hex:)),
            let epoch = epoch(json), let key = key(json), let node = node(json),
            let proof = proof(json)
        else { return nil }
        return .seat(region: region, epoch: epoch, key: key, node: node, proof: proof.value)
    }

    private static func epoch(_ json: JSON) -> UInt64? {
        json["epoch"]?.int.flatMap { $0 > 0 ? UInt64($0) : nil }
    }

    /// A proof, or that there is none; nil where what stands there is not of its form.
    private static func proof(_ json: JSON) -> (value: SeatProof?, Void)? {
        guard let stated = json["proof"] else { return (nil, ()) }
        if let own = stated["own"] {
            return signature(own).map { (.own(signature: $0), ()) }
        }
        guard let key = stated["nodeKey"]?.text.flatMap(IncarnationKey.init(text:)),
            let signature = stated["signature"].flatMap(signature)
        else { return nil }
        return (.node(key: key, signature: signature), ())
    }

    private static func signature(_ json: JSON) -> [UInt8]? {
        json.text.flatMap(Hex.decode).flatMap {
            $0.count == SignedHead.signatureLength ? $0 : nil
        }
    }

    private static func record(_ json: JSON) -> RegionRecord? {
        guard let id = json["id"]?.text.flatMap(RegionID.init(hex:)),
            let code = json["code"]?.text.flatMap(RegionCode.init(_:)),
            let name = json["name"]?.text, !name.isEmpty,
            let level = json["level"]?.text.flatMap(Level.init(rawValue:))
        else { return nil }
        let parent = json["parent"]?.text.flatMap(RegionID.init(hex:))
        return RegionRecord(id: id, code: code, name: name, level: level, parent: parent)
    }

    private static func key(_ json: JSON) -> IncarnationKey? {
        json["key"]?.text.flatMap(IncarnationKey.init(text:))
    }

    private static func node(_ json: JSON) -> Digest? {
        guard let bytes = json["node"]?.text.flatMap(Hex.decode), bytes.count == 32 else {
            return nil
        }
        return Digest(bytes: bytes)
    }
}
