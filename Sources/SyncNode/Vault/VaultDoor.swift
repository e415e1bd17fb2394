package import API
package import Base
package import Change
import Crypto
package import Domain
import Host
import Kernel
package import Store

/// Where commands are sealed on their way in, and answers opened on their way out.
package struct VaultDoor: Sendable {
    private let vault: Vault
    private let readers: ReadPool
    private let region: RegionID
    private let directory: @Sendable () -> Directory
    private let now: @Sendable () -> Instant

    /// - Parameter region: This node's.
    package init(
        _ vault: Vault, _ readers: ReadPool, region: RegionID,
        directory: @escaping @Sendable () -> Directory, now: @escaping @Sendable () -> Instant
    ) {
        self.vault = vault
        self.readers = readers
        self.region = region
        self.directory = directory
        self.now = now
    }

    /// The command as the writer takes it.
    package func sealed(_ command: Command) -> SealedCommand {
        vault.seal(
            command,
            at: SealingDesk(
                region: region, directory: directory, now: now(), known: { sealed(of: $0) },
                station: { station(of: $0) }))
    }

    /// The same, with keys made where there are none yet: the first case of a scope in a year,
    /// and the first account of a place below, wait for one.
    package func sealed(
        _ command: Command, by keeper: KeyKeeper
    ) async -> Result<Command, RuleRefusal> {
        for _ in 0...Limits.accountRegionsMax + 1 {
            switch sealed(command) {
            case .ready(let sealed): return .success(sealed)
            case .locked: return .failure(.locked)
            case .needsKey(let scope):
                guard await keeper.ensure(scope) else { return .failure(.keyless) }
            }
        }
        return .failure(.keyless)
    }

    /// What a stored text says; as it is where it is not sealed, and in words where it does not
    /// open.
    ///
    /// - Parameter envelope: Of the case that it belongs to; nil where it belongs to none.
    package func text(_ stored: String, of envelope: Envelope? = nil) -> String {
        guard SealedText.isSealed(stored) else { return stored }
        return answer(stored, of: envelope).shown
    }

    /// A name as an account has it; nil where it does not open, so that the login stands for it.
    package func name(_ stored: String) -> String? {
        guard SealedText.isSealed(stored) else { return stored }
        guard case .known(let name) = answer(stored, of: nil) else { return nil }
        return name
    }

    private func answer(_ stored: String, of envelope: Envelope?) -> TextAnswer {
        guard let text = SealedText(text: stored) else { return .damaged }
        do throws(Vault.Failure) {
            return .known(try vault.open(text, of: envelope))
        } catch .noKey {
            return .locked
        } catch {
            return .damaged
        }
    }

    /// What an answer holds sealed, in full: only ever that of `case.reveal`, whose line in the
    /// audit is durable by now.
    package func opened(_ outcome: CommandOutcome) -> CommandOutcome {
        guard case .done(let answer) = outcome else { return outcome }
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: answer)
        } catch {
            return .failed
        }
        switch person(json["sealed"]?.text ?? "") {
        case .known(let person):
            var writer = JSONWriter()
            writer.object { object in
                object.field("number", json["number"]?.text ?? "")
                person.write(to: &object)
            }
            return .done(answer: writer.bytes)
        case .damaged: return .refused(.damaged)
        case .locked, .absent: return .refused(.locked)
        }
    }

    /// Who applies, out of what a case's state holds sealed.
    package func person(_ sealed: String) -> PersonAnswer {
        guard !sealed.isEmpty else { return .absent }
        guard let envelope = Envelope(text: sealed) else { return .damaged }
        do throws(Vault.Failure) {
            return .known(try vault.open(envelope))
        } catch .noKey {
            return .locked
        } catch {
            return .damaged
        }
    }

    private func sealed(of target: CaseCommand.Target) -> Envelope? {
        let find: (SnapshotReader) throws(JournalError) -> [UInt8]? = {
            (reader) throws(JournalError) in
            switch target {
            case .id(let id), .handover(let id):
                return try reader.document(DocumentKey(collection: .caseFile, id: id))?.state
            case .number(let number):
                return try reader.states(.caseFile, label: number.text).first
            }
        }
        do throws(JournalError) {
            // A case keeps its key: one that is behind the log tells it as well.
            if let state = try readers.readLog(find), let sealed = Self.sealed(in: state) {
                return sealed
            }
            return try readers.read(find).flatMap { Self.sealed(in: $0) }
        } catch {
            // Then it is sealed like a new one; whether there is such a case the rule says.
            Console.say("keys: \(error)")
            return nil
        }
    }

    private func station(of ticket: String) -> RegionID? {
        do throws(JournalError) {
            let state: [UInt8]? = try readers.read { (reader) throws(JournalError) in
                if let id = Digest16(hex: ticket) {
                    return try reader.document(TicketState.key(id))?.state
                }
                return try reader.states(.ticket, label: ticket).first
            }
            return state.flatMap { Self.station(in: $0) }
        } catch {
            Console.say("keys: \(error)")
            return nil
        }
    }

    private static func station(in state: [UInt8]) -> RegionID? {
        do throws(JSONError) {
            var scanner = try JSONScanner(state)
            return try scanner.text("station").flatMap(RegionID.init(hex:))
        } catch {
            return nil
        }
    }

    private static func sealed(in state: [UInt8]) -> Envelope? {
        do throws(JSONError) {
            var scanner = try JSONScanner(state)
            return try scanner.text("sealed").flatMap(Envelope.init(text:))
        } catch {
            return nil
        }
    }
}

extension RuleRefusal {
    /// A case whose personal part this node cannot open.
    package static let locked = RuleRefusal(
        "person-locked", "本节点没有此办件个人信息的密钥", field: "case", category: .forbidden)
    /// A personal part that was altered.
    static let damaged = RuleRefusal(
        "person-damaged", "个人信息的密文已损坏，无法解密", field: "case", category: .missing)
}

extension Vault.Ports {
    /// Wraps out of the store, keys for reading out of the directory.
    package init(_ readers: ReadPool, _ directory: @escaping @Sendable () -> Directory) {
        self.init(
            keyring: { key in
                Self.rings(readers) { (reader) throws(JournalError) in
                    try reader.document(key).map { [$0] } ?? []
                }.first
            },
            keyrings: { scope in
                Self.rings(readers) { (reader) throws(JournalError) in
                    var found: [StoredDocument] = []
                    let label = KeyringState.label(of: scope)
                    for key in try reader.documents(.keyring, label: label) {
                        if let document = try reader.document(key) { found.append(document) }
                    }
                    return found
                }
            },
            audience: { scope in
                let directory = directory()
                return directory.ancestry(of: scope.region)
                    .filter { directory.carries($0, scope) }
                    .compactMap(directory.agreement).compactMap(AgreementPublicKey.init(text:))
            },
            reader: { region in
                directory().agreement(of: region).flatMap(AgreementPublicKey.init(text:))
            })
    }

    private static func rings(
        _ readers: ReadPool,
        _ body: (SnapshotReader) throws(JournalError) -> [StoredDocument]
    ) -> [KeyringState] {
        let documents: [StoredDocument]
        do throws(JournalError) {
            documents = try readers.readLog(body)
        } catch {
            // As if the key were not here: whoever asks is told that it cannot be opened.
            Console.say("keys: \(error)")
            return []
        }
        return documents.compactMap { document in
            do throws(JSONError) {
                return try KeyringState(document)
            } catch {
                return nil
            }
        }
    }
}
