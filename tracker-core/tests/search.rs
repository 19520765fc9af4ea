//! A random query on random runs finds what a plain reading of its rules finds.

use std::cmp::Ordering;

use proptest::prelude::*;
use tracker_core::conformance::Sample;
use tracker_core::ports::{AggregateRecord, AggregateStore, ExperimentRecord, ExperimentStore};
use tracker_core::query::{Condition, Field, Literal, argument, epoch, metric, tag};
use tracker_core::{Experiment, MemoryStore, Metric, Query, Timestamp, Tracker};

/// What a run has in each of four fields; few different values, so that many are equal.
#[derive(Clone, Debug)]
struct Run {
    loss: Option<f64>,
    argument: Option<Given>,
    tag: Option<&'static str>,
    epoch: u64,
}

#[derive(Clone, Debug, PartialEq)]
enum Given {
    Null,
    Bool(bool),
    Number(f64),
    Text(&'static str),
    List,
}

#[derive(Clone, Copy, Debug)]
enum Of {
    Loss,
    Argument,
    Tag,
    Epoch,
}

#[derive(Clone, Debug)]
enum Rule {
    Compare(Of, usize, Given),
    Exists(Of),
    And(Box<Rule>, Box<Rule>),
    Or(Box<Rule>, Box<Rule>),
    Not(Box<Rule>),
}

impl Run {
    fn get(&self, of: Of) -> Option<Given> {
        match of {
            Of::Loss => self.loss.map(Given::Number),
            Of::Argument => self.argument.clone(),
            Of::Tag => self.tag.map(Given::Text),
            Of::Epoch => Some(Given::Number(u32::try_from(self.epoch).unwrap().into())),
        }
    }

