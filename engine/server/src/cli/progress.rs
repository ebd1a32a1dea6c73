//! Long work, shown to whoever watches: a bar on a terminal, a line per step elsewhere.

use std::io::{self, IsTerminal};
use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};
use tresor_core::progress::Progress;

/// Shows progress on standard error, so that standard output stays clean.
pub(super) fn on_stderr() -> Box<dyn Progress> {
    if io::stderr().is_terminal() { Box::new(Bar::default()) } else { Box::new(Lines) }
}

/// A line per step.
struct Lines;

impl Progress for Lines {
    fn begin(&self, what: &str, _total: Option<u64>) {
        eprintln!("{what}");
    }
    fn advance(&self, _units: u64) {}
    fn finish(&self) {}
}

/// A bar, or a spinner where the amount of work is not known.
#[derive(Default)]
struct Bar(Mutex<Option<ProgressBar>>);

impl Bar {
    fn current(&self) -> MutexGuard<'_, Option<ProgressBar>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Bar {
    fn begin(&self, what: &str, total: Option<u64>) {
        let (bar, template) = match total {
            Some(total) => (ProgressBar::new(total), "{msg:40} {bar:30} {percent:>3} %"),
            None => (ProgressBar::no_length(), "{msg:40} {spinner}"),
        };
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        bar.set_message(what.to_owned());
        if let Some(unfinished) = self.current().replace(bar) {
            unfinished.finish();
        }
    }

    fn advance(&self, units: u64) {
        if let Some(bar) = self.current().as_ref() {
            bar.inc(units);
        }
    }

    fn finish(&self) {
        if let Some(bar) = self.current().take() {
            bar.finish();
        }
    }
}
