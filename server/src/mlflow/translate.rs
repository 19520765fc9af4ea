//! Filters of MLflow as conditions of queries, so that the store answers them.

use tracker_core::ports::{Detail, Scope};
use tracker_core::query::{
    Condition, Field, Literal as Value, Pattern, Target, created, ended, id, metric, run_name, tag,
};
use tracker_core::{Timestamp, Uuid};

use super::experiment::{NOTE, time};
use super::filter::{Clause, Entity, Literal, Sign, Test};
use super::ids;
use super::inputs::Linked;
use super::matcher::{Matcher, like};
use super::metric::series;
use super::refusal::{invalid, unknown, unquoted, wrong_sign};
use super::run::{NAME, USER};
use super::status;
use crate::app::App;
use crate::problem::Problem;

/// Translates; what the store's queries do not know is looked for before.
pub(super) struct Translator<'a>(pub(super) &'a App);

impl Translator<'_> {
    /// The condition of a part of a filter.
    pub(super) fn condition(&self, clause: &Clause) -> Result<Condition, Problem> {
        let key = clause.of.key.as_str();
        let test = &clause.test;
        match clause.of.entity {
            Entity::Metric => of_metric(key, test),
            Entity::Param => of_text(&param(key), test, "params"),
            Entity::Tag => match key {
                NAME => of_name(test, "tags"),
                NOTE => of_text(&[tracker_core::query::notes()], test, "tags"),
                key => of_text(&[tag(key)], test, "tags"),
            },
            Entity::Dataset => self.of_dataset(key, test),
            Entity::Attribute => self.of_attribute(key, test),
        }
    }

    /// Datasets are few, and none of the store's: those runs are named that have read them.
    fn of_dataset(&self, key: &str, test: &Test) -> Result<Condition, Problem> {
        if !["name", "digest", "context"].contains(&key) {
            return Err(unknown(
                "dataset attribute",
                key,
                &["name", "digest", "context"],
            ));
        }
        if let Test::IsNull(_) = test {
            return Err(wrong_sign("datasets"));
        }
        let matcher = Matcher::of(test, "datasets")?;
        let linked = Linked::all(self.0)?.into_iter();
        let found = linked.filter(|(_, linked)| {
            linked.datasets.iter().any(|input| match key {
                "name" => matcher.holds(&input.dataset.name),
                "digest" => matcher.holds(&input.dataset.digest),
                _ => input
                    .context()
                    .is_some_and(|context| matcher.holds(context)),
            })
        });
        self.these(found.map(|(run, _)| run).collect())
    }

    /// The runs of these uuids. Where MLflow has made a run, its uuid is its id too.
    fn these(&self, uuids: Vec<Uuid>) -> Result<Condition, Problem> {
        let rows = (self.0.tracker.store()?).rows(&Scope::Uuids(uuids), &Detail::NONE)?;
        let runs = rows.into_iter().map(|row| row.aggregate);
        let (made, other): (Vec<_>, Vec<_>) = runs.partition(|run| run.id == ids::hex(run.uuid));
        let made = id().is_in(made.into_iter().map(|run| run.id));
        // An id may be that of runs in several experiments.
        let other = other.into_iter();
        let other = other.map(|run| id().eq(run.id).and(created().eq(run.created)));
        Ok(other.fold(made, Condition::or))
    }

    fn of_ids<'t>(
        &self,
        texts: impl IntoIterator<Item = &'t String>,
    ) -> Result<Condition, Problem> {
        let uuids = texts.into_iter().filter_map(|text| text.parse().ok());
        self.these(uuids.collect())
    }

    fn of_attribute(&self, key: &str, test: &Test) -> Result<Condition, Problem> {
        match key {
            "run_id" => match test {
                Test::In { values, negated } => {
                    let found = self.of_ids(values)?;
                    Ok(if *negated { !found } else { found })
                }
                Test::Compare(Sign::Eq, Literal::Text(text)) => self.of_ids([text]),
                Test::Compare(Sign::Ne, Literal::Text(text)) => Ok(!self.of_ids([text])?),
                test => of_text(&[id()], test, "attributes"),
            },
            "run_name" => of_name(test, "attributes"),
            "user_id" => of_text(&[tag(USER)], test, "attributes"),
            "status" => {
                no_list(test)?;
                let matcher = Matcher::of(test, "attributes")?;
                let words = status::WORDS.iter().map(|(word, _)| *word);
                let found = words.filter(|word| matcher.holds(word));
                Ok(any(found.map(status::condition)))
            }
            "artifact_uri" => self.of_artifacts(test),
            "start_time" => of_time(&created(), test),
            "end_time" => of_time(&ended(), test),
            key => Err(unknown("attribute", key, &ATTRIBUTES)),
        }
    }

    /// The address of a run's artifacts ends with its id.
    fn of_artifacts(&self, test: &Test) -> Result<Condition, Problem> {
        let run = |text: &str| {
            let rest = text.strip_suffix("/artifacts").unwrap_or_default();
            rest.rsplit('/').next().map(str::to_owned)
        };
        no_list(test)?;
        Ok(match test {
            Test::Compare(Sign::Eq, Literal::Text(text)) => self.of_ids(&run(text))?,
            Test::Compare(Sign::Ne, Literal::Text(text)) => !self.of_ids(&run(text))?,
            Test::Like { pattern, .. } => {
                let parts = pattern.split(['/', '%']);
                let ids: Vec<String> = parts
                    .filter(|part| part.len() == 32)
                    .map(str::to_lowercase)
                    .collect();
                // Without an id it is what all of them have.
                if ids.is_empty() {
                    id().exists()
                } else {
                    self.of_ids(&ids)?
                }
            }
            _ => return Err(wrong_sign("attributes")),
        })
    }
}

