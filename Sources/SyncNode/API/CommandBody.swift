import Base
import Domain

/// Makes a command's JSON out of a request: one flat object with the command's name, what it is
/// about, and what the caller saw.
enum CommandBody {
    /// The object of a JSON body; an empty body counts as an empty object where that may be.
    static func object(_ bytes: [UInt8], mayBeEmpty: Bool) throws(Problem) -> JSONObject {
        if bytes.isEmpty, mayBeEmpty { return JSONObject() }
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: bytes)
        } catch {
            var problem = Problem(400, "json-malformed", "正文不是合格的 JSON")
            problem.members = [
                .init(name: "reason", value: .text(error.reason.rawValue)),
                .init(name: "offset", value: JSON(count: error.offset)),
            ]
            throw problem
        }
        guard let object = json.object else {
            throw .invalid("json-not-an-object", "正文应为 JSON 对象")
        }
        guard object.members.count <= Limits.commandFieldsMax else {
            throw .invalid("command-too-many-fields", "命令的字段过多")
        }
        return object
    }

    /// An object of texts.
    static func object(_ members: [(key: String, value: String)]) -> JSONObject {
        JSONObject(members.map { JSONObject.Member(key: $0.key, value: .text($0.value)) })
    }

    /// Sets what the route says; a body that says something else is refused.
    static func name(
        _ object: JSONObject, _ members: [(key: String, value: String)]
    ) throws(Problem) -> JSONObject {
        var named = self.object(members)
        for member in object.members {
            if let given = named[member.key] {
                guard given == member.value else {
                    throw .invalid("field-not-of-route", "正文与地址不一致", field: member.key)
                }
            } else {
                named[member.key] = member.value
            }
        }
        return named
    }

    /// What bytes of this node's own say; null where they are none.
    static func parsed(_ bytes: [UInt8]) -> JSON {
        do throws(JSONError) {
            return try JSON(parsing: bytes)
        } catch {
            return .null
        }
    }

    /// The command that an object stands for.
    static func command(_ object: JSONObject) throws(Problem) -> Command {
        guard let name = object["command"]?.text, !name.isEmpty else {
            throw .invalid("command-missing", "没有写明命令", field: "command")
        }
        do throws(RuleRefusal) {
            return try Command(json: .object(object))
        } catch {
            throw Problem(error)
        }
    }
}
