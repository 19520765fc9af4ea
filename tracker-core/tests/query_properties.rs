//! Any query is written as text that reads back as the same, and any text is read or refused.

use proptest::prelude::*;
use tracker_core::conformance::Sample;
use tracker_core::query::{
    Condition, Cursor, Field, Literal, Order, archived, argument, created, duration, epoch, hash,
    id, metric, name, notes, param, run_name, status, tag,
};
use tracker_core::{Error, Query, Timestamp, Tracker};

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}",
        "[ -~]{0,6}",
        any::<String>(),
        proptest::sample::select(vec![
            "metric", "Order", "not", "TAG", "null", "inf", "0", "-1", "größe", "Param", "status",
            "archived", "Name", "best", "duration"
        ])
        .prop_map(str::to_owned),
    ]
}

fn fields() -> impl Strategy<Value = Field> {
    prop_oneof![
        (words(), words(), 0..6).prop_map(|(name, phase, part)| {
            let series = metric(name).phase(phase);
            match part {
                0 => series.first(),
                1 => series.last(),
                2 => series.min(),
                3 => series.max(),
                4 => series.best(),
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
        Just(status()),
        Just(duration()),
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
    let times = any::<i32>().prop_map(|second| Timestamp::from_second(second.into()).unwrap());
    prop_oneof![
        8 => (fields(), literals(), 0..6).prop_map(|(field, literal, comparison)| match comparison {
            0 => field.eq(literal),
            1 => field.ne(literal),
            2 => field.lt(literal),
            3 => field.le(literal),
            4 => field.gt(literal),
            _ => field.ge(literal),
        }),
        1 => fields().prop_map(Field::exists),
        1 => (fields(), words()).prop_map(|(field, text)| field.contains(text)),
        1 => times.prop_map(|time| created().lt(time)),
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
    (fields(), any::<bool>())
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
        "archived",
        "created",
        "max",
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
