//! Where results go.

use std::env;
use std::io::{self, BufWriter, IsTerminal, Write};

use console::Term;
use serde::Serialize;

use crate::error::Result;
use crate::options::{Options, When};

/// Standard output, and what is known of it.
pub(crate) struct Output {
    out: BufWriter<io::Stdout>,
    /// Whether JSON is wanted.
    pub(crate) json: bool,
    /// The columns of the terminal; nothing where it is none, and no line is too long.
    pub(crate) width: Option<usize>,
}

impl Output {
    /// Standard output; also decides on colours, for it and for standard error.
    pub(crate) fn new(options: &Options) -> Self {
        let wanted = |terminal: bool| match options.color {
            When::Always => true,
            When::Never => false,
            When::Auto => {
                let plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
                    || env::var_os("TERM").is_some_and(|value| value == "dumb");
                terminal && !plain
            }
        };
        let terminal = io::stdout().is_terminal();
        console::set_colors_enabled(wanted(terminal));
        console::set_colors_enabled_stderr(wanted(io::stderr().is_terminal()));
        Self {
            out: BufWriter::new(io::stdout()),
            json: options.json,
            width: terminal.then(|| usize::from(Term::stdout().size().1)),
        }
    }

    /// Writes a JSON document.
    pub(crate) fn document(&mut self, document: &impl Serialize) -> Result<()> {
        serde_json::to_writer_pretty(&mut self.out, document)?;
        Ok(writeln!(self.out)?)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
