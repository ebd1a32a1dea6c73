//! Values of keys as numbers that stand for them: cells are compared far more often than they are read.

use datafusion::common::HashMap;
use datafusion::scalar::ScalarValue;

/// A number for every value that occurs, key by key. The numbers mean nothing.
#[derive(Default)]
pub(super) struct Codes {
    keys: Vec<OfKey>,
}

#[derive(Default)]
struct OfKey {
    codes: HashMap<ScalarValue, u32>,
    texts: Vec<String>,
}

impl Codes {
    /// The number that stands for a value of a key.
    pub(super) fn code(&mut self, key: usize, value: &ScalarValue) -> u32 {
        if self.keys.len() <= key {
            self.keys.resize_with(key + 1, OfKey::default);
        }
        let Some(of_key) = self.keys.get_mut(key) else { return u32::MAX };
        if let Some(code) = of_key.codes.get(value) {
            return *code;
        }
        let code = u32::try_from(of_key.texts.len()).unwrap_or(u32::MAX);
        of_key.codes.insert(value.clone(), code);
        of_key.texts.push(value.to_string());
        code
    }

    /// A value as a text; empty where there is none.
    pub(super) fn text(&self, key: usize, code: Option<u32>) -> String {
        self.known(key, code).unwrap_or_default().to_owned()
    }

    fn known(&self, key: usize, code: Option<u32>) -> Option<&str> {
        let texts = &self.keys.get(key)?.texts;
        texts.get(usize::try_from(code?).ok()?).map(String::as_str)
    }

    /// What tells a cell from others whichever way round its keys are written.
    pub(super) fn unordered(&self, cell: impl Iterator<Item = (usize, u32)>) -> Vec<&str> {
        let mut texts: Vec<&str> =
            cell.filter_map(|(key, code)| self.known(key, Some(code))).collect();
        texts.sort_unstable();
        texts
    }
}
