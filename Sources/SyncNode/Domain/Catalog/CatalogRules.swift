import Base

/// The rules of the catalog: who may write what, and what is refused.
package enum CatalogRules {
    /// Decides a command at a desk. Reads the documents that it touches and no others.
    package static func decide<S: DocumentSource>(
        _ command: CatalogCommand, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        .refuse(RuleRefusal("not-seated", "本节点没有该地区的办理席位", category: .forbidden))
    }
}
