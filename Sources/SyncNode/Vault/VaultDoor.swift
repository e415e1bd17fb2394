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
    private let now: @Sendable () -> Instant

    /// - Parameter region: This node's.
    package init(
        _ vault: Vault, _ readers: ReadPool, region: RegionID,
        now: @escaping @Sendable () -> Instant
    ) {
        self.vault = vault
        self.readers = readers
        self.region = region
        self.now = now
    }

    /// The command as the writer takes it.
    package func sealed(_ command: Command) -> SealedCommand {
        vault.seal(command, at: region, now: now()) { sealed(of: $0) }
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
        do throws(JournalError) {
            let state: [UInt8]? = try readers.read { (reader) throws(JournalError) in
                switch target {
                case .id(let id), .handover(let id):
                    return try reader.document(
                        DocumentKey(collection: .caseFile, id: id))?.state
                case .number(let number):
                    return try reader.states(.caseFile, label: number.text).first
                }
            }
            guard let state else { return nil }
            return Self.sealed(in: state)
        } catch {
            // Then it is sealed like a new one; whether there is such a case the rule says.
            Console.say("keys: \(error)")
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
    /// A scope whose key could not be made.
    package static let keyless = RuleRefusal("seal-key-unknown", "加密密钥尚未就绪，请稍后重试")
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
