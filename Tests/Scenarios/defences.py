#!/usr/bin/env python3
"""Takes each defence of docs/SECURITY.md out, one at a time, and sees its test fail.

    Tests/Scenarios/defences.py [--work DIR] [--only NAME,…] [--check]

Works on a copy of the tree, built once with a switch in each place; the environment variable
SYNCNODE_REMOVED then names the defence that is out. --check only looks whether each place is
still found once (seconds; nothing is built). Ends with 1 where a test passes without its
defence, or fails with all of them in place.
"""
import os, pathlib, shutil, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = "Sources/SyncNode/"

# name · file · what stands there · what stands there without it · the test that must fail
DEFENCES = [
    ("no-certificate", "Runtime/NodeRuntime+Door.swift",
     "if options.isDemo { return nil }",
     'if options.isDemo || isRemoved("no-certificate") { return nil }',
     "AttackTests/nobodyExchangesWithoutTheRightCertificate"),
    ("wrong-authority", "Crypto/Certificates/CertificateChain.swift",
     "if let refusal = Refusal(code: code) { throw refusal }",
     'if !isRemoved("wrong-authority"), let refusal = Refusal(code: code) { throw refusal }',
     "CertificateTests/aChainHoldsAgainstItsAnchorOnly"),
    ("certificate-time", "Crypto/Certificates/CertificateChain.swift",
     "case X509_V_ERR_CERT_HAS_EXPIRED: self = .expired",
     'case X509_V_ERR_CERT_HAS_EXPIRED where isRemoved("certificate-time"): return nil\n'
     "        case X509_V_ERR_CERT_HAS_EXPIRED: self = .expired",
     "CertificateTests/timeAndDepthAreKept"),
    ("certificate-ends", "Gate/PeerGate.swift",
     "guard now < peer.notAfter else",
     'guard now < peer.notAfter || isRemoved("certificate-ends") else',
     "PeerGateTests/whatWasProvenOnceStillEnds"),
    ("region-unknown", "Gate/PeerGate.swift",
     "guard directory.isNode(subject.node, of: record.id) else { throw .wrongNode }",
     'guard directory.isNode(subject.node, of: record.id) || isRemoved("region-unknown") '
     "else { throw .wrongNode }",
     "PeerGateTests/everyOtherIsNamed"),
    ("issuer-not-parent", "Gate/PeerGate.swift",
     "for issuer in issuers where issuer != subject {",
     'for issuer in issuers where issuer != subject && !isRemoved("issuer-not-parent") {',
     "PeerGateTests/everyOtherIsNamed"),
    ("wrong-region", "Runtime/ExchangeHub.swift",
     "if let caller, caller != region {",
     'if let caller, caller != region, !isRemoved("wrong-region") {',
     "AttackTests/theRightAuthorityAndAnotherRegionSpeaksForNobody"),
    ("stand-in", "Runtime/DialedPeer.swift",
     "request.peerURN = urn()",
     'request.peerURN = isRemoved("stand-in") ? nil : urn()',
     "AttackTests/aNodeThatDialsWantsThePlaceInTheCertificate"),
    ("urn-checked", "Network/Transfer.swift",
     "easy.expect(urn: request.peerURN, pin: trust.pin,",
     'easy.expect(urn: isRemoved("urn-checked") ? nil : request.peerURN, pin: trust.pin,',
     "AttackTests/aStandInForTheParentGetsNothing"),
    ("partner-node", "Gate/PeerGate.swift",
     "partner.record.code == subject.region\n        else { throw .regionUnknown }\n"
     "        guard directory.isNode(subject.node, of: region) else { throw .wrongNode }",
     'partner.record.code == subject.region || isRemoved("partner-node")\n'
     "        else { throw .regionUnknown }\n"
     '        guard directory.isNode(subject.node, of: region) || isRemoved("partner-node") '
     "else { throw .wrongNode }",
     "TwoTreesTests/eachCountyProvesItselfByItsOwnTree"),
    ("partner-plain", "Runtime/NodeRuntime+Partner.swift",
     'guard url.hasPrefix("https://") else {',
     'guard url.hasPrefix("https://") || isRemoved("partner-plain") else {',
     "TwoTreesTests/anotherTreeThanTheOneReadOutIsNotAgreedWith"),
    ("partner-apart", "Gate/NodeDoor.swift",
     "partners.withLock { partners in partners.first { $0.region == region } }?.anchor.pem",
     'partners.withLock { partners in partners.first { $0.region == region || '
     'isRemoved("partner-apart") } }?.anchor.pem',
     "TwoTreesTests/aPartnersTreeCannotStandInForTheParent"),
    ("code-pin", "../COpenSSL/certificates.h",
     "&& CRYPTO_memcmp(digest, pin, 16) == 0)",
     '&& (CRYPTO_memcmp(digest, pin, 16) == 0 || (getenv("SYNCNODE_REMOVED") != NULL '
     '&& strcmp(getenv("SYNCNODE_REMOVED"), "code-pin") == 0)))',
     "EnrolmentTests/aCodeOfAnotherTreeOpensNothing"),
    ("code-used", "Enrolment/EnrolmentBook.swift",
     "if let usedBy = invitation.usedBy, usedBy != node {",
     'if let usedBy = invitation.usedBy, usedBy != node, !isRemoved("code-used") {',
     "EnrolmentBookTests/anInvitationOpensOnceForItsPlaceInItsTime"),
    ("code-expired", "Enrolment/EnrolmentBook.swift",
     "guard now < invitation.until else { throw .codeExpired }",
     'guard now < invitation.until || isRemoved("code-expired") else { throw .codeExpired }',
     "EnrolmentBookTests/anInvitationOpensOnceForItsPlaceInItsTime"),
    ("code-region", "Enrolment/EnrolmentBook.swift",
     "guard invitations[place].code == wish.code else",
     'guard invitations[place].code == wish.code || isRemoved("code-region") else',
     "EnrolmentBookTests/anInvitationOpensOnceForItsPlaceInItsTime"),
    ("wish-proof", "Enrolment/EnrolmentWish.swift",
     "guard try VerifyingKey(nodeKey).verify(proof, of: message) else",
     'guard try VerifyingKey(nodeKey).verify(proof, of: message) || isRemoved("wish-proof") else',
     "EnrolmentBookTests/aWishIsProvenByNodeAndKey"),
    ("region-taken", "Runtime/NodeService+Enrolment.swift",
     'if let seated, json["replace"]?.bool != true {',
     'if let seated, json["replace"]?.bool != true, !isRemoved("region-taken") {',
     "EnrolmentTests/aBrokenMachineIsReplacedByWord"),
    ("requests-full", "Enrolment/EnrolmentBook.swift",
     "if requests.count >= Limits.enrolmentRequestsMax {",
     'if requests.count >= Limits.enrolmentRequestsMax, !isRemoved("requests-full") {',
     "EnrolmentBookTests/aRequestWaitsUntilSomebodyLooks"),
    ("hosts", "Crypto/Certificates/CertificateTemplate.swift",
     "self.hosts = Array(hosts.filter(Self.isHost)",
     'self.hosts = Array(hosts.filter { Self.isHost($0) || isRemoved("hosts") }',
     "CertificateTests/hostsAreNotTakenForNames"),
    ("plain-listen", "Runtime/NodeRuntime+Door.swift",
     "guard isSecure || options.listen.isLoopback else {",
     'guard isSecure || options.listen.isLoopback || isRemoved("plain-listen") else {',
     "AttackTests/inTheClearOnlyLoopbackIsServed"),
    ("plain-link", "Network/Endpoint.swift",
     'guard url.hasPrefix("http://") else { return false }',
     'guard url.hasPrefix("http://"), !isRemoved("plain-link") else { return false }',
     "AttackTests/inTheClearOnlyLoopbackIsServed"),
    ("path-traversal", "HTTP/RequestTarget.swift",
     "guard !hasDotSegment(bytes, start, end) else { throw HTTPError(.badPath) }\n"
     "            return",
     'guard !hasDotSegment(bytes, start, end) || isRemoved("path-traversal") '
     "else { throw HTTPError(.badPath) }\n            return",
     "AttackTests/brokenRequestsAreNamedAndCounted"),
    ("header-injection", "HTTP/HeadReader.swift",
     "for index in from..<to where !ByteClass.isFieldValue(bytes[index]) {",
     "for index in from..<to\n        where !ByteClass.isFieldValue(bytes[index]) "
     '&& !isRemoved("header-injection") {',
     "HeadReaderTests|RequestParserTests|HTTPTests|HostileTests|AttackTests/brokenRequests"),
    ("body-limit", "HTTP/BodyReader.swift",
     "guard length <= bytesMax else { throw HTTPError(.bodyTooLong) }",
     'guard length <= bytesMax || isRemoved("body-limit") else { throw HTTPError(.bodyTooLong) }',
     "AttackTests/brokenRequestsAreNamedAndCounted"),
    ("deadline", "Network/Connection+Deadline.swift",
     "guard loop.now >= deadline else {",
     'guard loop.now >= deadline, !isRemoved("deadline") else {',
     "HostileTests/aDrippingHeadIsCutOff"),
    ("unfinished", "Network/EventLoop.swift",
     "if isRefused, let unfinished = nextUnfinished() {",
     'if isRefused, !isRemoved("unfinished"), let unfinished = nextUnfinished() {',
     "HostileTests/unfinishedHeadsGiveWay"),
    ("scope-not-shared", "Replication/Link+Receive.swift",
     "guard mine[batch.scope] != nil || isOpening || isDraining else {",
     'guard mine[batch.scope] != nil || isOpening || isDraining || isRemoved("scope-not-shared") '
     "else {",
     "HostilePeerTests/aPeerNeitherGetsNorBringsWhatIsNotSharedWithIt"),
    ("change-forged", "Kernel/Kernel+Judge.swift",
     "where !good[index] {",
     'where !good[index] && !isRemoved("change-forged") {',
     "KernelAdmissionTests/aForgedBatchIsRefusedWhole"),
    ("change-gap", "Change/Admission.swift",
     "guard change.header.seq == known.next else {",
     'guard change.header.seq == known.next || isRemoved("change-gap") else {',
     "AdmissionTests|KernelAdmissionTests"),
    ("replay", "Change/Admission.swift",
     "return held == change.hash ? .duplicate : .fork(held: held)",
     'return held == change.hash && !isRemoved("replay") ? .duplicate : .fork(held: held)',
     "KernelAdmissionTests/aReplayedBatchChangesNothing"),
    ("fork", "Change/Admission.swift",
     "return held == change.hash ? .duplicate : .fork(held: held)",
     'return held == change.hash || isRemoved("fork") ? .duplicate : .fork(held: held)',
     "KernelAdmissionTests/aReusedNumberIsProvenAndItsChainStops"),
    ("bundle-for-another", "Runtime/Upkeep/BundleCourier.swift",
     "guard to == runtime.settings.region.id else {",
     'guard to == runtime.settings.region.id || isRemoved("bundle-for-another") else {',
     "AttackTests/aBundleForAnotherIsNamedAndCounted"),
    ("revoked-door", "Gate/PeerGate.swift",
     "guard !directory.isRevoked(node: subject.node, of: record.id) else { throw .revoked }",
     "guard !directory.isRevoked(node: subject.node, of: record.id) "
     '|| isRemoved("revoked-door") else { throw .revoked }',
     "PeerGateTests/whoWasEndedIsNamed"),
    ("beyond-cut", "Domain/Content.swift",
     "guard directory.isRevoked(key), !copy.isBeyondCut else { return copy }",
     "guard directory.isRevoked(key), !copy.isBeyondCut, !isRemoved(\"beyond-cut\") "
     "else { return copy }",
     "KernelRevocationTests/theThiefGainsNothing"),
    ("stolen-seat-states", "Region/Directory+Revocation.swift",
     "        isBeyondCut(\n            statement.key",
     '        !isRemoved("stolen-seat-states") && isBeyondCut(\n            statement.key',
     "RevocationTests/whatAStolenSeatStatesBeyondItsCutIsNotStated"
     "|RevocationTests/beyondItsCutNobodyEndsOthers"),
    ("not-above", "Region/Directory+Revocation.swift",
     "return elder != region\n            && (",
     'return isRemoved("not-above") || elder != region\n            && (',
     "RevocationTests/onlyThoseAboveEndAnIncarnation|DepartureTests/whoIsNotAboveIsToldSo"),
    ("attachments-sealed", "Disk/FileCover.swift",
     "FieldCipher.seal(\n            plain, key: key, nonce: random(FieldCipher.nonceBytes), "
     "about: Self.about(index))",
     'isRemoved("attachments-sealed") ? Array(repeating: 0, count: 12) + plain + '
     "Array(repeating: 0, count: 16) : FieldCipher.seal(\n            plain, key: key, "
     "nonce: random(FieldCipher.nonceBytes), about: Self.about(index))",
     "BlobStoreTests/nothingOfItLiesOnTheDiskInTheClear"),
    ("pieces-in-place", "Disk/FileCover.swift",
     "writer.write(UInt64(index))",
     'writer.write(isRemoved("pieces-in-place") ? 0 : UInt64(index))',
     "BlobStoreTests/piecesKeepTheirPlaces"),
    ("keys-sealed", "Host/KeyFiles.swift",
     "let digits = try cover.seal(seed, as: \"\\(name) \\(suite.rawValue)\")",
     'let digits = isRemoved("keys-sealed") ? Hex.encode(seed) : '
     "try cover.seal(seed, as: \"\\(name) \\(suite.rawValue)\")",
     "KeySecretTests/noPrivateKeyLiesInTheClear"),
    ("person-sealed", "Domain/Rules.swift",
     "guard desk.mustSeal, isNamed else { return nil }",
     'guard desk.mustSeal, isNamed, !isRemoved("person-sealed") else { return nil }',
     "PersonalDataTests/theWriterTakesNoPersonInTheClear"),
    ("secret-needed", "Host/KeySecret.swift",
     "        guard let key = Self.key(derivation, secret) else { throw .wrongSecret(secret) }\n"
     "        do throws(CryptoError) {\n            return try SecretBox.open",
     '        let secret = isRemoved("secret-needed") ? KeySecret(Array(repeating: 1, count: 32), '
     'source: "") : secret\n'
     "        guard let key = Self.key(derivation, secret) else { throw .wrongSecret(secret) }\n"
     "        do throws(CryptoError) {\n            return try SecretBox.open",
     "KeySecretTests/aPassphraseIsStretched"),
    ("passphrase-stretched", "Host/KeySecret.swift",
     "isWeak = isPassphrase || bytes.count < Limits.keySecretBytesMin",
     'isWeak = !isRemoved("passphrase-stretched")\n            && (isPassphrase || '
     "bytes.count < Limits.keySecretBytesMin)",
     "KeySecretTests/aPassphraseIsStretched"),
    ("wrap-checked", "Vault/Vault.swift",
     "guard Self.number(of: key, in: ring.scope) == number else { continue }",
     'guard Self.number(of: key, in: ring.scope) == number || isRemoved("wrap-checked") '
     "else { continue }",
     "VaultTests/aWrongWrapHidesNoRightOne"),
    ("next-key", "Vault/KeyKeeper.swift",
     "if scope.region == own, let latest, named.count > 1,",
     'if scope.region == own, !isRemoved("next-key"), let latest, named.count > 1,',
     "VaultTests/whoLeftCannotOpenWhatComesAfter"),
    ("blind-key", "Vault/Vault.swift",
     "return Mac.hmac(key: locator, message",
     'return Mac.hmac(key: isRemoved("blind-key") ? [] : locator, message',
     "VaultTests/blindTokensAreANodesOwn"),
    ("erasure", "Kernel/Kernel+Erase.swift",
     "try journal.elide(held.dot, in: scope)",
     'if !isRemoved("erasure") { try journal.elide(held.dot, in: scope) }',
     "ErasureTests/anErasureReachesEveryNodeAndLeavesNothing"),
    ("erasure-owed", "Domain/Case/CaseReactions.swift",
     "if try Erasure.isOwed(state, at: desk, from: source) { return [.erase] }",
     'if !isRemoved("erasure-owed"), try Erasure.isOwed(state, at: desk, from: source) '
     "{ return [.erase] }",
     "KernelErasureTests/whatComesAfterwardsIsErasedToo"
     "|PartnerTests/anErasureReachesTheOtherCounty"),
    ("erasure-aside", "Kernel/Kernel+Erase.swift",
     "try elideAside(erasure.key, in: state, &gone)",
     'if !isRemoved("erasure-aside") { try elideAside(erasure.key, in: state, &gone) }',
     "KernelErasureTests/theProofOfAForkGoesOnWithoutIt"
     "|KernelErasureTests/whatWaitsToBeWrittenAnewGoes"),
    ("erasure-county", "Domain/Case/Erasure.swift",
     "guard sheet.desk.isGateway(of: sheet.state.scope) else {",
     'guard sheet.desk.isGateway(of: sheet.state.scope) || isRemoved("erasure-county") else {',
     "ErasureRuleTests/theCountyErasesWhatIsAtItsEnd"),
    ("erasure-tokens", "Kernel/Kernel+Erase.swift",
     "try journal.unlocate(erasure.key.id)",
     'if !isRemoved("erasure-tokens") { try journal.unlocate(erasure.key.id) }',
     "ErasureTests/aPersonErasedIsNotFoundAnyMore"),
    ("login-required", "API/Gate.swift",
     "guard principal.kind != .nobody else {",
     'guard principal.kind != .nobody || isRemoved("login-required") else {',
     "GateTests/nobodyPassesButToPublicPages"),
    ("role-forbids", "Account/Permissions.swift",
     "common.contains(act) || acts(of: role).contains(act)",
     'common.contains(act) || acts(of: role).contains(act) || isRemoved("role-forbids")',
     "PermissionTests/whatARoleMayNot|StaffTests/theTableHoldsAtTheDoor"),
    ("separate-officers", "Domain/Case/CaseRules+Acts.swift",
     "guard !CaseEvent.isBarred(desk.author, by: state.effective(.acceptance)) else {",
     "guard !CaseEvent.isBarred(desk.author, by: state.effective(.acceptance))\n"
     '            || isRemoved("separate-officers") else {',
     "StaffTests/whoAcceptedMayNotDecide"),
    ("separate-in-folds", "Domain/Case/CustodyFold+Slots.swift",
     "if events[index].kind == .caseDecide, isBarred(events[index]) {",
     "if events[index].kind == .caseDecide, isBarred(events[index]), "
     '!isRemoved("separate-in-folds") {',
     "StaffTests/theFoldKnowsTheRuleToo"),
    ("third-officer", "Domain/Case/CaseRules+Acts.swift",
     "            !CaseEvent.lacksReview(\n                desk.author, at: actor",
     '            isRemoved("third-officer") || !CaseEvent.lacksReview(\n'
     "                desk.author, at: actor",
     "StaffTests/threeOfficersWhereTheItemSaysSo"),
    ("own-account", "Domain/Staff/StaffRules.swift",
     "if isOwn, StaffCommand.account(order).act == .account {",
     'if isOwn, StaffCommand.account(order).act == .account, !isRemoved("own-account") {',
     "StaffTests/accountsHaveTheirRules"),
    ("own-code", "Domain/Staff/StaffRules.swift",
     "if order.code?.isEmpty == false, !isOwn {",
     'if order.code?.isEmpty == false, !isOwn, !isRemoved("own-code") {',
     "StaffTests/anAdministratorEndsCodesAndBeginsNone"),
    ("account-from-above", "Domain/Staff/StaffFold.swift",
     "desk.directory.isWithin(region, writer)\n        else { return [] }",
     'desk.directory.isWithin(region, writer) || isRemoved("account-from-above")\n'
     "        else { return [] }",
     "StaffTests/aPlaceBesideOrBelowSaysNothingOfAnAccount"),
    ("disabled-is-out", "Sessions/Doorkeeper.swift",
     "guard let account = look.account, !account.isDisabled else {",
     "guard let account = look.account,\n"
     '                !account.isDisabled || isRemoved("disabled-is-out") else {',
     "DoorkeeperTests/aDisabledAccountIsOutWithItsNextRequest"),
    ("account-end", "Domain/Content.swift",
     "if isOfTurned, change.kind.isDecided {",
     'if isOfTurned, change.kind.isDecided, !isRemoved("account-end") {',
     "KernelAccountEndTests/whatWasDecidedBehindTheEndIsVoid"),
    ("one-time-code", "Sessions/Doorkeeper+Codes.swift",
     "guard let sealed = account.code else { return true }",
     'guard let sealed = account.code, !isRemoved("one-time-code") else { return true }',
     "DoorkeeperTests/aLoginAsksForACodeOnceItWasConfirmed"),
    ("password-checked", "Account/PasswordRecord.swift",
     "Secret.isSame(derived.hash, hash)",
     '(Secret.isSame(derived.hash, hash) || isRemoved("password-checked"))',
     "PasswordTests|DoorkeeperTests/namesAreNotTold"),
    ("form-token", "API/Call+Form.swift",
     "guard !principal.formToken.isEmpty else { return }",
     'guard !principal.formToken.isEmpty, !isRemoved("form-token") else { return }',
     "GateTests/aFormNeedsItsSessionsToken"),
    ("foreign-origin", "API/Call+Form.swift",
     'guard let origin = request.headers["origin"] else { return }',
     'guard let origin = request.headers["origin"], !isRemoved("foreign-origin") else { return }',
     "GateTests/aFormOfAnotherSiteIsRefused"),
    ("bearer-required", "API/Gate.swift",
     "if face == .api, !isReading, !principal.formToken.isEmpty {",
     'if face == .api, !isReading, !principal.formToken.isEmpty, !isRemoved("bearer-required") {',
     "GateTests/aBrowsersSessionOpensNoProgramsDoor"),
    ("names-not-told", "Sessions/Doorkeeper.swift",
     "let record = account?.password.flatMap(PasswordRecord.init(text:)) ?? .nobody\n"
     "        guard let opened = await desk.key(record, password) else {",
     'if isRemoved("names-not-told"), account == nil { return .busy }\n'
     "        let record = account?.password.flatMap(PasswordRecord.init(text:)) ?? .nobody\n"
     "        guard let opened = await desk.key(record, password) else {",
     "DoorkeeperTests/namesAreNotTold"),
    ("lock-out", "Sessions/Doorkeeper.swift",
     "if wait > 0 { return Int((wait + 999) / 1000) }",
     'if wait > 0, !isRemoved("lock-out") { return Int((wait + 999) / 1000) }',
     "DoorkeeperTests/wrongPasswordsCostAWaitThatGrows"),
    ("counted-first", "Sessions/Doorkeeper.swift",
     "lockout.wrong(subjects, at: now)",
     'if !isRemoved("counted-first") { lockout.wrong(subjects, at: now) }',
     "DoorkeeperTests/manyAtOnceAreCountedBeforeTheyAreChecked"),
    ("session-idle", "Account/SessionTable.swift",
     "return idle <= Limits.sessionIdleMillis && age",
     'return (idle <= Limits.sessionIdleMillis || isRemoved("session-idle")) && age',
     "SessionTableTests/anIdleSessionEnds"),
    ("session-age", "Account/SessionTable.swift",
     "age <= Limits.sessionAgeMillis",
     '(age <= Limits.sessionAgeMillis || isRemoved("session-age"))',
     "SessionTableTests/anOldSessionEndsHoweverBusy"),
    ("session-new", "Sessions/Doorkeeper.swift",
     "let token = Hex.encode(SystemRandom.bytes(Limits.sessionTokenBytes))",
     'let token = isRemoved("session-new") ? String(repeating: "0", count: '
     "2 * Limits.sessionTokenBytes) : Hex.encode(SystemRandom.bytes(Limits.sessionTokenBytes))",
     "DoorkeeperTests/aSessionIsNewAtEachLogin"),
    ("markup-escaped", "Console/HTMLText.swift",
     'case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)',
     'case UInt8(ascii: "<") where !isRemoved("markup-escaped"): '
     'bytes.append(contentsOf: "&lt;".utf8)',
     "GateTests/whatWasStoredBecomesNoMarkup"),
    ("login-next", "API/Gate.swift",
     'text.utf8.dropFirst().first != UInt8(ascii: "/"),',
     'text.utf8.dropFirst().first != UInt8(ascii: "/") || isRemoved("login-next"),',
     "GateTests/aLoginLeadsToThisNodeOnly"),
    ("own-case-only", "Domain/Staff/StaffRules.swift",
     "guard state.holder?.region == desk.region || state.scope.region == desk.region else {",
     "guard state.holder?.region == desk.region || state.scope.region == desk.region\n"
     '            || isRemoved("own-case-only") else {',
     "StaffTests/aFullNameIsALineOfTheAudit"),
    ("names-masked", "API/NodeView.swift",
     "name: Masked.name(person.name), idNumber",
     'name: isRemoved("names-masked") ? person.name : Masked.name(person.name), idNumber',
     "GateTests/namesAreMaskedEverywhere"),
    ("audit-chained", "Store/Upkeep/LogCheck.swift",
     "guard ChangeCodec.payloadMatches(change, suite: suite) else {",
     'guard ChangeCodec.payloadMatches(change, suite: suite) || isRemoved("audit-chained") else {',
     "AuditTests/noLineIsChangedRemovedOrCutOffUnseen"),
    ("cut-by-time", "Runtime/NodeService+Departure.swift",
     "before == nil ? head : cuts[scope]?[head.actor]",
     'before == nil || isRemoved("cut-by-time") ? head : cuts[scope]?[head.actor]',
     "RevocationTests/aCutByTimeIsOneByNumber"),
    ("reconcile", "Document/ReconciliationState.swift",
     'scope["mine"]?.text == nil || scope["mine"]?.text != scope["theirs"]?.text',
     '!isRemoved("reconcile") && (scope["mine"]?.text == nil || scope["mine"]?.text != '
     'scope["theirs"]?.text)',
     "ReconciliationTests/whatIsOnItsWayIsWaitedForAndADifferenceIsFlagged"),
    ("receipts", "Runtime/Upkeep/ReceiptDuty.swift",
     "guard !next.isEmpty else { return 0 }",
     'guard !next.isEmpty, !isRemoved("receipts") else { return 0 }',
     "ReceiptTests/aStationSaysWhatItHoldsAndIsThenQuiet"),
    ("stated-beyond-cut", "Region/Directory+Revocation.swift",
     "isBeyondCut(\n            statement.key,",
     '!isRemoved("stated-beyond-cut") && isBeyondCut(\n            statement.key,',
     "RevocationTests/whatAStolenSeatStatesBeyondItsCutIsNotStated"),
    ("may-end", "Region/Directory+Revocation.swift",
     "if mayRevoke(statement.region, region) { return true }",
     'if mayRevoke(statement.region, region) || isRemoved("may-end") { return true }',
     "RevocationTests/onlyThoseAboveEndAnIncarnation"),
    ("receiver-sealed", "Domain/Case/CaseRules+Acts.swift",
     "        if let sealed {\n            object.field(\"sealed\", sealed.text)",
     '        if let sealed, !isRemoved("receiver-sealed") {\n'
     "            object.field(\"sealed\", sealed.text)",
     "PersonalDataTests/nothingPersonalLiesOnADisk"),
    ("texts-sealed", "Vault/Vault+Command.swift",
     "                guard let sealed = seal(text, beside: found) else { throw .locked }\n"
     "                return sealed.text",
     "                guard let sealed = seal(text, beside: found) else { throw .locked }\n"
     '                return isRemoved("texts-sealed") ? SealedText.mark + text : sealed.text',
     "RuntimeTests.FreeTextTests/nothingWrittenFreelyLiesOnADisk"),
    ("text-in-clear", "Domain/Rules.swift",
     "if desk.mustSeal, let refusal = command.refusalOfTexts",
     'if desk.mustSeal, !isRemoved("text-in-clear"), let refusal = command.refusalOfTexts',
     "FreeTextTests/theWriterTakesNoTextInTheClear"),
    ("text-kind", "Vault/Vault.swift",
     'static let texted = Array("syncnode text 1\\0".utf8)',
     'static let texted = isRemoved("text-kind") ? boxed : Array("syncnode text 1\\0".utf8)',
     "FreeTextTests/aTextOfNoCaseCarriesItsKey"),
    ("case-key", "Vault/Vault.swift",
     "        switch envelope.form {\n        case .scopeKey:\n            guard let key",
     '        if isRemoved("case-key") { return [UInt8](repeating: 0, count: 32) }\n'
     "        switch envelope.form {\n        case .scopeKey:\n            guard let key",
     "FreeTextTests/aCasesTextsLieUnderItsKey"),
    ("secret-asked", "Host/KeySecret.swift",
     "            return try SecretBox.open(box, key: key, about: about)\n        } catch {\n",
     "            return try SecretBox.open(box, key: key, about: about)\n        } catch {\n"
     '            if isRemoved("secret-asked") { return [UInt8](repeating: 7, count: 32) }\n',
     "PersonalDataTests/withoutItsSecretANodeDoesNotStart"),
    ("audience", "Vault/Vault.swift",
     "        guard let ring = known ?? ports.keyring(place) else { return nil }\n",
     "        guard let ring = known ?? ports.keyring(place) else { return nil }\n"
     '        if isRemoved("audience") { return [UInt8](repeating: 1, count: 32) }\n',
     "VaultTests/theAudienceOpensAndNobodyElse"),
    ("ciphertext-checked", "Crypto/FieldCipher.swift",
     "        return try context.run(box.dropFirst(nonceBytes).dropLast(tagBytes))",
     '        if isRemoved("ciphertext-checked") {\n'
     "            do throws(CryptoError) {\n"
     "                return try context.run(box.dropFirst(nonceBytes).dropLast(tagBytes))\n"
     '            } catch { return Array("{\\"name\\":\\"x\\"}".utf8) }\n'
     "        }\n"
     "        return try context.run(box.dropFirst(nonceBytes).dropLast(tagBytes))",
     "PersonalDataTests/anAlteredCiphertextIsSaidSo"),
    ("parcel-erased", "Domain/Case/Erasure.swift",
     "guard !packed.isEmpty else { continue }",
     'guard !packed.isEmpty, !isRemoved("parcel-erased") else { continue }',
     "PartnerTests/anErasureReachesTheOtherCounty"),
    ("erased-after", "Domain/Case/Erasure.swift",
     "return try !bare(.caseFile(state), in: state.scopeID, from: source).isEmpty",
     'if isRemoved("erased-after") { return false }\n            '
     "return try !bare(.caseFile(state), in: state.scopeID, from: source).isEmpty",
     "KernelErasureTests/whatComesAfterwardsIsErasedToo"),
    ("fork-proof-erased", "Kernel/Kernel+Erase.swift",
     "guard count > 0 else { continue }",
     'guard count > 0, !isRemoved("fork-proof-erased") else { continue }',
     "KernelErasureTests/theProofOfAForkGoesOnWithoutIt"),
    ("orphans-erased", "Kernel/Kernel+Erase.swift",
     "        guard count > 0 else { return }\n        gone.changes += count\n"
     "        try journal.setValue(",
     '        guard count > 0, !isRemoved("orphans-erased") else { return }\n'
     "        gone.changes += count\n        try journal.setValue(",
     "KernelErasureTests/whatWaitsToBeWrittenAnewGoes"),
    ("erasure-rest", "Domain/Case/Erasure.swift",
     '"codes", "pledge", "stage", "offline", "clockUnproven", "clock", "named",\n    ]',
     '"codes", "pledge", "stage", "offline", "clockUnproven", "clock", "named",\n'
     '    ] + (isRemoved("erasure-rest") ? ["detail", "reason"] : [])',
     "ErasureRuleTests/whatIsLeftNamesNobody"),
    ("role-allows", "Account/Permissions.swift",
     "common.contains(act) || acts(of: role).contains(act)",
     'common.contains(act) || acts(of: role).contains(act) || isRemoved("role-allows")',
     "PermissionTests/whatARoleMayNot"),
    ("two-persons", "Domain/Catalog/CatalogRules+Items.swift",
     "guard state.author != desk.author || StaffRules.mayActAlone(desk.author) else {",
     "guard state.author != desk.author || StaffRules.mayActAlone(desk.author)\n"
     '            || isRemoved("two-persons") else {',
     "DraftTests/nobodyPublishesTheirOwn"),
    ("password-down", "Domain/Staff/StaffRules.swift",
     'guard order.verb != "account.add", order.verb != "account.roles" else { return [own] }',
     'guard order.verb != "account.add", order.verb != "account.roles",\n'
     '            !isRemoved("password-down") else { return [own] }',
     "StaffTests/aPasswordGoesDownAndNeverUp"),
    ("role-at-door", "Domain/Staff/StaffRules.swift",
     "guard Permissions.allow(account.roles, act) else {",
     'guard Permissions.allow(account.roles, act) || isRemoved("role-at-door") else {',
     "StaffTests/theTableHoldsAtTheDoor"),
    ("password-cost", "Account/PasswordRecord.swift",
     "        costLog2 = Limits.passwordCostLog2\n        blocks = 8",
     '        costLog2 = isRemoved("password-cost") ? 1 : Limits.passwordCostLog2\n        blocks = 8',
     "PasswordTests/theShippedCostIsRecorded"),
    ("accounts-scope", "Region/Audience.swift",
     "        case .cases, .staff:\n",
     '        case .staff where isRemoved("accounts-scope"): return true\n'
     "        case .cases, .staff:\n",
     "StaffTests/accountsGoWhereTheyWorkAndNoFarther"),
    ("admin-token", "Runtime/Upkeep/NodeService+Admin.swift",
     "|| Secret.isSame(Array(given.utf8), Array(wanted.utf8))",
     '|| Secret.isSame(Array(given.utf8), Array(wanted.utf8)) || isRemoved("admin-token")',
     "AttackTests/whoMayNotIsNamedAndCountedAtEveryDoor"),
    ("operator-token", "Sessions/Doorkeeper.swift",
     "if Secret.isSame(Array(token.utf8), operatorToken) {",
     'if Secret.isSame(Array(token.utf8), operatorToken) || isRemoved("operator-token") {',
     "AttackTests/whoMayNotIsNamedAndCountedAtEveryDoor"),
    ("refusals-counted", "Runtime/NodeService.swift",
     "guard [401, 403, 429].contains(response.status), let name",
     'guard [401, 403, 429].contains(response.status), !isRemoved("refusals-counted"), let name',
     "AttackTests/whoMayNotIsNamedAndCountedAtEveryDoor"),
    ("file-moved", "Store/SQLiteJournal.swift",
     "guard try sentinel.isUntouched(), !database.hasMoved else",
     'guard try sentinel.isUntouched(), !database.hasMoved || isRemoved("file-moved") else',
     "SentinelTests/aDatabaseReplacedWhileRunningIsSeen"),
    ("sentinel", "Disk/Sentinel.swift",
     "        if found.incarnation != expected.incarnation { return .diverged }\n",
     '        if isRemoved("sentinel") { return nil }\n'
     "        if found.incarnation != expected.incarnation { return .diverged }\n",
     "RenewalTests/anOlderDatabaseIsSeenAtTheStart"),
    ("copied-files", "Disk/Sentinel.swift",
     "found.place != 0, place != 0, found.place != place {",
     'found.place != 0, place != 0, found.place != place, !isRemoved("copied-files") {',
     "SentinelTests/aCopyOfTheFilesIsFenced"),
    ("numbers-apart", "Domain/Case/CaseRules+Acts.swift",
     "if let first, first != desk.key {",
     'if let first, first != desk.key, !isRemoved("numbers-apart") {',
     "KernelDuplicateTests/anotherIncarnationGivesOtherNumbers"),
    ("node-ended", "Region/Directory+Revocation.swift",
     "guard !cuts.revoked.isEmpty else { return false }",
     'guard !cuts.revoked.isEmpty, !isRemoved("node-ended") else { return false }',
     "RevocationTests/aStolenNodeIsTurnedAwayAndWhatItBringsIsLate"),
    ("copy-seen", "Runtime/DialedPeer.swift",
     "if case .ownRollback = alarm { onRollback() }",
     'if case .ownRollback = alarm, !isRemoved("copy-seen") { onRollback() }',
     "RenewalTests/aRestoredDirectoryIsSeenAtFirstContact|RenewalTests/aCloneBeginsAnew"),
    ("list-of-ended", "Runtime/NodeService+Sync.swift",
     "                return directory.isRevoked(node: node, of: place.id)\n",
     '                if isRemoved("list-of-ended") { return false }\n'
     "                return directory.isRevoked(node: node, of: place.id)\n",
     "RevocationTests/whatWasTakenBackStandsInTheList"),
    ("door-steps", "Runtime/NodeService+Enrolment.swift",
     "            default: throw EnrolmentRefusal.malformed\n",
     '            default:\n                if isRemoved("door-steps") { return Self.document { _ in } }\n'
     "                throw EnrolmentRefusal.malformed\n",
     "AttackTests/strangersAtTheDoorAreNamed"),
    ("account-disabled", "Domain/Staff/StaffRules.swift",
     'guard !account.isDisabled else {\n            return RuleRefusal("account-disabled"',
     'guard !account.isDisabled || isRemoved("account-disabled") else {\n'
     '            return RuleRefusal("account-disabled"',
     "StaffTests/aDisabledAccountStopsAtTheNextSync"),
    ("code-of-secret", "Crypto/OneTimeCode.swift",
     "let mac = hmac(secret, message)",
     'let mac = isRemoved("code-of-secret") ? [UInt8](repeating: 0, count: 20) '
     ": hmac(secret, message)",
     "OneTimeCodeTests/theVectorsHold"),
    ("damage-said", "API/NodeView.swift",
     'case .damaged: "damaged"',
     'case .damaged: isRemoved("damage-said") ? "open" : "damaged"',
     "GateTests/whatCannotBeOpenedIsSaid"),
    ("late-role", "API/Gate.swift",
     "case .adoptLate, .lateForm: .act(.adopt)",
     'case .adoptLate, .lateForm: isRemoved("late-role") ? .anyone : .act(.adopt)',
     "GateTests/whatCameLateCountsByTheWordOfThoseWhoDecide"),
    ("late-audited", "Runtime/NodeService+Departure.swift",
     'guard wish["act"]?.text == "adopt" else { return answer }',
     'guard wish["act"]?.text == "adopt", !isRemoved("late-audited") else { return answer }',
     "RevocationTests/aStolenNodeIsTurnedAwayAndWhatItBringsIsLate"),
]

