//! Any query is written as text that reads back as the same, and any text is read or refused.

use std::time::Duration;

use proptest::prelude::*;
use tracker_core::conformance::Sample;
use tracker_core::query::{
    Condition, Cursor, Field, Literal, Operand, Order, Pattern, archived, argument, created,
    duration, ended, epoch, hash, id, metric, name, notes, param, run_name, status, tag, updated,
};
use tracker_core::{Error, Query, Status, Timestamp, Tracker};

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}",
        "[ -~]{0,6}",
        any::<String>(),
        proptest::sample::select(vec![
            "metric", "Order", "not", "TAG", "null", "inf", "0", "-1", "größe", "Param", "status",
            "archived", "Name", "best", "duration", "metrics", "Config", "in", "updated", "nan"
        ])
        .prop_map(str::to_owned),
    ]
}

fn fields() -> impl Strategy<Value = Field> {
    prop_oneof![
        (words(), words(), 0..9).prop_map(|(name, phase, part)| {
            let series = metric(name).phase(phase);
            match part {
                0 => series.first(),
                1 => series.last(),
                2 => series.min(),
                3 => series.max(),
                4 => series.best(),
                5 => series.best_epoch(),
                6 => series.best_step(),
                7 => series.mean(7),
                _ => series.count(),
            }
        }),
        (words(), words()).prop_map(|(kind, path)| argument(kind, &path)),
        words().prop_map(name),
        words().prop_map(hash),
        words().prop_map(tag),
        words().prop_map(|path| param(&path)),
        Just(notes()),
        Just(run_name()),
        Just(id()),
        Just(epoch()),
        Just(archived()),
        Just(duration()),
    ]
}

/// Of any value; a text reads back as a status or a time only where it is one.
fn statuses() -> impl Strategy<Value = Literal> {
    let all = [
        Status::Unknown,
        Status::Running,
        Status::Finished,
        Status::Failed,
        Status::Lost,
    ];
    proptest::sample::select(all.to_vec()).prop_map(Literal::from)
}

fn times() -> impl Strategy<Value = Literal> {
    prop_oneof![
        any::<i32>().prop_map(|second| Timestamp::from_second(second.into()).unwrap().into()),
        any::<u64>().prop_map(|ago| Literal::ago(Duration::from_secs(ago))),
        (
            0..9_u64,
            proptest::sample::select(vec![1, 60, 3_600, 86_400, 604_800])
        )
            .prop_map(|(count, unit)| Literal::ago(Duration::from_secs(count * unit))),
    ]
}

fn any_field() -> impl Strategy<Value = Field> {
    let others = proptest::sample::select(vec![status(), created(), updated(), ended()]);
    prop_oneof![9 => fields(), 1 => others]
}

/// A field with values that it may be compared with.
fn compared() -> impl Strategy<Value = (Field, Vec<Literal>)> {
    let some = |literals: BoxedStrategy<Literal>| proptest::collection::vec(literals, 0..4);
    let time = proptest::sample::select(vec![created(), updated(), ended()]);
    prop_oneof![
        8 => (fields(), some(literals().boxed())),
        1 => (Just(status()), some(statuses().boxed())),
        1 => (time, some(times().boxed())),
    ]
}

fn patterns() -> impl Strategy<Value = Pattern> {
    prop_oneof![
        words().prop_map(Pattern::of_text),
        words().prop_filter_map("a pattern", |text| text.parse().ok()),
        proptest::sample::select(vec![
            "^a.*\"$",
            "(?i)x|y",
            "[\"'\\\\]",
            "\\d+\\.",
            "\\<a\\>"
        ])
        .prop_map(|text| text.parse().unwrap()),
    ]
}

fn literals() -> impl Strategy<Value = Literal> {
    prop_oneof![
        any::<u64>().prop_map(|bits| f64::from_bits(bits).into()),
        (-10.0..10.0).prop_map(Literal::from),
        any::<i128>().prop_map(Literal::from),
        any::<bool>().prop_map(Literal::from),
        words().prop_map(Literal::from),
        Just(Literal::NULL),
        any::<i32>().prop_map(|second| Timestamp::from_second(second.into()).unwrap().into()),
    ]
}

