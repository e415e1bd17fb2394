import Base
import Domain
import HTTP
import Support
import Testing

@testable import API

@Suite struct FormTests {
    private let ask = Ask()
    private let type = "application/x-www-form-urlencoded"
    private let whole = "item=I1&applicant=%E7%8E%8B+%E6%9F%90&material=M1&material=M2&key=k"

    private func form(_ text: String) throws(Problem) -> FormBody {
        try FormBody(Array(text.utf8))
    }

    @Test func fieldsAreReadInOrder() throws {
        let form = try form(whole + "&&empty=&bare")
        #expect(form.text("item") == "I1")
        #expect(form.text("applicant") == "王 某")
        #expect(form.texts("material") == ["M1", "M2"])
        #expect(form.text("empty") == nil)
        #expect(form.text("bare") == nil)
        #expect(form.texts("bare") == [""])
        #expect(try self.form("a=%20%0d%0ax%09").text("a") == "x")
    }

    @Test func cutFormsAreReadOrRefusedButNeverTrap() throws {
        let bytes = Array(whole.utf8)
        for end in 0...bytes.count {
            do throws(Problem) {
                _ = try FormBody(Array(bytes[..<end]))
            } catch {
                #expect(error.status == 400)
            }
        }
    }

    /// Forms and commands with one fault anywhere: a command, or a refusal of the 400s.
    @Test func aFaultAnywhereIsReadOrRefused() throws {
        let command = #"{"item":"370511001001","applicant":"张三","materials":["M1"],"version":1}"#
        let doors = [
            ("/console/cases", type, whole), ("/api/v1/cases", "application/json", command),
        ]
        for (target, type, text) in doors {
            for bytes in Mutation.all(of: Array(text.utf8)) {
                let request = try HTTPRequest.make(
                    "POST", target, headers: [("Content-Type", type)], body: bytes)
                guard
                    case .now(let response) = API.respond(
                        to: request, view: FixtureView(), as: .machine)
                else { continue }
                #expect((400...499).contains(response.status), "\(target): \(bytes)")
            }
        }
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "%", "a=%ff", "a=%E7%8E", "a=%00", "a=%1b"])
    func badEscapesAreRefused(text: String) {
        #expect(throws: Problem.self) { try form(text) }
    }

    @Test func formsAreBounded() throws {
        func status(_ text: String) -> UInt16? {
            do throws(Problem) {
                _ = try form(text)
                return nil
            } catch {
                return error.status
            }
        }
        #expect(status(String(repeating: "a=1&", count: Limits.formFieldsMax)) == nil)
        #expect(status(String(repeating: "a=1&", count: Limits.formFieldsMax + 1)) == 413)
        #expect(status("a=" + String(repeating: "x", count: Limits.formValueBytesMax)) == nil)
        #expect(status("a=" + String(repeating: "x", count: Limits.formValueBytesMax + 1)) == 422)
        #expect(status(String(repeating: "x", count: Limits.formNameBytesMax + 1)) == 422)
        #expect(status(String(repeating: "x", count: Limits.formBytesMax + 1)) == 413)
    }

    @Test func aReceivedCaseLeadsToItsReceipt() throws {
        let order = try ask.order("/console/cases", body: whole, type: type)
        let response = order.render(.done(answer: Array(#"{"number":"3701"}"#.utf8)))
        #expect(response.status == 303)
        #expect(response.headers["location"] == "/cases/3701")
        let refused = order.render(
            .refused(RuleRefusal("item-not-granted", "<未下沉>", category: .forbidden)))
        #expect(refused.status == 403)
        #expect(refused.text.contains("&lt;未下沉&gt;"))
    }

    @Test func aFormIsTheCommandThatItShows() throws {
        let order = try ask.order("/console/cases", body: whole + "&version=4", type: type)
        guard case .cases(let command) = order.command,
            case .receive(let application) = command.act
        else {
            Issue.record("it receives a case")
            return
        }
        #expect(application.item == "I1" && application.version == 4)
        #expect(application.person.name == "王 某" && application.channel == "window")
        #expect(application.materials.map(\.code) == ["M1", "M2"])
        let target = "/console/cases/\(Fixture.number)/correct"
        let gaps = "gaps=%E6%88%B7%E5%8F%A3%E7%B0%BF%0D%0A%0D%0A%E7%85%A7%E7%89%87"
        guard case .cases(let step) = try ask.order(target, body: gaps, type: type).command else {
            Issue.record("it is a step of a case")
            return
        }
        #expect(step.act == .correct(gaps: ["户口簿", "照片"], override: false, reason: ""))
    }

    @Test func aDoubleClickIsOneCommandAndAnotherApplicantIsNot() throws {
        let one = try ask.order("/console/cases", body: whole, type: type)
        let again = try ask.order("/console/cases", body: whole, type: type)
        let other = try ask.order(
            "/console/cases", body: whole + "&idNumber=370124194401081234", type: type)
        #expect(one.replayKey != nil)
        #expect(one.replayKey == again.replayKey)
        #expect(one.replayKey != other.replayKey)
        let keyless = try ask.order("/console/cases", body: "item=I1&applicant=a", type: type)
        #expect(keyless.replayKey == nil)
    }

    @Test(arguments: ["item=I1", "applicant=a", "", "item=+&applicant=a"])
    func whatIsMissingIsNamed(body: String) throws {
        let response = try ask.now(
            "POST", "/console/cases", [("Content-Type", type)], body: body)
        #expect(response.status == 422)
        #expect(response.text.contains("所涉字段"))
    }

    @Test func aStepIsBuiltOnWhatWasSeen() throws {
        let target = "/console/cases/\(Fixture.number)/accept"
        let tag = StateTag(of: Fixture.cases[0].state).text
        let order = try ask.order(target, body: "seen=\(tag)&key=k", type: type)
        #expect(order.render(.done(answer: [])).headers["location"] == "/cases/" + Fixture.number)
        let stale = try ask.now(
            "POST", target, [("Content-Type", type)], body: "seen=0000000000000000")
        #expect(stale.status == 412)
        #expect(stale.text.contains("请刷新"))
    }

    @Test func anotherSitesFormIsRefused() throws {
        for origin in ["http://evil.example", "null", "http://localhost:81"] {
            let response = try ask.now(
                "POST", "/console/cases", [("Content-Type", type), ("Origin", origin)], body: whole)
            #expect(response.status == 403)
        }
        _ = try ask.order(
            "/console/cases", [("Origin", "http://localhost")], body: whole, type: type)
    }

    @Test func theSyncButtonIsAnExchange() throws {
        let reply = try ask.reply("POST", "/console/sync", [("Content-Type", type)])
        guard case .exchange(let order) = reply else {
            Issue.record("it is an exchange")
            return
        }
        #expect(order.render(.done(ExchangeReport())).status == 303)
        #expect(order.render(.unreachable("x")).status == 503)
    }
}