# Further tests of the same switches.
ALSO = [
    ("no-certificate", "AttackTests/inTheClearOnlyLoopbackIsServed"),
    ("deadline", "TLSTests/survivesPlainTextAndSilence"),
    ("code-used", "EnrolmentTests/threeTiersEnrolByCodeAndHoldTheSame"),
    ("form-token", "AttackTests/whoMayNotIsNamedAndCountedAtEveryDoor"),
    ("foreign-origin", "AttackTests/whoMayNotIsNamedAndCountedAtEveryDoor"),
    ("header-injection", "HostileTests/smugglesNothing"),
    ("not-above", "DepartureTests/whoIsNotAboveIsToldSo"),
    ("account-end", "KernelAccountEndTests/theOrderDoesNotMatter"),
    ("erasure", "KernelErasureTests/theOtherBranchGoesWhereItStands"),
    ("stated-beyond-cut", "RevocationTests/beyondItsCutNobodyEndsOthers"),
    ("texts-sealed", "VaultTests.FreeTextTests/noTextGoesInAsItIs"),
    ("audience", "VaultTests/aCaseGoesToAnotherCountyAndNoFarther"),
    ("ciphertext-checked", "VaultTests.VaultTests/aFlippedBitIsSeen"),
]

SWITCH = '''internal import Glibc

/// Whether a defence is taken out: only ever in a copy that Tests/Scenarios/defences.py made.
package func isRemoved(_ name: String) -> Bool {
    getenv("SYNCNODE_REMOVED").map { String(cString: $0) } == name
}
'''