fn comparisons() -> impl Strategy<Value = Condition> {
    fn compare(field: Field, value: impl Into<Operand>, comparison: i32) -> Condition {
        match comparison {
            0 => field.eq(value),
            1 => field.ne(value),
            2 => field.lt(value),
            3 => field.le(value),
            4 => field.gt(value),
            _ => field.ge(value),
        }
    }
    prop_oneof![
        8 => (compared(), 0..6).prop_filter_map("a value", |((field, mut values), comparison)| {
            Some(compare(field, values.pop()?, comparison))
        }),
        2 => (any_field(), any_field(), 0..6).prop_map(|(a, b, comparison)| compare(a, b, comparison)),
        1 => (compared(), any::<bool>()).prop_map(|((field, values), is_in)| {
            if is_in { field.is_in(values) } else { field.not_in(values) }
        }),
        1 => any_field().prop_map(Field::exists),
        1 => (any_field(), patterns(), any::<bool>()).prop_map(|(field, pattern, matches)| {
            if matches { field.matches(pattern) } else { field.matches_not(pattern) }
        }),
        1 => (any_field(), words()).prop_map(|(field, text)| field.contains(text)),
    ]
}

fn conditions() -> impl Strategy<Value = Condition> {
    comparisons().prop_recursive(5, 32, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.and(b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.or(b)),
            inner.prop_map(|condition| !condition),
        ]
    })
}

fn orders() -> impl Strategy<Value = Order> {
    (any_field(), any::<bool>())
        .prop_map(|(field, desc)| if desc { field.desc() } else { field.asc() })
}

/// The end of a page of one run of two.
fn cursor() -> Cursor {
    let tracker = Tracker::open("memory:").unwrap();
    let experiment = tracker.experiment("digits").unwrap();
    for id in ["a", "b"] {
        experiment.track_as(id, &Sample::new("MLP", "{}")).unwrap();
    }
    let page = experiment.aggregates().find(Query::new().limit(1));
    page.unwrap().next.unwrap()
}

fn queries() -> impl Strategy<Value = Query> {
    let cursor = Just(cursor());
    let parts = (
        proptest::option::of(conditions()),
        proptest::collection::vec(orders(), 0..3),
        proptest::option::of(any::<usize>()),
        proptest::option::of(cursor),
    );
    parts.prop_map(|(condition, orders, limit, cursor)| {
        let query = match condition {
            Some(condition) => Query::new().filter(condition),
            None => Query::new(),
        };
        let query = orders.into_iter().fold(query, Query::order_by);
        let query = limit.into_iter().fold(query, Query::limit);
        cursor.into_iter().fold(query, Query::after)
    })
}

/// Pieces of the language in any order.
fn salad() -> impl Strategy<Value = String> {
    let pieces = vec![
        "metric",
        ".",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "'",
        "\\",
        " ",
        "not ",
        "and ",
        "or ",
        "order by ",
        "limit ",
        "after ",
        "exists",
        "=",
        "!",
        "<",
        ">",
        "~",
        ",",
        "-",
        "1",
        "e5",
        "null",
        "tag",
        "param",
        "name",
        "status",
        "duration",
        "in ",
        "!~",
        "metrics",
        "config.",
        "my name",
        "@",
        "7d ago",
        "2026-01-31",
        "1h",
        "updated",
        "archived",
        "created",
        "max",
        "mean(",
        "best",
        "ö",
        "\u{1F600}",
        "\n",
        "5b",
    ];
    proptest::collection::vec(proptest::sample::select(pieces), 0..24).prop_map(|all| all.concat())
}

proptest! {
    #[test]
    fn the_text_of_a_query_reads_back(query in queries()) {
        let text = query.to_string();
        match text.parse::<Query>() {
            Ok(again) => prop_assert_eq!(again, query, "{}", text),
            Err(error) => prop_assert!(false, "{}", error),
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in prop_oneof![any::<String>(), salad()]) {
        match text.parse::<Query>() {
            Ok(query) => prop_assert_eq!(query.to_string().parse::<Query>().ok(), Some(query)),
            Err(Error::Query { column, .. }) => prop_assert!(column <= text.chars().count()),
            Err(other) => prop_assert!(false, "{}", other),
        }
        let _: Result<Cursor, Error> = text.parse();
    }
}
