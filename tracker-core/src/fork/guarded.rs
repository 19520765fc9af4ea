//! A value behind a lock that no `fork` finds taken.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::gate::{Inside, enter};

/// A value behind a lock that a child finds free: a `fork` [waits](enter) while it is taken. For
/// locks that are held for a moment only.
///
/// # Examples
///
/// ```
/// use tracker_core::fork::Guarded;
///
/// let names = Guarded::new(vec!["loss"]);
/// names.lock().push("accuracy");
/// assert_eq!(names.lock().len(), 2);
/// ```
#[derive(Default)]
pub struct Guarded<T>(Mutex<T>);

/// The value of a [`Guarded`], until this is dropped.
pub struct Guard<'a, T> {
    /// Before the call that it belongs to: who is not inside any more holds no lock.
    value: MutexGuard<'a, T>,
    _inside: Inside,
}

impl<T> Guarded<T> {
    /// Guards a value.
    pub const fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    /// Waits until no other thread has the value, and takes it. A thread that panicked while it had
    /// it has done no more than that.
    pub fn lock(&self) -> Guard<'_, T> {
        let inside = enter();
        Guard {
            value: self.0.lock().unwrap_or_else(PoisonError::into_inner),
            _inside: inside,
        }
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Guarded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