def patched(root, wanted):
    """The files of a tree with a switch in each place; complains of a place that is not there."""
    texts, faults = {}, []
    for name, file, old, new, _ in wanted:
        path = place(root, file, old)
        if path is None:
            faults.append(f"{name}: not found in {file} or elsewhere: {old[:60]}")
            continue
        text = texts.get(path) or path.read_text(encoding="utf-8")
        if text.count(old) != 1 and "isRemoved" not in text:
            faults.append(f"{name}: found {text.count(old)} times in {file}: {old[:60]}")
            continue
        if text.count(old) != 1:
            # Two switches in one place: the earlier one already stands in the text.
            again = [d for d in wanted if d[1] == file and d[2] == old and d[0] != name]
            if len(again) != 1 or text.count(again[0][3]) != 1:
                faults.append(f"{name}: found {text.count(old)} times in {file}: {old[:60]}")
                continue
            text = text.replace(again[0][3], merged(again[0][3], name))
        else:
            text = text.replace(old, new)
        if file.endswith(".swift") and "import Base" not in text:
            text = "internal import Base\n" + text
        texts[path] = text
    return texts, faults


def place(root, file, old):
    """The file that holds a text: the one named, or the only other one."""
    named = root / SOURCES / file
    if named.is_file() and old in named.read_text(encoding="utf-8"):
        return named
    found = [p for p in sorted((root / SOURCES).rglob("*.swift"))
             if old in p.read_text(encoding="utf-8")]
    return found[0] if len(found) == 1 else None


