//! Where results go.

use std::env;
use std::io::{self, BufWriter, IsTerminal, Write};

use console::{Term, style};
use entia_report::Table;
use serde::Serialize;

use crate::error::Result;
use crate::json;
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
            width: width(terminal),
        }
    }

    /// Writes a table, and says which columns had no room.
    pub(crate) fn table(&mut self, table: Table) -> Result<()> {
        let width = self.width;
        let no_room = table.write(self, width)?;
        if !no_room.is_empty() {
            self.remark(&format!("no room for {}", no_room.join(", ")))?;
        }
        Ok(())
    }

    /// Writes a remark on what was written before.
    pub(crate) fn remark(&mut self, text: &str) -> Result<()> {
        Ok(writeln!(self.out, "{}", style(text).dim())?)
    }

    /// Writes a JSON document.
    pub(crate) fn document(&mut self, document: &impl Serialize) -> Result<()> {
        document.serialize(&mut json::pretty(&mut self.out))?;
        Ok(writeln!(self.out)?)
    }
}

/// What COLUMNS says, as for `ps` also where that is no terminal; else the width of the terminal.
fn width(terminal: bool) -> Option<usize> {
    let said = env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    let said = said.filter(|columns| *columns > 0);
    said.or_else(|| terminal.then(|| usize::from(Term::stdout().size().1)))
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
