//! Queries as text: what is read, what is refused and where, and that it is written back.

use tracker_core::query::{
    Cursor, Field, Literal, archived, argument, created, duration, epoch, hash, id, metric, name,
    notes, param, run_name, status, tag,
};
use tracker_core::{Error, Query, Timestamp};

fn read(text: &str) -> Query {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// The problem, the text below which the caret stands, and the hint.
fn refused(text: &str) -> (String, String, String) {
    match text.parse::<Query>() {
        Err(Error::Query {
            query,
            column,
            problem,
            hint,
        }) => {
            assert_eq!(query, text);
            (problem, query.chars().skip(column).collect(), hint)
        }
        other => panic!("`{text}` must be refused: {other:?}"),
    }
}

#[test]
fn text_and_methods_say_the_same() {
    let accuracy = || metric("accuracy").phase("test").max();
    for (text, query) in [
        ("", Query::new()),
        (
            "metric.accuracy[test].max > 0.95 and optimizer.lr < 0.01 \
             order by metric.loss[test].last limit 10",
            Query::new()
                .filter(accuracy().gt(0.95))
                .filter(argument("optimizer", "lr").lt(0.01))
                .order_by(metric("loss").phase("test").last())
                .limit(10),
        ),
        (
            "METRIC.accuracy['test'].MAX>0.95 AND NOT tag.stage = 'broken' ORDER BY epoch DESC, id ASC",
            Query::new()
                .filter(accuracy().gt(0.95).and(!tag("stage").eq("broken")))
                .order_by(epoch().desc())
                .order_by(id().asc()),
        ),
        (
            r#"metric."val loss".first <= -1e-5 or "my kind"."odd.name".0 = null"#,
            Query::new().filter(
                metric("val loss")
                    .first()
                    .le(-1e-5)
                    .or(r#""my kind"."odd.name".0"#.parse::<Field>().unwrap().eq(Literal::NULL)),
            ),
        ),
        (
            r#""metric" ~ "a\"b" and hash.model != 'x' and notes exists"#,
            Query::new()
                .filter(name("metric").contains("a\"b"))
                .filter(hash("model").ne("x").and(notes().exists())),
        ),
        (
            "created >= '2026-01-31'",
            Query::new().filter(created().ge("2026-01-31T00:00:00Z".parse::<Timestamp>().unwrap())),
        ),
        (
            "((model.layers.0.größe = +5)) limit 0",
            Query::new()
                .filter(argument("model", "layers.0.größe").eq(5))
                .limit(0),
        ),
        (
            "param.seed = 17 and PARAM.'a b'.0 exists and status = 'failed' and duration > 60.5",
            Query::new()
                .filter(param("seed").eq(17))
                .filter(r#"param."a b".0"#.parse::<Field>().unwrap().exists())
                .filter(status().eq("failed").and(duration().gt(60.5))),
        ),
        (
            "name ~ 'base' and Archived = true and \"name\" = 'MLP' order by metric.loss.BEST",
            Query::new()
                .filter(run_name().contains("base").and(archived().eq(true)))
                .filter(name("name").eq("MLP"))
                .order_by(metric("loss").best()),
        ),
        (
            "metric.train/loss.last = inf or metric.train-loss.last = NaN or tag.a = TRUE",
            Query::new().filter(
                metric("train/loss")
                    .last()
                    .eq(f64::INFINITY)
                    .or(metric("train-loss").last().eq(f64::NAN))
                    .or(tag("a").eq(true)),
            ),
        ),
    ] {
        assert_eq!(read(text), query, "`{text}`");
        assert_eq!(read(&query.to_string()), query, "`{query}`");
    }
}

/// Each text with the problem, what the caret stands below, and a part of the hint.
fn refused_there(cases: &[(&str, &str, &str, &str)]) {
    for (text, problem, at, hint) in cases {
        let (found, below, said) = refused(text);
        assert_eq!((&*found, &*below), (*problem, *at), "`{text}`");
        assert!(said.contains(hint), "`{text}`: {said}");
    }
}

#[test]
fn a_wrong_comparison_is_pointed_at() {
    refused_there(&[
        (
            "metric.accuracy[test].max >> 0.95",
            "expected a comparison",
            "> 0.95",
            "`!=`",
        ),
        ("größe == 1", "expected a comparison", "= 1", "`!=`"),
        ("model & 1", "expected a comparison", "& 1", "`!=`"),
        ("model", "expected a comparison", "", "`!=`"),
        (
            "model existss",
            "expected a comparison",
            "existss",
            "did you mean `exists`?",
        ),
        (
            "metrics.loss[test].max > 1",
            "expected a comparison",
            "[test].max > 1",
            "`metric`",
        ),
        (
            "oder by epoch",
            "expected a comparison",
            "by epoch",
            "did you mean `order`",
        ),
    ]);
}

#[test]
fn a_wrong_field_is_pointed_at() {
    refused_there(&[
        (
            "metric.loss.maxx > 1",
            "expected a part of the metric",
            "maxx > 1",
            "did you mean `max`?",
        ),
        ("metric.loss[test] > 1", "expected `.`", "> 1", "`count`"),
        (
            "metric.loss[test.max > 1",
            "expected `]`",
            ".max > 1",
            "bracket",
        ),
        (
            "metric.loss[].max > 1",
            "expected a phase",
            "].max > 1",
            "quotes",
        ),
        (
            "metric > 1",
            "expected `.` and the name of a metric",
            "> 1",
            "quotes",
        ),
        (
            "param = 1",
            "expected `.` and the name of a parameter",
            "= 1",
            "quotes",
        ),
        (
            "metric.loss.bst > 1",
            "expected a part of the metric",
            "bst > 1",
            "did you mean `best`?",
        ),
        (
            "model. = 1",
            "expected the name of an argument",
            "= 1",
            "quotes",
        ),
        (
            "and epoch = 1",
            "expected a field",
            "and epoch = 1",
            "`KIND.ARGUMENT`",
        ),
        ("epoch = 1 and", "expected a field", "", "`KIND.ARGUMENT`"),
        (
            "0.95 < epoch",
            "expected a field",
            "0.95 < epoch",
            "`KIND.ARGUMENT`",
        ),
    ]);
}

#[test]
fn a_wrong_value_is_pointed_at() {
    refused_there(&[
        ("model = MLP", "expected a value", "MLP", "quotes"),
        ("epoch = 1.2.3", "expected a value", "1.2.3", "quotes"),
        ("epoch =", "expected a value", "", "quotes"),
        ("model ~ 3", "expected a text", "3", "quotes"),
        (
            "created > 'yesterday'",
            "expected a time",
            "'yesterday'",
            "a date",
        ),
        ("created > 2026", "expected a time", "2026", "a date"),
        ("model = \"MLP", "the quote is not closed", "\"MLP", "quote"),
        (
            "model = \"C:\\data\"",
            "unknown escape",
            "\\data\"",
            "backslash",
        ),
    ]);
}

#[test]
fn a_wrong_clause_is_pointed_at() {
    refused_there(&[
        (
            "model = 'MLP' andd epoch = 1",
            "expected the end or another clause",
            "andd epoch = 1",
            "did you mean `and`?",
        ),
        (
            "model = 'MLP' && epoch = 1",
            "expected `and`",
            "&& epoch = 1",
            "`and`",
        ),
        (
            "model = 'MLP' || epoch = 1",
            "expected `or`",
            "|| epoch = 1",
            "`or`",
        ),
        ("(model = 'MLP' limit 1", "expected `)`", "limit 1", "close"),
        (
            "model = 'MLP')",
            "expected the end or another clause",
            ")",
            "a query is",
        ),
        (
            "limit 1 order by epoch",
            "expected the end or another clause",
            "order by epoch",
            "then `order by`",
        ),
        ("order epoch", "expected `by`", "epoch", "`order by FIELD`"),
        (
            "order by epoch dsc",
            "expected the end or another clause",
            "dsc",
            "did you mean `desc`?",
        ),
        ("limit ten", "expected a whole number", "ten", "`limit 10`"),
        ("limit -1", "expected a whole number", "-1", "`limit 10`"),
        ("after 5b5", "expected a cursor", "5b5", "page"),
    ]);
}

#[test]
fn a_field_is_read_whole() {
    let error = "epoch desc".parse::<Field>().unwrap_err().to_string();
    assert_eq!(
        error,
        "cannot read the query: expected the end\n  epoch desc\n        ^\nhint: remove the rest"
    );
    assert!("0g".parse::<Cursor>().is_err());
    assert!("5b5d".parse::<Cursor>().is_err());
}

#[test]
fn nesting_is_limited_and_length_is_not() {
    for opening in ["(", "not "] {
        let deep = |levels: usize| {
            let closing = if opening == "(" {
                ")".repeat(levels)
            } else {
                String::new()
            };
            format!("{}epoch = 1{closing}", opening.repeat(levels))
        };
        assert_eq!(read(&deep(99)), read(&read(&deep(99)).to_string()));
        assert_eq!(refused(&deep(100)).0, "the query nests too deep");
        assert_eq!(refused(&deep(100_000)).0, "the query nests too deep");
    }
    let long = vec!["not (epoch = 1)"; 10_000].join(" and ");
    assert_eq!(read(&read(&long).to_string()), read(&long));
}
