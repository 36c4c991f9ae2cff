//! Zones, ends of exceptions, and when a window is open: over midnight, and on the days on which clocks change.

use jiff::SignedDuration;

use super::*;
use crate::policy::tests::random::Random;

#[test]
fn the_database_is_in_the_program_and_knows_names_letter_by_letter() {
    for name in ["UTC", "Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"] {
        assert_eq!(Zone::named(name).map(|zone| zone.as_str().to_owned()).as_deref(), Some(name));
    }
    for name in ["europe/amsterdam", "Amsterdam", "Etc/Unknown", "", "CEST", "../../etc/passwd", "+01:00"] {
        assert_eq!(Zone::named(name), None, "{name}");
    }
}

#[test]
fn every_name_of_the_database_can_be_written() {
    let database = TimeZoneDatabase::bundled();
    let names = database.available().map(|name| name.as_str().to_owned()).collect::<Vec<_>>();
    assert!(names.len() > 400, "{}", names.len());
    let unknown = names.iter().filter(|name| Zone::named(name).is_none()).collect::<Vec<_>>();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn slips_of_spelling_are_recognised() {
    for (text, name) in [
        ("europe/amsterdam", "Europe/Amsterdam"),
        ("Europe/Amsterdm", "Europe/Amsterdam"),
        ("Amsterdam", "Europe/Amsterdam"),
        ("New York", "America/New_York"),
        ("utc", "UTC"),
    ] {
        assert_eq!(meant_zone(text), format!("did you mean `{name}`?"), "{text}");
    }
    for text in ["CEST", "+01:00", "GMT+1", "local", "", "🚀"] {
        assert!(meant_zone(text).ends_with("as in `Europe/Amsterdam`"), "{text}: {}", meant_zone(text));
    }
}

fn ends(text: &str, zone: &str) -> Option<String> {
    let zone = Zone::named(zone).expect("it is a zone");
    Until::parse(text, &zone).map(|until| until.ends.to_string())
}

#[test]
fn a_date_lasts_to_the_end_of_that_day_in_the_zone() {
    for (zone, end) in [
        ("UTC", "2026-12-02T00:00:00Z"),
        ("Europe/Amsterdam", "2026-12-01T23:00:00Z"),
        ("America/New_York", "2026-12-02T05:00:00Z"),
    ] {
        assert_eq!(ends("2026-12-01", zone).as_deref(), Some(end), "{zone}");
    }
}

#[test]
fn the_end_of_a_day_follows_the_clocks() {
    // The day on which the clocks go forward at midnight ends with the first instant of the next day.
    assert_eq!(ends("2026-03-29", "Europe/Amsterdam").as_deref(), Some("2026-03-29T22:00:00Z"));
    assert_eq!(ends("2026-10-25", "Europe/Amsterdam").as_deref(), Some("2026-10-25T23:00:00Z"));
    // In Beirut it is never 00:00 on the day the clocks go forward.
    assert_eq!(ends("2026-03-28", "Asia/Beirut").as_deref(), Some("2026-03-28T22:00:00Z"));
}

#[test]
fn a_time_has_an_offset_of_its_own() {
    for text in ["2026-12-01T18:00:00+01:00", "2026-12-01T17:00:00Z", "2026-12-01T18:00+01:00"] {
        assert_eq!(ends(text, "America/New_York").as_deref(), Some("2026-12-01T17:00:00Z"), "{text}");
    }
}

#[test]
fn it_is_over_from_its_end_on() {
    let until = Until::parse("2026-12-01T17:00:00Z", &Zone::default()).expect("it is a time");
    let end = until.ends;
    assert!(until.is_over(end));
    assert!(!until.is_over(end - jiff::SignedDuration::from_nanos(1)));
}

#[test]
fn nothing_else_is_an_end() {
    for text in [
        "",
        "2026-12",
        "2026-02-30",
        "2026-13-01",
        "20261201",
        "2026-W49-2",
        "2026-12-01T18:00:00",
        "tomorrow",
        "14d",
        "01-12-2026",
        "2026/12/01",
        "12/01/2026",
        "9999-12-31",
        "1e9",
    ] {
        assert_eq!(ends(text, "UTC"), None, "{text}");
    }
}

const ALL: [Day; 7] =
    [Day::Monday, Day::Tuesday, Day::Wednesday, Day::Thursday, Day::Friday, Day::Saturday, Day::Sunday];

fn time(text: &str) -> TimeOfDay {
    text.parse().unwrap()
}

fn window(days: &[Day], from: &str, to: &str) -> Window {
    let place = Location { file: "policy.yaml".into(), line: 1, column: 1 };
    Window { days: days.to_vec(), from: time(from), to: time(to), place }
}

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

/// The answer in short: `until …` where it is open, `opens …` where it is not.
fn at(window: &Window, zone: &Zone, now: &str) -> String {
    match window.at(now.parse().unwrap(), zone) {
        WindowState::Open(closes) => format!("until {closes}"),
        WindowState::Closed(Some(opens)) => format!("opens {opens}"),
        WindowState::Closed(None) => "closed".to_owned(),
    }
}

fn check(window: &Window, zone_name: &str, cases: &[(&str, &str)]) {
    for (now, expected) in cases {
        assert_eq!(at(window, &zone(zone_name), now), *expected, "{now} in {zone_name}");
    }
}

#[test]
fn a_window_within_a_day_is_open_from_its_first_instant_up_to_its_last() {
    // 2026-11-23 is a Monday.
    let office = window(&[Day::Monday, Day::Wednesday], "09:00", "17:00");
    check(
        &office,
        "UTC",
        &[
            ("2026-11-23T08:59:59.999999999Z", "opens 2026-11-23T09:00:00Z"),
            ("2026-11-23T09:00:00Z", "until 2026-11-23T17:00:00Z"),
            ("2026-11-23T16:59:59.999999999Z", "until 2026-11-23T17:00:00Z"),
            ("2026-11-23T17:00:00Z", "opens 2026-11-25T09:00:00Z"),
            ("2026-11-24T12:00:00Z", "opens 2026-11-25T09:00:00Z"),
            ("2026-11-25T17:00:00Z", "opens 2026-11-30T09:00:00Z"),
        ],
    );
}

#[test]
fn a_window_over_midnight_belongs_to_the_day_on_which_it_opens() {
    let friday_night = window(&[Day::Friday], "19:00", "06:00");
    check(
        &friday_night,
        "Europe/Amsterdam",
        &[
            ("2026-11-26T23:30:00+01:00", "opens 2026-11-27T18:00:00Z"),
            ("2026-11-27T05:30:00+01:00", "opens 2026-11-27T18:00:00Z"),
            ("2026-11-27T19:00:00+01:00", "until 2026-11-28T05:00:00Z"),
            ("2026-11-28T05:59:59+01:00", "until 2026-11-28T05:00:00Z"),
            ("2026-11-28T06:00:00+01:00", "opens 2026-12-04T18:00:00Z"),
            ("2026-11-28T19:30:00+01:00", "opens 2026-12-04T18:00:00Z"),
        ],
    );
}

#[test]
fn midnight_as_its_end_is_the_end_of_the_day() {
    let evening = window(&[Day::Monday], "19:00", "00:00");
    check(
        &evening,
        "UTC",
        &[
            ("2026-11-23T23:59:59Z", "until 2026-11-24T00:00:00Z"),
            ("2026-11-24T00:00:00Z", "opens 2026-11-30T19:00:00Z"),
            ("2026-11-23T00:00:00Z", "opens 2026-11-23T19:00:00Z"),
        ],
    );
    let all_day = window(&[Day::Monday], "00:00", "00:00");
    check(
        &all_day,
        "UTC",
        &[
            ("2026-11-22T23:59:59Z", "opens 2026-11-23T00:00:00Z"),
            ("2026-11-23T00:00:00Z", "until 2026-11-24T00:00:00Z"),
            ("2026-11-24T00:00:00Z", "opens 2026-11-30T00:00:00Z"),
        ],
    );
}

#[test]
fn the_same_clock_is_another_instant_in_summer_and_in_another_zone() {
    let evening = window(&ALL, "19:00", "20:00");
    check(&evening, "Europe/Amsterdam", &[("2026-07-01T12:00:00Z", "opens 2026-07-01T17:00:00Z")]);
    check(&evening, "Europe/Amsterdam", &[("2026-12-01T12:00:00Z", "opens 2026-12-01T18:00:00Z")]);
    check(&evening, "America/New_York", &[("2026-12-01T12:00:00Z", "opens 2026-12-02T00:00:00Z")]);
    // The day of the week is that of the zone: in Kiritimati it is Tuesday already.
    let tuesday = window(&[Day::Tuesday], "00:30", "01:30");
    check(&tuesday, "Pacific/Kiritimati", &[("2026-11-23T11:00:00Z", "until 2026-11-23T11:30:00Z")]);
}

#[test]
fn a_night_on_which_clocks_change_is_an_hour_shorter_or_longer() {
    let night = window(&[Day::Saturday], "19:00", "06:00");
    // Amsterdam: forward on 2026-03-29, back on 2026-10-25; New York: 2026-03-08 and 2026-11-01.
    check(&night, "Europe/Amsterdam", &[("2026-03-28T18:00:00Z", "until 2026-03-29T04:00:00Z")]);
    check(&night, "Europe/Amsterdam", &[("2026-10-24T17:00:00Z", "until 2026-10-25T05:00:00Z")]);
    check(&night, "America/New_York", &[("2026-03-08T00:00:00Z", "until 2026-03-08T10:00:00Z")]);
    check(&night, "America/New_York", &[("2026-10-31T23:00:00Z", "until 2026-11-01T11:00:00Z")]);
}

#[test]
fn a_time_that_is_left_out_comes_as_much_later() {
    // 02:00 becomes 03:00; on Lord Howe 02:00 becomes 02:30.
    for (zone, now, opens, closes) in [
        ("Europe/Amsterdam", "2026-03-29T00:59:59Z", "2026-03-29T01:30:00Z", "2026-03-29T03:00:00Z"),
        ("America/New_York", "2026-03-08T06:59:59Z", "2026-03-08T07:30:00Z", "2026-03-08T09:00:00Z"),
    ] {
        let window = window(&[Day::Sunday], "02:30", "05:00");
        check(&window, zone, &[(now, &format!("opens {opens}")), (opens, &format!("until {closes}"))]);
    }
    let lord_howe = window(&[Day::Sunday], "02:10", "05:00");
    check(
        &lord_howe,
        "Australia/Lord_Howe",
        &[
            ("2026-10-03T15:00:00Z", "opens 2026-10-03T15:40:00Z"),
            ("2026-10-03T15:40:00Z", "until 2026-10-03T18:00:00Z"),
        ],
    );
    // Its end is left out: it closes at 03:30 on the new clock.
    let before = window(&[Day::Sunday], "01:30", "02:30");
    check(&before, "Europe/Amsterdam", &[("2026-03-29T00:30:00Z", "until 2026-03-29T01:30:00Z")]);
}

#[test]
fn a_window_wholly_in_a_gap_comes_as_much_later_with_its_length() {
    let short = window(&[Day::Sunday], "02:15", "02:45");
    check(
        &short,
        "Europe/Amsterdam",
        &[
            ("2026-03-29T00:59:00Z", "opens 2026-03-29T01:15:00Z"),
            ("2026-03-29T01:15:00Z", "until 2026-03-29T01:45:00Z"),
            ("2026-03-29T01:45:00Z", "opens 2026-04-05T00:15:00Z"),
        ],
    );
}

#[test]
fn a_window_that_opens_in_a_gap_and_closes_before_the_clocks_have_made_up_for_it_falls_out() {
    // It would open at 03:30 and close at 03:15.
    let lost = window(&[Day::Sunday], "02:30", "03:15");
    check(
        &lost,
        "Europe/Amsterdam",
        &[
            ("2026-03-29T00:00:00Z", "opens 2026-04-05T00:30:00Z"),
            ("2026-03-29T01:20:00Z", "opens 2026-04-05T00:30:00Z"),
            // The next one but one is more than a week away.
            ("2026-03-23T00:00:00Z", "opens 2026-04-05T00:30:00Z"),
            ("2026-03-22T03:00:00Z", "opens 2026-04-05T00:30:00Z"),
        ],
    );
}

#[test]
fn a_time_that_comes_twice_opens_at_its_first_and_closes_at_its_last() {
    let twice = window(&[Day::Sunday], "02:15", "02:45");
    check(
        &twice,
        "Europe/Amsterdam",
        &[
            ("2026-10-25T00:00:00Z", "opens 2026-10-25T00:15:00Z"),
            ("2026-10-25T00:15:00Z", "until 2026-10-25T01:45:00Z"),
            ("2026-10-25T00:50:00Z", "until 2026-10-25T01:45:00Z"),
            ("2026-10-25T01:45:00Z", "opens 2026-11-01T01:15:00Z"),
        ],
    );
    let lord_howe = window(&[Day::Sunday], "01:40", "01:50");
    check(
        &lord_howe,
        "Australia/Lord_Howe",
        &[
            ("2026-04-04T14:30:00Z", "opens 2026-04-04T14:40:00Z"),
            ("2026-04-04T14:40:00Z", "until 2026-04-04T15:20:00Z"),
        ],
    );
}

#[test]
fn the_end_of_time_is_no_panic() {
    let night = window(&ALL, "19:00", "06:00");
    for now in [Timestamp::MIN, Timestamp::MAX] {
        for name in ["UTC", "Pacific/Kiritimati", "America/New_York"] {
            night.at(now, &zone(name));
        }
    }
}

#[test]
fn an_answer_holds_up_to_the_instant_it_names() {
    let mut random = Random::new(17);
    let zones = ["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"].map(zone);
    for _ in 0..3_000 {
        let days = ALL.into_iter().filter(|_| random.below(3) == 0).collect::<Vec<_>>();
        if days.is_empty() {
            continue;
        }
        let mut clock = || format!("{:02}:{:02}", random.below(24), 15 * random.below(4));
        let window = window(&days, &clock(), &clock());
        let zone = &zones[random.below(zones.len())];
        // Somewhere in 2026, a third of the time in the weeks in which clocks change.
        let start = ["2026-01-01T00:00:00Z", "2026-03-27T00:00:00Z", "2026-10-23T00:00:00Z"][random.below(3)];
        let hours = if start.starts_with("2026-01") { 8_000 } else { 72 };
        let minutes = i64::try_from(random.below(hours * 60)).unwrap();
        let now = start.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes);
        assert_holds(&window, zone, now);
    }
}

fn assert_holds(window: &Window, zone: &Zone, now: Timestamp) {
    let moment = SignedDuration::from_nanos(1);
    match window.at(now, zone) {
        WindowState::Open(closes) => {
            assert!(now < closes, "{window:?} {now}");
            assert_eq!(window.at(closes - moment, zone), WindowState::Open(closes), "{window:?} {now}");
            assert!(closes.duration_since(now) <= SignedDuration::from_hours(25), "{window:?} {now}");
        }
        WindowState::Closed(Some(opens)) => {
            assert!(now < opens, "{window:?} {now}");
            assert_eq!(window.at(opens - moment, zone), WindowState::Closed(Some(opens)), "{window:?} {now}");
            assert!(matches!(window.at(opens, zone), WindowState::Open(_)), "{window:?} {now}");
        }
        WindowState::Closed(None) => panic!("{window:?} never opens after {now}"),
    }
}