    fn create(&self, experiment: &Experiment, id: usize) {
        let arguments = match &self.argument {
            None => "{}".to_owned(),
            Some(Given::Null) => r#"{"x": null}"#.to_owned(),
            Some(Given::Bool(bool)) => format!(r#"{{"x": {bool}}}"#),
            Some(Given::Number(number)) if number.is_nan() => r#"{"x": NaN}"#.to_owned(),
            // Without a point: an integer, which compares with floats.
            Some(Given::Number(number)) => format!(r#"{{"x": {number}}}"#),
            Some(Given::Text(text)) => format!(r#"{{"x": "{text}"}}"#),
            Some(Given::List) => r#"{"x": [1]}"#.to_owned(),
        };
        let model = Sample::new("MLP", &arguments);
        let run = experiment.track_as(&id.to_string(), &model).unwrap();
        if let Some(loss) = self.loss {
            run.metrics().add(Metric::new("loss", loss)).unwrap();
        }
        if let Some(tag) = self.tag {
            run.set_tag("stage", tag).unwrap();
        }
        run.set_epoch(self.epoch).unwrap();
    }
}

impl Of {
    fn field(self) -> Field {
        match self {
            Self::Loss => metric("loss").last(),
            Self::Argument => argument("model", "x"),
            Self::Tag => tag("stage"),
            Self::Epoch => epoch(),
        }
    }
}

impl Given {
    fn literal(&self) -> Literal {
        match self {
            Self::Null | Self::List => Literal::NULL,
            Self::Bool(bool) => (*bool).into(),
            Self::Number(number) => (*number).into(),
            Self::Text(text) => (*text).into(),
        }
    }
}

impl Rule {
    fn condition(&self) -> Condition {
        match self {
            Self::Compare(of, which, value) => {
                let (field, value) = (of.field(), value.literal());
                match which {
                    0 => field.eq(value),
                    1 => field.ne(value),
                    2 => field.lt(value),
                    3 => field.le(value),
                    4 => field.gt(value),
                    _ => field.ge(value),
                }
            }
            Self::Exists(of) => of.field().exists(),
            Self::And(a, b) => a.condition().and(b.condition()),
            Self::Or(a, b) => a.condition().or(b.condition()),
            Self::Not(rule) => !rule.condition(),
        }
    }

    fn holds(&self, run: &Run) -> bool {
        match self {
            Self::Compare(of, which, right) => {
                let Some(left) = run.get(*of) else {
                    return false;
                };
                let right = if *right == Given::List {
                    &Given::Null
                } else {
                    right
                };
                let (same, order) = match (&left, right) {
                    (Given::Number(a), Given::Number(b)) if a.is_nan() || b.is_nan() => {
                        (a.is_nan() && b.is_nan(), None)
                    }
                    (Given::Number(a), Given::Number(b)) => {
                        let order = a.partial_cmp(b);
                        (order == Some(Ordering::Equal), order)
                    }
                    (Given::Text(a), Given::Text(b)) => (a == b, Some(a.cmp(b))),
                    (Given::Bool(a), Given::Bool(b)) => (a == b, Some(a.cmp(b))),
                    (Given::Null, Given::Null) => (true, None),
                    _ => (false, None),
                };
                match which {
                    0 => same,
                    1 => !same,
                    2 => order == Some(Ordering::Less),
                    3 => matches!(order, Some(Ordering::Less | Ordering::Equal)),
                    4 => order == Some(Ordering::Greater),
                    _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
                }
            }
            Self::Exists(of) => run.get(*of).is_some(),
            Self::And(a, b) => a.holds(run) && b.holds(run),
            Self::Or(a, b) => a.holds(run) || b.holds(run),
            Self::Not(rule) => !rule.holds(run),
        }
    }
}

/// Whether `a` must stand before `b`, field by field; neither when they are equal.
fn before(orders: &[(Of, bool)], a: &Run, b: &Run) -> bool {
    let place = |given: Option<Given>| match given {
        None | Some(Given::Null | Given::List) => (3, 0.0, ""),
        Some(Given::Number(number)) if number.is_nan() => (3, 0.0, ""),
        Some(Given::Number(number)) => (0, number, ""),
        Some(Given::Text(text)) => (1, 0.0, text),
        Some(Given::Bool(bool)) => (2, f64::from(u8::from(bool)), ""),
    };
    for (of, descending) in orders {
        let (a, b) = (place(a.get(*of)), place(b.get(*of)));
        if a == b {
            continue;
        }
        let reversed = *descending && a.0 != 3 && b.0 != 3;
        return (a < b) != reversed;
    }
    false
}

/// The indices of what is found, by choosing the first of those that are left, again and again.
fn expected(runs: &[Run], rule: Option<&Rule>, orders: &[(Of, bool)]) -> Vec<usize> {
    let found = |index: &usize| rule.is_none_or(|rule| rule.holds(&runs[*index]));
    let mut left: Vec<usize> = (0..runs.len()).filter(found).collect();
    let mut sorted = Vec::new();
    while let Some(mut first) = left.first().copied() {
        for index in &left {
            if before(orders, &runs[*index], &runs[first]) {
                first = *index;
            }
        }
        left.retain(|index| *index != first);
        sorted.push(first);
    }
    sorted
}

fn numbers() -> impl Strategy<Value = f64> {
    proptest::sample::select(vec![-1.0, 0.0, 1.0, 2.0, 2.5, f64::NAN])
}

fn texts() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec!["", "a", "b"])
}

fn given() -> impl Strategy<Value = Given> {
    prop_oneof![
        4 => numbers().prop_map(Given::Number),
        2 => texts().prop_map(Given::Text),
        1 => any::<bool>().prop_map(Given::Bool),
        1 => Just(Given::Null),
        1 => Just(Given::List),
    ]
}

fn of() -> impl Strategy<Value = Of> {
    proptest::sample::select(vec![Of::Loss, Of::Argument, Of::Tag, Of::Epoch])
}

fn runs() -> impl Strategy<Value = Vec<Run>> {
    let option = proptest::option::of::<BoxedStrategy<f64>>;
    let run = (
        option(numbers().boxed()),
        proptest::option::of(given()),
        proptest::option::of(texts()),
        0..3_u64,
    );
    let run = run.prop_map(|(loss, argument, tag, epoch)| Run {
        loss,
        argument,
        tag,
        epoch,
    });
    proptest::collection::vec(run, 0..12)
}

fn rules() -> impl Strategy<Value = Rule> {
    let leaf = prop_oneof![
        6 => (of(), 0..6_usize, given()).prop_map(|(of, which, value)| Rule::Compare(of, which, value)),
        1 => of().prop_map(Rule::Exists),
    ];
    leaf.prop_recursive(4, 12, 2, |inner| {
        let two = || {
            (
                inner.clone().prop_map(Box::new),
                inner.clone().prop_map(Box::new),
            )
        };
        prop_oneof![
            two().prop_map(|(a, b)| Rule::And(a, b)),
            two().prop_map(|(a, b)| Rule::Or(a, b)),
            inner.clone().prop_map(|rule| Rule::Not(Box::new(rule))),
        ]
    })
}

proptest! {
    #[test]
    fn a_query_finds_what_its_rules_say(
        runs in runs(),
        rule in proptest::option::of(rules()),
        orders in proptest::collection::vec((of(), any::<bool>()), 0..3),
        size in 1..5_usize,
    ) {
        let tracker = Tracker::open("memory:").unwrap();
        let experiment = tracker.experiment("digits").unwrap();
        for (index, run) in runs.iter().enumerate() {
            run.create(&experiment, index);
        }
        let mut query = Query::new();
        if let Some(rule) = &rule {
            query = query.filter(rule.condition());
        }
        for (of, descending) in &orders {
            let field = of.field();
            query = query.order_by(if *descending { field.desc() } else { field.asc() });
        }
        let expected = expected(&runs, rule.as_ref(), &orders);
        let ids = |ids: Vec<String>| ids.iter().map(|id| id.parse().unwrap()).collect::<Vec<usize>>();

        let whole = experiment.aggregates().find(&query).unwrap();
        let found = ids(whole.iter().map(|run| run.id().to_owned()).collect());
        prop_assert_eq!(&found, &expected, "{}", query);

        // The same by pages, and through the text of each query.
        let mut paged = Vec::new();
        let mut page = query.limit(size);
        loop {
            let read: Query = page.to_string().parse().unwrap();
            let rows = experiment.aggregates().rows(read).unwrap();
            prop_assert!(paged.len() <= expected.len(), "pages repeat: {}", page);
            paged.extend(rows.iter().map(|row| row.aggregate.id.clone()));
            match rows.next {
                Some(cursor) => page = page.after(cursor),
                None => break,
            }
        }
        prop_assert_eq!(ids(paged), expected, "{}", page);
    }
}

#[test]
fn pages_over_all_experiments_give_each_run_once() {
    let store = MemoryStore::default();
    let experiments = ["digits", "letters"].map(ExperimentRecord::new);
    for experiment in &experiments {
        store.create_experiment(experiment).unwrap();
    }
    let mut expected = Vec::new();
    // Two that nothing but their experiment tells apart are both there.
    for (id, seconds) in [("a", [0, 0]), ("b", [2, 3]), ("c", [4, 4])] {
        for (experiment, second) in experiments.iter().zip(seconds) {
            let record = AggregateRecord {
                created: Timestamp::from_second(second).unwrap(),
                ..AggregateRecord::new(id)
            };
            store.create_aggregate(experiment.id, &record, &[]).unwrap();
            expected.push((record.created, record.id, experiment.name.clone()));
        }
    }
    let tracker = Tracker::new(store);
    for experiment in tracker.experiments().list().unwrap() {
        for run in experiment.aggregates().list().unwrap() {
            let loss = if run.id() == "c" { 0.1 } else { 0.5 };
            run.metrics().add(Metric::new("loss", loss)).unwrap();
        }
    }
    // The best first, and equals as they were created, of whatever experiment.
    expected.rotate_left(4);

    let query: Query = "order by metric.loss.last limit 1".parse().unwrap();
    let mut page = tracker.experiments().rows(&query).unwrap();
    let mut found = Vec::new();
    loop {
        found.extend(page.items.into_iter().map(|(experiment, row)| {
            let record = row.aggregate;
            (record.created, record.id, experiment.name())
        }));
        let Some(cursor) = page.next else { break };
        assert!(found.len() < expected.len(), "{found:?}");
        let next = query.clone().after(cursor);
        page = tracker.experiments().rows(next).unwrap();
    }
    assert_eq!(found, expected);
}
