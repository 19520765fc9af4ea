//! `entia token`: who may use the servers of a store.

use std::io::{self, Write};

use console::Color;
use entia_report::{Column, Table};
use entia_server::{Token as Record, Tokens};
use registry_core::nearest;
use serde::Serialize;
use tracker_core::{Micros, Timestamp, Tracker, Uuid};

use crate::error::{Error, Result};
use crate::options::Token;
use crate::output::Output;
use crate::store::Store;
use crate::text;

/// A token, as `--json` prints it.
#[derive(Serialize)]
struct TokenDocument {
    name: String,
    role: &'static str,
    created: Timestamp,
    expires: Option<Timestamp>,
    /// The names of the experiments that it is limited to.
    experiments: Option<Vec<String>>,
    /// Only when it was just made.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

pub(crate) fn run(store: &Store, token: &Token, output: &mut Output) -> Result<()> {
    let tokens = Tokens::of(store.tracker.clone());
    match token {
        Token::Create { .. } => create(store, &tokens, token, output),
        Token::List => list(store, &tokens, output),
        Token::Revoke { name } => revoke(store, &tokens, name, output),
    }
}

fn create(store: &Store, tokens: &Tokens, token: &Token, output: &mut Output) -> Result<()> {
    let Token::Create {
        name,
        role,
        expires,
        experiment,
    } = token
    else {
        return Ok(());
    };
    let now = Micros::now().timestamp();
    let expires = expires.map(|span| now.checked_add(span).unwrap_or(Timestamp::MAX));
    let limits = experiment.iter();
    let limits = limits.map(|name| Ok(store.experiment(name)?.id()));
    let limits = limits.collect::<Result<Vec<Uuid>>>()?;
    let limits = (!limits.is_empty()).then_some(limits);
    let issued = tokens.create(name, *role, expires, limits)?;
    if output.json {
        let mut document = document(&store.tracker, issued.token)?;
        document.token = Some(issued.secret);
        return output.document(&document);
    }
    writeln!(output, "{}", issued.secret)?;
    output.flush()?;
    let note = "this is the only time that the token is shown; give it to a program as ENTIA_TOKEN";
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(io::stderr(), "{}", text::note(note));
    Ok(())
}

fn document(tracker: &Tracker, token: Record) -> Result<TokenDocument> {
    let name = |id: Uuid| {
        let experiment = tracker.experiments().by_id(id)?;
        // One that was removed has no name any more.
        Ok(experiment.map_or_else(|| id.to_string(), |of| of.name()))
    };
    let experiments = token.experiments.map(|ids| {
        let names = ids.into_iter().map(name);
        names.collect::<Result<Vec<_>>>()
    });
    Ok(TokenDocument {
        name: token.name,
        role: token.role.as_str(),
        created: token.created,
        expires: token.expires,
        experiments: experiments.transpose()?,
        token: None,
    })
}

fn list(store: &Store, tokens: &Tokens, output: &mut Output) -> Result<()> {
    let tokens = tokens.list()?.into_iter();
    let documents = tokens.map(|token| document(&store.tracker, token));
    let documents = documents.collect::<Result<Vec<_>>>()?;
    if output.json {
        return output.document(&documents);
    }
    if documents.is_empty() {
        let text = "No tokens yet. `entia token create NAME --role read` makes one.";
        return Ok(writeln!(output, "{text}")?);
    }
    let in_terminal = output.width.is_some();
    let mut table = Table::new(vec![
        Column::text("TOKEN").colored(Color::Cyan),
        Column::text("ROLE"),
        Column::text("CREATED"),
        Column::text("EXPIRES"),
        Column::text("ONLY").flexible(),
    ]);
    let now = Timestamp::now();
    for token in documents {
        let expires = token.expires.map_or_else(String::new, |expires| {
            let ended = if expires <= now { " (ended)" } else { "" };
            format!("{}{ended}", expires.strftime("%Y-%m-%d %H:%M"))
        });
        table.row(vec![
            token.name,
            token.role.to_owned(),
            text::time(token.created, in_terminal),
            expires,
            token.experiments.unwrap_or_default().join(", "),
        ]);
    }
    table.drop_empty();
    output.table(table)?;
    Ok(())
}

fn revoke(store: &Store, tokens: &Tokens, name: &str, output: &mut Output) -> Result<()> {
    let there = tokens.list()?;
    if tokens.revoke(name)? {
        if output.json {
            let mut revoked = there.into_iter().filter(|token| token.name == name);
            return revoked
                .try_for_each(|token| output.document(&document(&store.tracker, token)?));
        }
        let name = text::line(name);
        return Ok(writeln!(
            output,
            "The token `{name}` is good for nothing any more."
        )?);
    }
    let there: Vec<String> = there.into_iter().map(|token| token.name).collect();
    let hint = match nearest(name, there.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`? `entia token list` shows all"),
        None => "`entia token list` shows all".to_owned(),
    };
    Err(Error::Tracker(tracker_core::Error::Missing {
        what: "token",
        name: name.to_owned(),
        place: "the store".to_owned(),
        hint,
    }))
}
