//! Asks before something is done that many would miss.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::error::{Error, Result};
use crate::text;

/// Returns where it was said that `what` is wanted: by `--yes`, or by the answer of who sits at the
/// terminal.
pub(crate) fn confirm(what: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        return ask(what, &mut io::stdin().lock(), &mut io::stderr());
    }
    Err(Error::NotConfirmed {
        what: what.to_owned(),
    })
}

fn ask(what: &str, answers: &mut impl BufRead, out: &mut impl Write) -> Result<()> {
    write!(out, "{}. Do it? [y/N] ", text::line(what))?;
    out.flush()?;
    let mut answer = String::new();
    // Who closes the terminal has not said yes.
    let _ = answers.read_line(&mut answer);
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Error::Declined),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_one() {
        for (answer, is_yes) in [
            ("y\n", true),
            ("YES\n", true),
            ("n\n", false),
            ("\n", false),
            ("", false),
            ("yesterday\n", false),
        ] {
            let mut asked = Vec::new();
            let done = ask(
                "3 runs would be removed",
                &mut answer.as_bytes(),
                &mut asked,
            );
            assert_eq!(done.is_ok(), is_yes, "{answer:?}");
            assert_eq!(asked, b"3 runs would be removed. Do it? [y/N] ");
        }
    }
}
