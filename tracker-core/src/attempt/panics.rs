//! What a panic says, for the reason of an attempt that ends in it.
//!
//! An attempt that is dropped in a panic is not told its message; only the hook is.

use std::cell::RefCell;
use std::panic::{self, PanicHookInfo};
use std::sync::Once;

use crate::fork;

thread_local! {
    /// What the last panic of this thread said.
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Notes what panics say from now on. The hook that was there before is called as ever; one that the
/// program sets later takes the place of both.
pub(super) fn watch() {
    static WATCH: Once = Once::new();
    // A hook cannot be set in the middle of a panic.
    if std::thread::panicking() {
        return;
    }
    let _inside = fork::enter();
    WATCH.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            note(info);
            before(info);
        }));
    });
}

/// A panic must not fail a second time for being noted: that would end the process.
fn note(info: &PanicHookInfo<'_>) {
    let mut text = "panicked".to_owned();
    if let Some(location) = info.location() {
        text = format!("{text} at {location}");
    }
    let payload = info.payload();
    let message = payload.downcast_ref::<&str>().copied();
    if let Some(message) = message.or_else(|| payload.downcast_ref().map(String::as_str)) {
        text = format!("{text}: {message}");
    }
    let _ = LAST.try_with(|last| {
        if let Ok(mut last) = last.try_borrow_mut() {
            *last = text;
        }
    });
}

/// Why this thread panics.
pub(super) fn reason() -> String {
    let last = LAST.try_with(|last| last.try_borrow().map(|last| last.clone()));
    match last {
        Ok(Ok(reason)) if !reason.is_empty() => reason,
        _ => "panicked".to_owned(),
    }
}
