//! Tables of runs as files, streamed: CSV, JSON and LaTeX.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use registry_core::Value;
use schemars::JsonSchema;
use serde::Deserialize;
use tracker_core::ports::{Row, Search as StoreSearch};
use tracker_core::query::{Cursor, Directions, Page};

use crate::access::Caller;
use crate::api::columns::{Column, shown};
use crate::api::exports::quoted;
use crate::api::runs::{Search, Sought};
use crate::api::table::{best_first, definitions};
use crate::app::App;
use crate::extract::Query;
use crate::overview::Overview;
use crate::problem::{Answer, Problem};
use crate::stream::{self, Texts};

/// So many runs are read at once.
const PAGE: usize = 500;

/// Which runs, and what of each.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TableExportRequest")]
pub(crate) struct Wanted {
    /// The name or id of an experiment; all without it.
    experiment: Option<String>,
    /// A condition and an order, or the short form of a filter. Without an order, the best comes first.
    query: Option<String>,
    /// The uuids of runs, with commas between them, where only these are wanted.
    runs: Option<String>,
    /// The columns, with commas between them. Without it, all that runs have; as LaTeX, what tells them
    /// apart.
    columns: Option<String>,
}

/// The form of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    Json,
    Latex,
}

/// `GET /api/v1/export/runs.csv`.
pub(crate) async fn csv(app: State<App>, caller: Caller, wanted: Query<Wanted>) -> Answer {
    export(app, caller, wanted, Form::Csv).await
}

/// `GET /api/v1/export/runs.json`.
pub(crate) async fn json(app: State<App>, caller: Caller, wanted: Query<Wanted>) -> Answer {
    export(app, caller, wanted, Form::Json).await
}

/// `GET /api/v1/export/runs.tex`.
pub(crate) async fn latex(app: State<App>, caller: Caller, wanted: Query<Wanted>) -> Answer {
    export(app, caller, wanted, Form::Latex).await
}

async fn export(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    form: Form,
) -> Answer {
    let pages = app
        .off(move |app| Pages::of(app, &caller, wanted, form))
        .await?;
    let media_type = match form {
        Form::Csv => "text/csv; charset=utf-8",
        // Another type than that of answers which are kept whole, to tell whether a client has them.
        Form::Json => "application/json; charset=utf-8",
        Form::Latex => "application/x-tex; charset=utf-8",
    };
    let mut pages = pages;
    let body = stream::body_of(&app, Box::new(Texts::new(move || pages.next())));
    Ok(([(header::CONTENT_TYPE, media_type)], body).into_response())
}

/// The table, page by page.
struct Pages {
    app: App,
    form: Form,
    sought: Sought,
    columns: Vec<(String, Column)>,
    directions: Directions,
    /// The next page, until all are written.
    page: Option<Page<Row>>,
    is_begun: bool,
}

impl Pages {
    /// The first page is read at once: what cannot be read is an answer of its own.
    fn of(app: &App, caller: &Caller, wanted: Wanted, form: Form) -> Result<Self, Problem> {
        let named = wanted.columns.as_deref().map(Column::list).transpose()?;
        let mut sought = Sought::of(
            app,
            caller,
            &Search {
                experiment: wanted.experiment,
                query: wanted.query,
                runs: wanted.runs,
                ..Search::default()
            },
        )?;
        let experiments = app.tracker.store()?.experiments()?;
        let is_ordered = !sought.query.orders().is_empty();
        let mut columns = match named {
            Some(columns) if is_ordered => columns,
            named => {
                let all = Overview::of(app, &sought)?;
                let definitions = definitions(&experiments, &all.rows);
                if !is_ordered {
                    sought.query = best_first(sought.query, &all.known, &definitions);
                }
                match named {
                    Some(columns) => columns,
                    None if form == Form::Latex => Column::chosen(&all.known, &definitions, false),
                    None => Column::every(&all.known),
                }
            }
        };
        columns.retain(|(_, column)| matches!(column, Column::Field(_)));
        let mut pages = Self {
            app: app.clone(),
            form,
            sought,
            columns,
            directions: Directions::of(&experiments),
            page: None,
            is_begun: false,
        };
        pages.page = Some(pages.read(None)?);
        Ok(pages)
    }

    fn read(&self, after: Option<Cursor>) -> Result<Page<Row>, Problem> {
        let mut query = match self.sought.said {
            Some(said) => self.sought.query.clone().limit(said),
            None => self.sought.query.clone().limit(PAGE),
        };
        if let Some(cursor) = after {
            query = query.after(cursor);
        }
        Ok(self.app.tracker.store()?.search(&StoreSearch {
            scope: self.sought.scope.clone(),
            query: &query,
            detail: Column::detail(&self.columns),
        })?)
    }

    /// The next part of the text; none behind its end.
    fn next(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        let Some(page) = self.page.take() else {
            return Ok(None);
        };
        let mut text = String::new();
        if !self.is_begun {
            self.begin(&page.items, &mut text);
        }
        for row in &page.items {
            let values: Vec<_> = self
                .columns
                .iter()
                .map(|(_, column)| match column {
                    Column::Field(field) => field.of(row, &self.directions).map(shown),
                    Column::Spark { .. } => None,
                })
                .collect();
            self.line(&values, &mut text);
            self.is_begun = true;
        }
        match page.next.filter(|_| self.sought.said.is_none()) {
            Some(cursor) => self.page = Some(self.read(Some(cursor))?),
            None => self.end(&mut text),
        }
        Ok(Some(text.into_bytes()))
    }