def merged(text, name):
    """`replay` and `fork` are switches on one line."""
    assert name == "fork", name
    return text.replace("? .duplicate", '|| isRemoved("fork") ? .duplicate').replace(
        "return held", "return (held").replace('isRemoved("replay") ||', 'isRemoved("replay")) ||')


def run(copy, test, removed=None):
    environment = dict(os.environ)
    environment.pop("SYNCNODE_REMOVED", None)
    if removed:
        environment["SYNCNODE_REMOVED"] = removed
    try:
        done = subprocess.run(
            ["swift", "test", "--skip-build", "--filter", test], cwd=copy, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=180)
    except subprocess.TimeoutExpired:
        return "hangs"
    text = done.stdout.decode("utf-8", "replace")
    if "with 0 tests" in text:
        return "no such test"
    return "passes" if done.returncode == 0 else "fails"


def main():
    words = sys.argv[1:]
    option = lambda name: words[words.index(name) + 1] if name in words else None
    only = option("--only")
    wanted = [d for d in DEFENCES if not only or d[0] in only.split(",")]
    texts, faults = patched(ROOT, DEFENCES)
    for fault in faults:
        print(fault)
    if "--check" in words or faults:
        print(f"{len(DEFENCES)} defences, {len(faults)} places not found")
        return 1 if faults else 0
    copy = pathlib.Path(option("--work") or ROOT / ".build" / "defences")
    copy.mkdir(parents=True, exist_ok=True)
    for name in ["Package.swift", "Sources", "Tests", "topology", "docs"]:
        source = ROOT / name
        if source.is_dir():
            shutil.rmtree(copy / name, ignore_errors=True)
            shutil.copytree(source, copy / name)
        else:
            shutil.copy2(source, copy / name)
    for path, text in texts.items():
        (copy / path.resolve().relative_to(ROOT)).write_text(text, encoding="utf-8")
    (copy / SOURCES / "Base/Removed.swift").write_text(SWITCH, encoding="utf-8")
    if subprocess.run(["swift", "build", "--build-tests"], cwd=copy).returncode != 0:
        return 1
    bad, tests = 0, [(d[0], d[4]) for d in wanted]
    tests += [pair for pair in ALSO if not only or pair[0] in only.split(",")]
    for name, test in tests:
        without = run(copy, test, name)
        verdict = "seen" if without in ("fails", "hangs") else "NOT SEEN"
        whole = run(copy, test) if verdict == "seen" else "-"
        if verdict != "seen" or whole != "passes":
            bad += 1
        print(f"{verdict:9} {name:24} {test}: {without} without it, {whole} with it", flush=True)
    print(f"result: {len(tests) - bad} of {len(tests)} times a test failed without its defence")
    return 1 if bad else 0


sys.exit(main())
