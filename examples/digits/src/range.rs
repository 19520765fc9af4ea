//! Arguments that a type allows and a component does not.

use std::fmt::Display;

use candle_core::{Error, Result};

/// Refuses the argument `name` where it is not `allowed`.
///
/// # Errors
///
/// With `hint`, which says what is allowed, on a line of its own.
pub fn check(name: &str, value: impl Display, allowed: bool, hint: &str) -> Result<()> {
    if allowed {
        return Ok(());
    }
    // Not `bail!`, whose text is followed by a backtrace where those are enabled.
    Err(Error::Msg(format!(
        "`{name}` cannot be {value}\nhint: {hint}"
    )))
}
