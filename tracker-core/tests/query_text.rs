//! Queries as text: what is read, what is refused and where, and that it is written back.

use tracker_core::query::{
    Cursor, Field, Literal, archived, argument, created, duration, ended, epoch, hash, id, metric,
    name, notes, param, run_name, status, tag, updated,
};
use tracker_core::{Error, Query, Status, Timestamp};

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
    said_by_both(&[
        ("", Query::new()),
        // A kind that is called as a number that is none.
        (
            "tag.e < nan.to",
            Query::new().filter(tag("e").lt(argument("nan", "to"))),
        ),
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
    ]);
}

#[test]
fn comparisons_with_more_than_a_value_are_read() {
    said_by_both(&[
        (
            "created >= 2026-01-31 and ended < updated and (duration >= 1h30min or duration < 1.5s)",
            Query::new()
                .filter(created().ge("2026-01-31T00:00:00Z".parse::<Timestamp>().unwrap()))
                .filter(ended().lt(updated()))
                .filter(duration().ge(5_400).or(duration().lt(1.5))),
        ),
        (
            "limit 5 order by metric.loss.best_epoch, metric.loss.best_step",
            Query::new()
                .order_by(metric("loss").best_epoch())
                .order_by(metric("loss").best_step())
                .limit(5),
        ),
        (
            r#"model = (teacher) or metric.loss.last<metric.loss["test"].last and a.b != "c d".e"#,
            Query::new().filter(
                name("model").eq(name("teacher")).or(metric("loss")
                    .last()
                    .lt(metric("loss").phase("test").last())
                    .and(argument("a", "b").ne(argument("c d", "e")))),
            ),
        ),
        (
            "param.seed IN (1, 2.5, 'x') and tag.a not in () and status in ('lost')",
            Query::new().filter(
                param("seed")
                    .is_in([Literal::from(1), 2.5.into(), "x".into()])
                    .and(tag("a").not_in::<i32>([]))
                    .and(status().is_in([Status::Lost])),
            ),
        ),
    ]);
}

