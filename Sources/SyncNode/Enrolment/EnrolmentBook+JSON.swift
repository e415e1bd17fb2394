package import Base

/// As it is stored, and as people see it.
extension EnrolmentBook {
    /// The name of the store's value that keeps it.
    package static let valueName = "enrolment"

    /// The bytes that the store keeps.
    package var encoded: [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.object { object in
            object.array("invitations") { array in
                for one in invitations { array.object { one.write(to: &$0, at: nil) } }
            }
            object.array("requests") { array in
                for one in requests { array.object { one.write(to: &$0, isForPeople: false) } }
            }
            object.array("issued") { array in
                for one in issued { array.object { one.write(to: &$0) } }
            }
        }
        return writer.bytes
    }

    /// nil where the bytes are not of the form that `encoded` gives.
    package init?(_ bytes: [UInt8]) {
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: bytes)
        } catch {
            return nil
        }
        guard let invitations = json["invitations"]?.array, let requests = json["requests"]?.array,
            let issued = json["issued"]?.array
        else { return nil }
        self.init(
            invitations: invitations.compactMap(Invitation.init(_:)),
            requests: requests.compactMap(WaitingRequest.init(_:)),
            issued: issued.compactMap(IssuedCertificate.init(_:)))
        guard self.invitations.count == invitations.count,
            self.requests.count == requests.count, self.issued.count == issued.count
        else { return nil }
    }

    /// Invitations and requests, the newest first, for people.
    package func write(to writer: inout JSONWriter, at now: Instant) {
        writer.array("invitations") { array in
            for one in invitations.reversed() { array.object { one.write(to: &$0, at: now) } }
        }
        writer.array("requests") { array in
            for one in requests.reversed() {
                array.object { one.write(to: &$0, isForPeople: true) }
            }
        }
        writer.array("certificates") { array in
            for one in issued {
                array.object { object in
                    one.write(to: &object)
                    object.field("daysLeft", now.wholeDays(until: one.until))
                }
            }
        }
    }
}
