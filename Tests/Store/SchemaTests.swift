import Base
import Foundation
import Kernel
import Testing

@testable import Store

/// The file itself: versions, errors, views.
@Suite struct SchemaTests {
    let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    private func failure(_ body: () throws -> Void) -> JournalError? {
        do {
            try body()
            return nil
        } catch {
            return error as? JournalError
        }
    }

    @Test func aNewerSchemaIsRefusedByNumber() throws {
        try fixture.inService()
        try Database(path: fixture.directory.database, mode: .write)
            .execute("PRAGMA user_version = 99")
        guard case .failed(let text) = failure({ _ = try fixture.open() }) else {
            Issue.record("not refused")
            return
        }
        #expect(text.contains("schema 99"))
        #expect(text.contains("up to \(Schema.version)"))
    }

    @Test func anotherProgramsDatabaseIsRefused() throws {
        try fixture.directory.create()
        try Database(path: fixture.directory.database, mode: .write)
            .execute("CREATE TABLE other (a)")
        guard case .failed = failure({ _ = try fixture.open() }) else {
            Issue.record("not refused")
            return
        }
    }

    @Test func garbageIsDamage() throws {
        try fixture.directory.create()
        try Data(repeating: 9, count: 8192).write(
            to: URL(fileURLWithPath: fixture.directory.database))
        guard case .damaged = failure({ _ = try fixture.open() }) else {
            Issue.record("not seen")
            return
        }
    }

    @Test func aReadOnlyFolderIsNamed() throws {
        try fixture.directory.create()
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o500], ofItemAtPath: fixture.directory.path)
        defer {
            do {
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o700], ofItemAtPath: fixture.directory.path)
            } catch {
                Issue.record(error)
            }
        }
        // Root may write anywhere: there the folder opens, which is as it should be.
        guard getuid() != 0 else { return }
        guard case .locked = failure({ _ = try fixture.open() }) else {
            Issue.record("not seen")
            return
        }
    }

    @Test func aFullDatabaseIsFullAndGoesOnReading() throws {
        try fixture.inService()
        let journal = try fixture.open()
        let pages = try journal.database.number("PRAGMA page_count")
        try journal.database.execute("PRAGMA max_page_count = \(pages + 3)")
        #expect(failure { try fixture.grow(journal, by: 3, bodyBytes: 20_000) } == .full)
        #expect(!journal.isInTransaction)
        #expect(try fixture.height(journal) == 3)
        try journal.database.execute("PRAGMA max_page_count = 1000000")
        let town = try journal.chain(fixture.town.actor, in: fixture.scope.id)
        #expect(town?.head.seq.rawValue == 3)
    }

    @Test func theViewsAnswerAnyTool() throws {
        try fixture.inService()
        let journal = try fixture.open()
        let scope = fixture.scope.id.hex
        #expect(
            try journal.database.number(
                "SELECT count(*) FROM v_change WHERE scope = '\(scope)' AND seq > 1") == 2)
        #expect(try journal.database.number("SELECT sum(signed) FROM v_change") == 1)
        #expect(try journal.database.number("SELECT changes FROM v_peer") == 3)
        #expect(try journal.database.number("SELECT count(*) FROM v_case") == 0)
        #expect(try journal.database.number("SELECT count(*) FROM v_item") == 0)
        #expect(try journal.database.number("PRAGMA application_id") == Schema.applicationID)
    }
}