/// A parameter, as MLflow writes it, or as Entia has an argument or a component.
pub(super) fn param(key: &str) -> Vec<Field> {
    let mut fields = vec![Field::from(Target::Param(vec![key.to_owned()]))];
    match key.split_once('.') {
        Some((kind, argument)) if !kind.is_empty() && !argument.is_empty() => {
            fields.push(Field::from(Target::Argument {
                kind: kind.to_owned(),
                path: vec![argument.to_owned()],
            }));
        }
        None => fields.push(tracker_core::query::name(key)),
        _ => {}
    }
    fields
}

/// Of what people call a run, or of its id where they have given it no name.
fn of_name(test: &Test, entity: &str) -> Result<Condition, Problem> {
    let by_id = of_text(&[id()], test, entity)?;
    let by_name = of_text(&[run_name()], test, entity)?;
    Ok(by_name.or((!run_name().exists()).and(by_id)))
}

/// Whether one of them holds; never where there is none.
pub(super) fn any(conditions: impl IntoIterator<Item = Condition>) -> Condition {
    let mut conditions = conditions.into_iter();
    let first = conditions.next().unwrap_or_else(|| id().is_in([""; 0]));
    conditions.fold(first, Condition::or)
}

/// Of something that is a text, in whichever of several places it stands.
fn of_text(places: &[Field], test: &Test, entity: &str) -> Result<Condition, Problem> {
    let each = |make: &dyn Fn(Field) -> Condition| any(places.iter().cloned().map(make));
    let equals = |text: &str| -> Result<Condition, Problem> {
        let written: Pattern =
            format!("^{}$", Pattern::of_text(text.to_owned()).as_str()).parse()?;
        Ok(each(&|place| match scalar(text) {
            // Entia has it as a number or a boolean.
            Some(value)
                if !matches!(place.target(), Target::Tag(_) | Target::Name | Target::Id) =>
            {
                let is_number = !text.starts_with(char::is_alphabetic);
                let mut same = place.clone().eq(value);
                if is_number {
                    // To MLflow `1` and `1.0` are two texts.
                    same = same.and(place.clone().matches(written.clone()));
                }
                place.eq(text).or(same)
            }
            _ => place.eq(text),
        }))
    };
    let exists = || each(&|place| place.exists());
    Ok(match test {
        Test::Compare(Sign::Eq, Literal::Text(text)) => equals(text)?,
        Test::Compare(Sign::Ne, Literal::Text(text)) => exists().and(!equals(text)?),
        Test::Compare(Sign::Eq | Sign::Ne, _) => return Err(unquoted(entity)),
        Test::Like { pattern, any_case } => {
            let pattern = like(pattern, *any_case)?;
            each(&|place| place.matches(pattern.clone()))
        }
        Test::IsNull(true) => !exists(),
        Test::IsNull(false) => exists(),
        Test::Compare(..) | Test::In { .. } => return Err(wrong_sign(entity)),
    })
}

