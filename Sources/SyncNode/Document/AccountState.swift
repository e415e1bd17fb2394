package import Account
package import Base
package import Change

/// An account as one node where it works has it. Each field is the last word of those who may
/// say it; the order of two words is that of their hybrid clocks, then of their hashes.
package struct AccountState: Hashable, Sendable {
    /// A field's value, and who said it when.
    package struct Field<Value: Hashable & Sendable>: Hashable, Sendable {
        package let value: Value
        package let time: HybridTime
        /// First 8 bytes of the change's hash.
        package let hash: UInt64

        package init(_ value: Value, _ change: Change) {
            self.init(value, change.header.time, change.hash.prefix8)
        }

        init(_ value: Value, _ time: HybridTime, _ hash: UInt64) {
            self.value = value
            self.time = time
            self.hash = hash
        }

        fileprivate func follows(_ other: Field?) -> Bool {
            guard let other else { return true }
            return (other.time, other.hash) < (time, hash)
        }
    }

    /// `login@home`.
    package let id: String
    package let login: String
    /// The node whose account this copy is.
    package let region: RegionID
    private var nameField: Field<String>?
    private var rolesField: Field<[Role]>?
    private var passwordField: Field<String>?
    private var codeField: Field<String>?
    private var disabledField: Field<Bool>?

    package init(id: String, login: String, region: RegionID) {
        self.id = id
        self.login = login
        self.region = region
    }

    /// First 8 bytes of H(account id).
    package var author: UInt64 { AccountID.author(of: id) }
    /// The person's name.
    package var name: String { nameField?.value ?? login }
    /// In the order of `Role`.
    package var roles: [Role] { rolesField?.value ?? [] }
    /// As `PasswordRecord` writes it; nil where none was set.
    package var password: String? { passwordField?.value }
    /// The sealed secret of one-time codes; nil where there is none.
    package var code: String? { codeField.flatMap { $0.value.isEmpty ? nil : $0.value } }
    /// Whether it may no longer be used.
    package var isDisabled: Bool { disabledField?.value ?? false }

    /// The account's document at a node.
    package static func key(of author: UInt64, at region: RegionID) -> DocumentKey {
        DocumentKey(
            collection: .account,
            id: Digest16(high: author, low: ScopeName.staff(region).id.rawValue))
    }

    /// With the name put through `open` where it is sealed; without one where that gives none.
    package func opened(_ open: (String) -> String?) -> AccountState {
        guard let said = nameField, SealedText.isSealed(said.value) else { return self }
        var state = self
        state.nameField = open(said.value).map { Field($0, said.time, said.hash) }
        return state
    }

    /// Takes in what a change says; a field that it leaves out, and one that a later word has
    /// settled, stays.
    package mutating func take(_ word: AccountWord, _ change: Change) {
        Self.put(word.name, change, into: &nameField)
        Self.put(word.roles, change, into: &rolesField)
        Self.put(word.password, change, into: &passwordField)
        Self.put(word.code, change, into: &codeField)
        Self.put(word.isDisabled, change, into: &disabledField)
    }

    private static func put<Value>(
        _ value: Value?, _ change: Change, into field: inout Field<Value>?
    ) {
        guard let value else { return }
        let said = Field(value, change)
        if said.follows(field) { field = said }
    }
}

/// What one change says of an account: {account, login, name?, roles?, password?, code?,
/// disabled?}.
package struct AccountWord: Hashable, Sendable {
    package var id: String
    package var login: String
    package var name: String?
    package var roles: [Role]?
    package var password: String?
    /// Sealed; empty where the account is to have none.
    package var code: String?
    package var isDisabled: Bool?

    package init(id: String, login: String) {
        self.id = id
        self.login = login
    }

    /// - Parameter json: As `body` writes it; a field of another form is as if it were not there,
    ///   and without id and login there is no word.
    package init?(_ json: JSON) {
        guard let id = json["account"]?.text, let login = json["login"]?.text,
            AccountID.isLogin(login), id.hasPrefix(login + "@"), id.utf8.count <= 64
        else { return nil }
        self.init(id: id, login: login)
        name = json["name"]?.text.flatMap { Self.isName($0) ? $0 : nil }
        roles = json["roles"]?.array.map { list in
            Role.allCases.filter { role in list.contains { $0.text == role.rawValue } }
        }
        password = json["password"]?.text.flatMap { PasswordRecord(text: $0)?.text }
        code = json["code"]?.text.flatMap { $0.utf8.count <= Limits.sealedCodeBytesMax ? $0 : nil }
        isDisabled = json["disabled"]?.bool
    }

    private static func isName(_ text: String) -> Bool {
        SealedText.isSealed(text)
            ? text.utf8.count <= SealedText.bytesMax(characters: Limits.personCharactersMax)
            : text.count <= Limits.personCharactersMax
    }

    /// The body of the change that says it.
    package var body: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.field("account", id)
            object.field("login", login)
            if let name { object.field("name", name) }
            if let roles {
                object.array("roles") { array in
                    for role in roles { array.value(role.rawValue) }
                }
            }
            if let password { object.field("password", password) }
            if let code { object.field("code", code) }
            if let isDisabled { object.field("disabled", isDisabled) }
        }
        return writer.bytes
    }
}

// MARK: as a document

extension AccountState {
    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        var writer = JSONWriter(capacity: 512)
        writer.object { object in
            object.field("id", id)
            object.field("login", login)
            object.field("region", region.hex)
            Self.write("name", nameField, to: &object) { $1.value($0) }
            Self.write("roles", rolesField, to: &object) { roles, writer in
                writer.array { array in
                    for role in roles { array.value(role.rawValue) }
                }
            }
            Self.write("password", passwordField, to: &object) { $1.value($0) }
            Self.write("code", codeField, to: &object) { $1.value($0) }
            Self.write("disabled", disabledField, to: &object) { $1.value($0) }
        }
        return StoredDocument(
            key: key, scope: scope, label: login, status: isDisabled ? "disabled" : "active",
            time: nameField?.time.millis ?? 0, attention: false, search: "", state: writer.bytes)
    }

    private static func write<Value>(
        _ name: String, _ field: Field<Value>?, to writer: inout JSONWriter,
        _ write: (Value, inout JSONWriter) -> Void
    ) {
        guard let field else { return }
        writer.object(name) { object in
            object.key("value")
            write(field.value, &object)
            object.field("time", hex: field.time.rawValue)
            object.field("hash", hex: field.hash)
        }
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let json = try JSON(parsing: stored.state)
        guard let id = json["id"]?.text, let login = json["login"]?.text,
            let region = json["region"]?.text.flatMap(RegionID.init(hex:))
        else { throw JSONError(.kind, offset: 0) }
        self.init(id: id, login: login, region: region)
        nameField = Self.read(json["name"]) { $0.text }
        rolesField = Self.read(json["roles"]) { list in
            list.array?.compactMap { $0.text.flatMap(Role.init(rawValue:)) }
        }
        passwordField = Self.read(json["password"]) { $0.text }
        codeField = Self.read(json["code"]) { $0.text }
        disabledField = Self.read(json["disabled"]) { $0.bool }
    }

    private static func read<Value>(
        _ json: JSON?, _ read: (JSON) -> Value?
    ) -> Field<Value>? {
        guard let json, let value = json["value"].flatMap(read),
            let time = json["time"]?.text.flatMap(RegionID.init(hex:))?.rawValue,
            let hash = json["hash"]?.text.flatMap(RegionID.init(hex:))?.rawValue
        else { return nil }
        return Field(value, HybridTime(rawValue: time), hash)
    }
}
