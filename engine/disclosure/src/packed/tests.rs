use super::*;

#[test]
fn numbers_come_back() {
    let numbers = [0, 1, 127, 128, 16_383, 16_384, u128::from(u64::MAX), u128::MAX];
    let mut writer = Writer::default();
    numbers.into_iter().for_each(|number| writer.number(number));
    let bytes = writer.done();
    let mut reader = Reader::new(&bytes);
    for number in numbers {
        assert_eq!(reader.number(), Ok(number));
    }
    assert_eq!(reader.end(), Ok(()));
}

#[test]
fn signed_numbers_come_back_and_small_ones_are_short() {
    for number in [0, -1, 1, -64, 63, i128::MIN, i128::MAX] {
        let mut writer = Writer::default();
        writer.signed(number);
        let bytes = writer.done();
        assert_eq!(Reader::new(&bytes).signed(), Ok(number));
        assert_eq!(bytes.len() == 1, number.abs_diff(0) <= 64, "{number}");
    }
}

#[test]
fn a_number_that_is_too_long_is_damaged() {
    assert_eq!(Reader::new(&[0xff; 20]).number(), Err(Damaged));
    let mut beyond = [0x80; 19];
    beyond[18] = 0x04; // the 129th bit
    assert_eq!(Reader::new(&beyond).number(), Err(Damaged));
    assert_eq!(Reader::new(&[0x80]).number(), Err(Damaged));
}

#[test]
fn lengths_are_not_believed() {
    let mut writer = Writer::default();
    writer.number(u128::from(u32::MAX));
    let bytes = writer.done();
    assert!(Reader::new(&bytes).block().is_err());
    assert_eq!(Reader::new(&bytes).count(usize::MAX), Err(Damaged));
    assert_eq!(Reader::new(&[2, 0xff, 0xff]).text(), Err(Damaged));
    assert_eq!(Reader::new(&[1]).end(), Err(Damaged));
}
