/// Placeholder until the dispatch of the domain lands.
package enum Content: Sendable { case none }
