//! NHS numbers: ten digits, the last of which follows from the others (modulus 11).

/// Whether a text holds one, written in one piece or with a blank or hyphen between its parts.
pub(super) fn in_text(text: &str) -> bool {
    let runs = runs(text);
    (0..runs.len()).any(|first| {
        let mut digits = vec![];
        for (at, run) in runs.iter().enumerate().skip(first) {
            if at > first && !run.continues {
                return false;
            }
            digits.extend(&run.digits);
            if digits.len() >= 10 {
                return is_one(&digits);
            }
        }
        false
    })
}

/// Digits that stand together.
struct Run {
    digits: Vec<u32>,
    /// Whether one blank or hyphen is all that parts them from the digits before.
    continues: bool,
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = vec![];
    let mut gap = String::new();
    for sign in text.chars() {
        let Some(digit) = sign.to_digit(10) else {
            gap.push(sign);
            continue;
        };
        match runs.last_mut() {
            Some(run) if gap.is_empty() => run.digits.push(digit),
            _ => {
                let continues = !runs.is_empty() && matches!(gap.as_str(), " " | "-");
                runs.push(Run { digits: vec![digit], continues });
            }
        }
        gap.clear();
    }
    runs
}

/// The check of the NHS Data Dictionary, attribute NHS NUMBER: weights 10 to 2, eleven minus the remainder, and ten is none.
fn is_one(digits: &[u32]) -> bool {
    let (Some((check, body)), 10) = (digits.split_last(), digits.len()) else { return false };
    // Ten times the same digit stands for nobody.
    if body.iter().all(|digit| digit == check) {
        return false;
    }
    let sum: u32 = body.iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    (11 - sum % 11) % 11 == *check
}
