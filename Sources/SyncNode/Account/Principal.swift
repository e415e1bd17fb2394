import Base
import Crypto

/// Who asks: an account, the machine's operator, or nobody who is known.
package struct Principal: Hashable, Sendable {
    /// How the caller came in.
    package enum Kind: Hashable, Sendable {
        /// Without a session: public pages only.
        case nobody
        /// With a session of an account.
        case account
        /// Whoever may read the node's own directory: its command line.
        case machine
    }

    package let kind: Kind
    /// First 8 bytes of H(account id); 0 for nobody.
    package let author: UInt64
    package let login: String
    /// The person's name.
    package let name: String
    package let roles: [Role]
    /// What a form of this session must bring back; empty without a session.
    package let formToken: String
    /// What the forms of one page are known by when they come twice; empty outside a page.
    package var pageKey = ""

    package init(
        kind: Kind, author: UInt64, login: String, name: String, roles: [Role],
        formToken: String = ""
    ) {
        self.kind = kind
        self.author = author
        self.login = login
        self.name = name
        self.roles = roles
        self.formToken = formToken
    }

    /// No one who is known.
    package static let nobody = Principal(
        kind: .nobody, author: 0, login: "", name: "", roles: [])

    /// The machine's operator, as the command line asks.
    package static let machine = Principal(
        kind: .machine, author: AccountID.operatorAuthor, login: "operator", name: "本机操作员",
        roles: [])

    /// The same for a program: no form of it will ever come.
    package var withoutForms: Principal {
        Principal(kind: kind, author: author, login: login, name: name, roles: roles)
    }

    /// Whether the caller may do an act as far as roles go. The operator may: whoever reads the
    /// node's keys could write anything; the audit says that it was the operator.
    package func may(_ act: Act) -> Bool {
        switch kind {
        case .nobody: false
        case .machine: true
        case .account: Permissions.allow(roles, act)
        }
    }
}

/// An account's identity: `login@home`, never reused for another person.
package enum AccountID {
    /// - Parameter home: The region's id in hexadecimal.
    package static func text(login: String, home: String) -> String { login + "@" + home }

    /// First 8 bytes of H(account id): what a change carries as its author.
    package static func author(of id: String) -> UInt64 {
        let author = Hash.digest(Array(id.utf8), suite: .sha256Ed25519).prefix8
        // 0 is the node itself.
        return author == 0 ? 1 : author
    }

    /// The author of what the machine's operator does on the command line.
    package static let operatorAuthor = author(of: "operator")

    /// Whether a login name is of its form: small letters, digits, dot, dash; a letter first.
    package static func isLogin(_ text: String) -> Bool {
        guard (2...Limits.loginCharactersMax).contains(text.utf8.count), text != "operator",
            let first = text.utf8.first, (0x61...0x7a).contains(first)
        else { return false }
        return text.utf8.allSatisfy {
            (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d || $0 == 0x2e
        }
    }
}