    fn begin(&self, first: &[Row], text: &mut String) {
        let titles = self.columns.iter().map(|(title, _)| title);
        match self.form {
            Form::Csv => {
                let titles: Vec<String> = titles.map(|title| quoted(title)).collect();
                let _ = writeln!(text, "{}", titles.join(","));
            }
            Form::Json => text.push('['),
            Form::Latex => {
                let side = |column: &Column| {
                    if self.has_numbers(column, first) {
                        'r'
                    } else {
                        'l'
                    }
                };
                let sides: String = self
                    .columns
                    .iter()
                    .map(|(_, column)| side(column))
                    .collect();
                let titles: Vec<String> = titles.map(|title| escaped(title)).collect();
                let _ = writeln!(text, "\\begin{{tabular}}{{{sides}}}\n\\hline");
                let _ = writeln!(text, "{} \\\\\n\\hline", titles.join(" & "));
            }
        }
    }

    fn has_numbers(&self, column: &Column, rows: &[Row]) -> bool {
        let Column::Field(field) = column else {
            return false;
        };
        let mut values = rows
            .iter()
            .filter_map(|row| field.of(row, &self.directions));
        values.any(|value| value.to::<f64>().is_ok())
    }

    fn line(&self, values: &[Option<Value>], text: &mut String) {
        match self.form {
            Form::Csv => {
                let cells: Vec<String> = values
                    .iter()
                    .map(|value| quoted(&plain(value.as_ref())))
                    .collect();
                let _ = writeln!(text, "{}", cells.join(","));
            }
            Form::Json => {
                text.push_str(if self.is_begun { ",\n{" } else { "\n{" });
                for (at, ((title, _), value)) in self.columns.iter().zip(values).enumerate() {
                    let comma = if at == 0 { "" } else { ", " };
                    let title = serde_json::to_string(title).unwrap_or_default();
                    let value = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
                    let _ = write!(text, "{comma}{title}: {value}");
                }
                text.push('}');
            }
            Form::Latex => {
                let cells: Vec<String> = values
                    .iter()
                    .map(|value| latex_cell(value.as_ref()))
                    .collect();
                let _ = writeln!(text, "{} \\\\", cells.join(" & "));
            }
        }
    }

    fn end(&self, text: &mut String) {
        match self.form {
            Form::Csv => {}
            Form::Json => text.push_str("\n]\n"),
            Form::Latex => text.push_str("\\hline\n\\end{tabular}\n"),
        }
    }
}

/// A value as text: a text without quotes, all else as JSON.
fn plain(value: Option<&Value>) -> String {
    let text = |value: &Value| value.to::<String>().unwrap_or_else(|_| value.to_string());
    value.map_or_else(String::new, text)
}

/// A value as a paper shows it: numbers with four digits that tell something.
fn latex_cell(value: Option<&Value>) -> String {
    const DIGITS: usize = 4;
    let text = plain(value);
    let number = value.and_then(|value| value.to::<f64>().ok());
    let is_float = text.contains(['.', 'e']);
    match number.filter(|number| number.is_finite() && is_float) {
        Some(number) => {
            // Rounded by its decimal digits, then written as short as it is.
            let rounded = format!("{number:.*e}", DIGITS - 1).parse::<f64>();
            let rounded = rounded.ok().and_then(|number| Value::of(&number).ok());
            let written = rounded.map_or(text, |value| value.to_string());
            match written.split_once('e') {
                Some((digits, exponent)) => {
                    let exponent = exponent.parse::<i32>().unwrap_or_default();
                    format!("${digits} \\cdot 10^{{{exponent}}}$")
                }
                None => format!("${written}$"),
            }
        }
        None if number.is_some_and(f64::is_finite) => format!("${text}$"),
        None => escaped(&text),
    }
}

/// A text for LaTeX, in which many characters mean something.
fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                written.push('\\');
                written.push(char);
            }
            '~' => written.push_str("\\textasciitilde{}"),
            '^' => written.push_str("\\textasciicircum{}"),
            '\\' => written.push_str("\\textbackslash{}"),
            '<' => written.push_str("\\textless{}"),
            '>' => written.push_str("\\textgreater{}"),
            '"' => written.push_str("\\textquotedbl{}"),
            '|' => written.push_str("\\textbar{}"),
            // A bracket behind a line's end would be taken for a length.
            '[' => written.push_str("{[}"),
            char if char.is_control() => written.push(' '),
            char => written.push(char),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::{escaped, latex_cell};

    #[test]
    fn latex_takes_texts_as_they_are() {
        assert_eq!(
            escaped(r"50% of a_b & {c} #1 $x^2~\n"),
            r"50\% of a\_b \& \{c\} \#1 \$x\textasciicircum{}2\textasciitilde{}\textbackslash{}n"
        );
        assert_eq!(escaped("größe\n[x]"), "größe {[}x]");
    }

    #[test]
    fn numbers_in_a_paper_have_four_digits() {
        let cell = |text: &str| latex_cell(Some(&text.parse().unwrap()));
        assert_eq!(cell("0.123456"), "$0.1235$");
        assert_eq!(cell("1234567"), "$1234567$");
        assert_eq!(cell("1e-05"), r"$1 \cdot 10^{-5}$");
        assert_eq!(cell("0.5"), "$0.5$");
        assert_eq!(cell("NaN"), "NaN");
        assert_eq!(cell(r#""0.5_""#), r"0.5\_");
        assert_eq!(latex_cell(None), "");
    }
}
