import Base
import Change
import Civil
import Testing

@testable import Counter

/// When a reminder is due.
@Suite struct CertificateTests {
    @Test(
        arguments: [
            (91, nil), (90, 90), (61, 90), (60, 60), (31, 60), (30, 30), (0, 30), (-1, nil),
        ] as [(Int, Int?)])
    func theStageOfADay(left: Int, stage: Int?) {
        #expect(ReminderStage(daysLeft: left)?.rawValue == stage)
    }

    /// 有效期至 2026-12-23: ninety days before it is 2026-09-24.
    @Test func aStageIsToldOnce() throws {
        var state = CertificateState(scope: .cases(RegionID(7), year: 2026))
        state.validUntil = CivilDate("2026-12-23")
        func due(_ day: String) throws -> Int? {
            state.due(on: try #require(CivilDate(day)))?.rawValue
        }
        #expect(try due("2026-09-23") == nil)
        #expect(try due("2026-09-24") == 90)
        #expect(try due("2026-10-24") == 60)
        #expect(try due("2026-11-23") == 30)
        #expect(try due("2026-12-23") == 30)
        #expect(try due("2026-12-24") == nil)
        state.isRevoked = true
        #expect(try due("2026-11-23") == nil)
    }

    @Test func theLifeOfAParcelIsWhole() {
        let allowed: [MailingStatus: [MailingAct]] = [
            .packed: [.collect, .giveBack], .carried: [.receive, .giveBack, .lose],
            .lost: [.receive, .giveBack],
        ]
        for status in MailingStatus.allCases {
            for act in MailingAct.allCases {
                let isAllowed = allowed[status]?.contains(act) ?? false
                #expect((act.next(from: status) != nil) == isAllowed, "\(status) \(act)")
            }
        }
    }
}