/// Each text, and the query made by methods.
fn said_by_both(cases: &[(&str, Query)]) {
    for (text, query) in cases {
        assert_eq!(read(text), *query, "`{text}`");
        assert_eq!(read(&query.to_string()), *query, "`{query}`");
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
        (
            "größe == 1",
            "expected a comparison",
            "= 1",
            "write `=` for `==`",
        ),
        (
            "epoch <> 1",
            "expected a comparison",
            "> 1",
            "write `!=` for `<>`",
        ),
        (
            "epoch =< 1",
            "expected a comparison",
            "< 1",
            "write `<=` for `=<`",
        ),
        (
            "model LIKE '%MLP%'",
            "expected a comparison",
            "LIKE '%MLP%'",
            "write `~`",
        ),
        ("epoch not (1, 2)", "expected `in`", "(1, 2)", "not in"),
        ("epoch in 1, 2", "expected `(`", "1, 2", "parentheses"),
        ("epoch in (1; 2)", "expected `,` or `)`", "; 2)", "commas"),
        ("epoch in (1, MLP)", "expected a value", "MLP)", "quotes"),
        ("model & 1", "expected a comparison", "& 1", "`!=`"),
        ("model", "expected a comparison", "", "`!=`"),
        (
            "model existss",
            "expected a comparison",
            "existss",
            "did you mean `exists`?",
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
fn quotes_are_offered_where_a_name_needs_them() {
    refused_there(&[
        (
            "metric.val/AR@100[test].last > 0.5",
            "expected `.`",
            "@100[test].last > 0.5",
            r#"did you mean `metric."val/AR@100"[test].last`?"#,
        ),
        (
            "metric.my loss.last < 1 and epoch > 2",
            "expected `.`",
            "loss.last < 1 and epoch > 2",
            r#"did you mean `metric."my loss".last`?"#,
        ),
        (
            "metric.val.loss.best_epoch exists",
            "expected a part of the metric",
            "loss.best_epoch exists",
            r#"did you mean `metric."val.loss".best_epoch`?"#,
        ),
        (
            "order by metric.loss[val set].last desc limit 3",
            "expected `]`",
            "set].last desc limit 3",
            r#"did you mean `metric.loss["val set"].last`?"#,
        ),
        (
            "metric.loss < 0.5",
            "expected `.`",
            "< 0.5",
            "did you mean `metric.loss.last`?",
        ),
        (
            "tag.my tag = 'x'",
            "expected a comparison",
            "tag = 'x'",
            r#"did you mean `tag."my tag"`?"#,
        ),
        (
            "epoch > 1 and tag.my tag",
            "expected a comparison",
            "tag",
            r#"did you mean `tag."my tag"`?"#,
        ),
        (
            "param.batch@2 in (1, 2)",
            "expected a comparison",
            "@2 in (1, 2)",
            r#"did you mean `param."batch@2"`?"#,
        ),
        (
            "status = failed",
            "expected a value",
            "failed",
            r#"did you mean the text `"failed"`?"#,
        ),
    ]);
}

#[test]
fn the_words_of_other_trackers_are_known() {
    refused_there(&[
        (
            "metrics.loss[test].max > 1",
            "`metrics` is no field",
            "metrics.loss[test].max > 1",
            "write `metric.loss[test].max`",
        ),
        (
            "epoch > 1 and Metrics.val/AR@100 < 0.5",
            "`metrics` is no field",
            "Metrics.val/AR@100 < 0.5",
            r#"write `metric."val/AR@100".last`"#,
        ),
        (
            "params.lr = 0.1",
            "`params` is no field",
            "params.lr = 0.1",
            "write `param.lr`",
        ),
        (
            "config.lr = 0.1",
            "`config` is no field",
            "config.lr = 0.1",
            "write `param.lr`, or `optimizer.lr`",
        ),
        (
            "tags.stage exists",
            "`tags` is no field",
            "tags.stage exists",
            "write `tag.stage`",
        ),
        (
            "order by attributes.status",
            "`attributes` is no field",
            "attributes.status",
            "write `status`",
        ),
        (
            "metrics",
            "`metrics` is no field",
            "metrics",
            "write `metric.NAME.last`",
        ),
    ]);
    let quoted = r#""config".lr = 0.1"#;
    assert_eq!(
        read(quoted),
        Query::new().filter(argument("config", "lr").eq(0.1))
    );
    assert_eq!(read(quoted).to_string(), quoted);
}

#[test]
fn a_pattern_is_read_as_it_stands() {
    for (text, printed) in [
        (r#"name ~ "^\d+\.5\"$""#, r#"name ~ "^\d+\.5\"$""#),
        (r#"name ~ '"\''"#, r#"name ~ "\"\'""#),
        (
            r#"name !~ "(?i)mlp""#,
            r#"name exists and not name ~ "(?i)mlp""#,
        ),
    ] {
        assert_eq!(read(text).to_string(), printed);
        assert_eq!(read(printed), read(text));
    }
    let (problem, at, hint) = refused(r#"name ~ "(mlp" and epoch = 1"#);
    assert_eq!(problem, "expected a regular expression");
    assert_eq!(at, r#""(mlp" and epoch = 1"#);
    assert!(hint.starts_with("unclosed group; "), "{hint}");
    assert_eq!(refused(r#"name ~ "mlp\"#).0, "the quote is not closed");
}

#[test]
fn how_long_ago_stays_how_long_ago() {
    let query = read("created > 7d ago");
    assert_eq!(query.to_string(), "created > 7d ago");
    assert_eq!(query, read("created > 168h ago"));
    assert_eq!(
        read("updated < 1h30min ago").to_string(),
        "updated < 90min ago"
    );
    let week = created().gt(Literal::ago(std::time::Duration::from_secs(7 * 86_400)));
    assert_eq!(query, Query::new().filter(week));
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
        ("ended > 7d", "expected a time", "7d", "`7d ago`"),
        (
            "created in (2026-01-31, x)",
            "expected a time",
            "x)",
            "a date",
        ),
        (
            "status = 'finishd'",
            "there is no status `finishd`",
            "'finishd'",
            "did you mean `finished`?",
        ),
        (
            "status in ('lost', 3)",
            "expected a status",
            "3)",
            "`failed`",
        ),
        (
            "duration > 2 h",
            "expected the end or another clause",
            "h",
            "a query is",
        ),
        (
            "duration > 2parsecs",
            "expected a duration",
            "2parsecs",
            "1h30min",
        ),
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
            "limit 1 order by epoch limit 2",
            "expected the end",
            "limit 2",
            "once",
        ),
        (
            "(model = 'MLP' && epoch = 1)",
            "expected `and`",
            "&& epoch = 1)",
            "`and`",
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

#[test]
fn the_mean_says_of_how_many() {
    let field = metric("loss").phase("test").mean(10);
    assert_eq!(field.to_string(), "metric.loss[test].mean(10)");
    assert_eq!(
        "metric.loss[test].MEAN ( 10 )".parse::<Field>().unwrap(),
        field
    );
    let hint = "did you mean `mean(10)`? (that of the last 10 values)";
    for text in [
        "metric.loss.mean",
        "metric.loss.mean()",
        "metric.loss.mean(0)",
        "metric.loss.mean(x)",
    ] {
        let error = text.parse::<Field>().unwrap_err().to_string();
        assert!(error.ends_with(hint), "{error}");
    }
    let error = "metric.a@b.mean(3)"
        .parse::<Field>()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("did you mean `metric.\"a@b\".mean(10)`?"),
        "{error}"
    );
}
