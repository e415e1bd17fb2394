import API
import Base

extension Words {
    /// A refusal: the node's own Chinese sentence, or the English one of its rule.
    static func refusal(_ problem: JSON) -> Words {
        let rule = problem["rule"]?.text ?? "unknown"
        let field = problem["field"]?.text.map { " (\($0))" } ?? ""
        let sentence = Problem.english(rule)
        return Words(
            (problem["title"]?.text ?? "被拒绝") + "（\(rule)）",
            (sentence ?? "refused: " + rule) + field + " [\(rule)]")
    }
}