/// The number or boolean that a text writes.
fn scalar(text: &str) -> Option<Value> {
    if let Ok(integer) = text.parse::<i64>() {
        return Some(integer.into());
    }
    match text {
        "true" => Some(true.into()),
        "false" => Some(false.into()),
        "null" => Some(Value::NULL),
        text => {
            let is_number = text.starts_with(|char: char| char.is_ascii_digit() || char == '-');
            text.parse::<f64>()
                .ok()
                .filter(|_| is_number)
                .map(Value::from)
        }
    }
}

fn of_metric(key: &str, test: &Test) -> Result<Condition, Problem> {
    let places = series(key).into_iter();
    let places: Vec<Field> = places
        .map(|(name, phase)| metric(name).phase(phase).last())
        .collect();
    let each = |make: &dyn Fn(Field) -> Condition| any(places.iter().cloned().map(make));
    let (sign, value) = match test {
        Test::Compare(sign, Literal::Number(number)) => (*sign, Value::from(*number)),
        Test::Compare(sign, Literal::Integer(integer)) => (*sign, Value::from(*integer)),
        Test::Compare(_, Literal::Text(_)) => {
            return Err(invalid(
                "Expected numeric value type for metric. A metric is compared with a number without \
                 quotes.",
            ));
        }
        _ => return Err(wrong_sign("metrics")),
    };
    Ok(each(&|place| compare(place, sign, value.clone())))
}

fn compare(place: Field, sign: Sign, value: Value) -> Condition {
    match sign {
        Sign::Eq => place.eq(value),
        Sign::Ne => place.ne(value),
        Sign::Lt => place.lt(value),
        Sign::Le => place.le(value),
        Sign::Gt => place.gt(value),
        Sign::Ge => place.ge(value),
    }
}

pub(super) const ATTRIBUTES: [&str; 7] = [
    "run_id",
    "run_name",
    "status",
    "user_id",
    "artifact_uri",
    "start_time",
    "end_time",
];

fn no_list(test: &Test) -> Result<(), Problem> {
    match test {
        Test::In { .. } | Test::IsNull(_) => Err(wrong_sign("attributes")),
        _ => Ok(()),
    }
}

/// Of a time, which Entia counts in microseconds.
fn of_time(place: &Field, test: &Test) -> Result<Condition, Problem> {
    let (sign, milliseconds) = match test {
        Test::Compare(sign, Literal::Integer(integer)) => (*sign, *integer),
        #[expect(clippy::cast_possible_truncation, reason = "it ends at the largest")]
        Test::Compare(sign, Literal::Number(number)) => (*sign, *number as i64),
        Test::Compare(_, Literal::Text(_)) => {
            return Err(invalid(
                "Expected numeric value type for numeric attribute. A time is compared with a number \
                 of milliseconds without quotes.",
            ));
        }
        _ => return Err(wrong_sign("numeric attributes")),
    };
    let at: Timestamp = time(milliseconds);
    let behind = time(milliseconds.saturating_add(1));
    let field = || place.clone();
    Ok(match sign {
        Sign::Eq => field().ge(at).and(field().lt(behind)),
        Sign::Ne => field().lt(at).or(field().ge(behind)),
        Sign::Lt => field().lt(at),
        Sign::Le => field().lt(behind),
        Sign::Gt => field().ge(behind),
        Sign::Ge => field().ge(at),
    })
}
