import Foundation
import Testing
import Vocabulary

@testable import Reporting

/// When a digest is due, over the days on which clocks are moved.
struct DigestScheduleTests {
    private func schedule(_ time: String, _ zone: String = "Europe/Stockholm") throws -> DigestSchedule {
        let parts = time.split(separator: ":").compactMap { Int($0) }
        return DigestSchedule(
            minuteOfDay: parts[0] * 60 + parts[1],
            zone: try #require(TimeZone(identifier: zone))
        )
    }

    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(iso8601: text)) }

    @Test(arguments: [
        // An ordinary winter and summer day.
        ("07:00", "2026-01-10T00:00:00Z", "2026-01-10T06:00:00Z"),
        ("07:00", "2026-07-10T00:00:00Z", "2026-07-10T05:00:00Z"),
        // The moment itself is not after itself; a millisecond before, it is.
        ("07:00", "2026-01-10T06:00:00Z", "2026-01-11T06:00:00Z"),
        ("07:00", "2026-01-10T05:59:59.999Z", "2026-01-10T06:00:00Z"),
        // Over the night of either change.
        ("07:00", "2026-03-28T06:00:00Z", "2026-03-29T05:00:00Z"),
        ("07:00", "2026-10-24T05:00:00Z", "2026-10-25T06:00:00Z"),
        // 02:30 is not there on 29 March: 03:00 is, at 01:00Z.
        ("02:30", "2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z"),
        ("02:30", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"),
        ("02:00", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
        ("01:59", "2026-03-28T12:00:00Z", "2026-03-29T00:59:00Z"),
        ("03:00", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
        // 02:30 comes twice on 25 October, at 00:30Z and at 01:30Z: the first counts, once.
        ("02:30", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
        ("02:30", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
        ("02:00", "2026-10-24T12:00:00Z", "2026-10-25T00:00:00Z"),
        ("03:00", "2026-10-24T12:00:00Z", "2026-10-25T02:00:00Z"),
        ("00:00", "2026-10-24T12:00:00Z", "2026-10-24T22:00:00Z"),
        ("23:59", "2026-12-31T22:59:00Z", "2027-01-01T22:59:00Z"),
    ])
    func `the next time is the wall clock's`(at: String, after: String, expected: String) throws {
        #expect(try schedule(at).next(after: time(after)).iso8601 == expected)
        let next = try time(expected)
        #expect(try schedule(at).last(notAfter: next) == next)
        #expect(try schedule(at).last(notAfter: next - .milliseconds(1)) <= time(after))
    }

    @Test(arguments: [
        ("America/Santiago", "00:00"), ("Asia/Kathmandu", "07:00"), ("Pacific/Kiritimati", "23:59"),
        ("Pacific/Pago_Pago", "00:00"), ("Australia/Lord_Howe", "02:15"), ("Africa/Casablanca", "02:30"),
        ("America/St_Johns", "00:01"), ("GMT", "12:00"), ("Europe/Stockholm", "02:30"),
    ])
    func `every day of three years has one, and last and next agree`(zone: String, at: String) throws {
        let schedule = try schedule(at, zone)
        var moment = try time("2024-01-01T12:00:00Z")
        let end = try time("2027-01-01T12:00:00Z")
        var days: [String] = []
        while moment < end {
            let next = schedule.next(after: moment)
            #expect(next > moment)
            #expect(next.since(moment) <= .seconds(49 * 3_600))
            #expect(schedule.last(notAfter: next) == next)
            #expect(schedule.last(notAfter: schedule.next(after: next) - .milliseconds(1)) == next)
            days.append(String(schedule.wallText(next).prefix(10)))
            moment = next
        }
        #expect(Set(days).count == days.count)
        #expect((1_095...1_097).contains(days.count))
    }

    @Test func `a day that a zone left out has the first moment after it`() throws {
        // Samoa went from 29 to 31 December 2011.
        let schedule = try schedule("07:00", "Pacific/Apia")
        let left = try time("2011-12-29T18:00:00Z")
        #expect(schedule.next(after: left).iso8601 == "2011-12-30T10:00:00Z")
        #expect(schedule.wallText(try time("2011-12-30T10:00:00Z")) == "2011-12-31 00:00 (Pacific/Apia)")
        #expect(schedule.next(after: try time("2011-12-30T10:00:00Z")).iso8601 == "2011-12-30T17:00:00Z")
    }
}
