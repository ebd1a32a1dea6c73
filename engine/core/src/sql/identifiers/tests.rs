use std::collections::BTreeSet;

use super::{Flag, flags};
use crate::limits::Limits;

fn found(sql: &str) -> Vec<Flag> {
    let births = BTreeSet::from(["seen_first".to_owned()]);
    flags(sql, &births, &Limits::default()).into_iter().collect()
}

fn looks(constant: &str) -> Vec<Flag> {
    found(&format!("select count(*) from people where name = '{constant}'"))
}

#[test]
fn nhs_numbers_have_a_check_digit() {
    // 943 476 5919 is the example of the NHS Data Dictionary.
    for number in ["9434765919", "943 476 5919", "943-476-5919", "NHS 943 476 5919", "%9434765919"]
    {
        assert_eq!(looks(number), [Flag::NhsNumber], "{number}");
    }
    for other in
        ["9434765918", "94347659190", "19434765919", "943476591", "943  4765919", "943,4765919"]
    {
        assert_eq!(looks(other), [], "{other}");
    }
}

#[test]
fn a_check_digit_of_ten_is_none_and_one_of_eleven_is_zero() {
    // 100000001x: 10 + 2 = 12, remainder 1, check 10: no number ends so.
    for last in 0..10 {
        assert_eq!(looks(&format!("100000001{last}")), [], "{last}");
    }
    // 900000002x: 90 + 4 = 94, remainder 6, check 5. 100000006x: 10 + 12 = 22, remainder 0, check 0.
    assert_eq!(looks("9000000025"), [Flag::NhsNumber]);
    assert_eq!(looks("1000000060"), [Flag::NhsNumber]);
    assert_eq!(looks("0000000000"), []);
}

#[test]
fn wherever_in_the_text_the_number_stands() {
    for sql in [
        "select count(*) from people where id = 9434765919",
        "select count(*) from people where id in (1, 9434765919)",
        "select count(*) as n9434765919 from people",
        "select count(*) as \"943 476 5919\" from people",
        "select count(*) from people -- 943 476 5919",
        "select count(*) /* 9434765919 */ from people",
        "select count(*) from people where id = 'open 9434765919",
    ] {
        assert_eq!(found(sql), [Flag::NhsNumber], "{sql}");
    }
    assert_eq!(found("select count(*) from people where id in (943, 476, 5919)"), []);
}

#[test]
fn postcodes_are_whole() {
    for code in [
        "M1 1AA",
        "M60 1NW",
        "CR2 6XH",
        "DN55 1PT",
        "W1A 1HQ",
        "EC1A 1BB",
        "sw1a1aa",
        "at EC1A  1BB, London",
    ] {
        assert_eq!(looks(code), [Flag::Postcode], "{code}");
    }
    for other in [
        "SW1A", "SW1A 1%", "E11", "I21.9", "RJ1", "A81001", "1AA M1", "M1, 1AA", "QQ1 1AA",
        "M1 1CC",
    ] {
        assert_eq!(looks(other), [], "{other}");
    }
}

#[test]
fn a_day_beside_a_column_of_births_is_one() {
    for day in [
        "1961-03-12",
        "1961-03-12T00:00:00",
        "12/03/1961",
        "12.3.1961",
        "3/25/1961",
        "19610312",
        "12031961",
        "12 March 1961",
        "12-mar-1961",
        "Mar 12, 1961",
    ] {
        for column in ["date_of_birth", "seen_first", "DOB"] {
            let sql = format!("select count(*) from people where {column} = date '{day}'");
            assert_eq!(found(&sql), [Flag::DateOfBirth], "{sql}");
        }
        assert_eq!(looks(day), [], "{day}");
    }
    for other in ["1961", "1961-03", "1961-13-12", "31/02/1961", "12 of 1961", "0001-01-01"] {
        let sql = format!("select count(*) from people where dob = '{other}'");
        assert_eq!(found(&sql), [], "{sql}");
    }
    assert_eq!(
        found("select count(*) from people where birth_year = 1961 and day = '2020-01-05'"),
        []
    );
}

#[test]
fn several_flags_of_one_text() {
    let sql = "select count(*) from people where dob = '1961-03-12' and id = '9434765919' and home = 'M1 1AA'";
    assert_eq!(found(sql), [Flag::NhsNumber, Flag::Postcode, Flag::DateOfBirth]);
}
