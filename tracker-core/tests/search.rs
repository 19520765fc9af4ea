//! A random query on random runs finds what a plain reading of its rules finds.

use std::cmp::Ordering;

use proptest::prelude::*;
use registry_core::Value;
use tracker_core::conformance::Sample;
use tracker_core::query::{
    Condition, Field, Literal, archived, argument, epoch, metric, param, run_name, tag,
};
use tracker_core::{Experiment, Metric, Query, Tracker};

/// What a run has in each of several fields; few different values, so that many are equal.
#[derive(Clone, Debug)]
struct Run {
    loss: Option<f64>,
    argument: Option<Given>,
    tag: Option<&'static str>,
    param: Option<Given>,
    name: &'static str,
    archived: bool,
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
    Best,
    Argument,
    Tag,
    Param,
    Name,
    Archived,
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
            // The only number is the best one; NaN is none.
            Of::Best => self.loss.filter(|loss| !loss.is_nan()).map(Given::Number),
            Of::Param => self.param.clone(),
            Of::Name => Some(Given::Text(self.name)).filter(|_| !self.name.is_empty()),
            Of::Archived => Some(Given::Bool(self.archived)),
            Of::Argument => self.argument.clone(),
            Of::Tag => self.tag.map(Given::Text),
            Of::Epoch => Some(Given::Number(u32::try_from(self.epoch).unwrap().into())),
        }
    }

    fn create(&self, experiment: &Experiment, id: usize) {
        let arguments = match &self.argument {
            None => "{}".to_owned(),
            Some(given) => format!(r#"{{"x": {}}}"#, given.json()),
        };
        let model = Sample::new("MLP", &arguments);
        let run = experiment.track_as(&id.to_string(), &model).unwrap();
        if let Some(loss) = self.loss {
            run.metrics().add(Metric::new("loss", loss)).unwrap();
        }
        if let Some(tag) = self.tag {
            run.set_tag("stage", tag).unwrap();
        }
        if let Some(param) = &self.param {
            let value: Value = param.json().parse().unwrap();
            run.set_param("x", value).unwrap();
        }
        run.set_name(self.name).unwrap();
        if self.archived {
            run.archive().unwrap();
        }
        run.set_epoch(self.epoch).unwrap();
    }
}

impl Of {
    fn field(self) -> Field {
        match self {
            Self::Loss => metric("loss").last(),
            Self::Best => metric("loss").best(),
            Self::Param => param("x"),
            Self::Name => run_name(),
            Self::Archived => archived(),
            Self::Argument => argument("model", "x"),
            Self::Tag => tag("stage"),
            Self::Epoch => epoch(),
        }
    }
}

impl Given {
    fn json(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(bool) => bool.to_string(),
            Self::Number(number) if number.is_nan() => "NaN".to_owned(),
            // Without a point: an integer, which compares with floats.
            Self::Number(number) => number.to_string(),
            Self::Text(text) => format!("\"{text}\""),
            Self::List => "[1]".to_owned(),
        }
    }

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

    fn asks_for_archived(&self) -> bool {
        match self {
            Self::Compare(of, ..) | Self::Exists(of) => matches!(of, Of::Archived),
            Self::And(a, b) | Self::Or(a, b) => a.asks_for_archived() || b.asks_for_archived(),
            Self::Not(rule) => rule.asks_for_archived(),
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
    let asks = rule.is_some_and(Rule::asks_for_archived);
    let found = |index: &usize| {
        let run = &runs[*index];
        (asks || !run.archived) && rule.is_none_or(|rule| rule.holds(run))
    };
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
    proptest::sample::select(vec![
        Of::Loss,
        Of::Best,
        Of::Argument,
        Of::Tag,
        Of::Param,
        Of::Name,
        Of::Archived,
        Of::Epoch,
    ])
}

fn runs() -> impl Strategy<Value = Vec<Run>> {
    let option = proptest::option::of::<BoxedStrategy<f64>>;
    let run = (
        option(numbers().boxed()),
        proptest::option::of(given()),
        proptest::option::of(texts()),
        proptest::option::of(given()),
        texts(),
        proptest::bool::weighted(0.25),
        0..3_u64,
    );
    let run = run.prop_map(|(loss, argument, tag, param, name, archived, epoch)| Run {
        loss,
        argument,
        tag,
        param,
        name,
        archived,
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
