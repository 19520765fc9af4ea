//! Experiments that a filter finds. They are few, and sought through here.

use std::cmp::Ordering;

use axum::extract::State;
use serde_json::json;
use tracker_core::Uuid;
use tracker_core::ports::ExperimentRecord;

use super::experiment::{Experiment, is_deleted};
use super::fields::Fields;
use super::filter::{self, Clause, Entity, Identifier, Literal, Test};
use super::matcher::Matcher;
use super::model_search::holds;
use super::pages::page;
use super::refusal::{invalid, missing, unknown, wrong_sign};
use super::search::VIEWS;
use crate::access::Caller;
use crate::app::App;
use crate::problem::{Answer, Problem};

const MOST: usize = 50_000;

const ATTRIBUTES: [&str; 4] = ["name", "creation_time", "last_update_time", "experiment_id"];

/// `POST experiments/search`, and as `GET` for pages.
pub(super) async fn search(State(app): State<App>, caller: Caller, mut fields: Fields) -> Answer {
    app.answer(move |app| {
        let most = fields.max_results(0, MOST)?;
        if most == 0 {
            return Err(missing("max_results"));
        }
        let after = fields.text("page_token")?;
        let view = fields.word("view_type", &VIEWS)?.unwrap_or(VIEWS[0].0);
        let clauses = filter::filter(&fields.text_or_empty("filter")?)?;
        let orders = fields.texts("order_by")?.into_iter();
        let orders = orders.map(|text| filter::order(&text));
        let orders = orders.collect::<Result<Vec<_>, _>>()?;
        orders.iter().try_for_each(|(of, _)| check_order(of))?;

        let mut found = app.tracker.store()?.experiments()?;
        if !found.iter().any(|record| record.id.is_nil()) {
            found.extend(app.default_experiment(&caller)?);
        }
        found.retain(|record| caller.sees(record.id));
        match view {
            "ACTIVE_ONLY" => found.retain(|record| !is_deleted(record)),
            "DELETED_ONLY" => found.retain(is_deleted),
            _ => {}
        }
        let mut found: Vec<Found> = found.iter().map(Found::of).collect();
        for clause in &clauses {
            let test = test(clause)?;
            found.retain(|experiment| test(experiment));
        }
        found.sort_by(|a, b| compare(&orders, a, b));
        let page = page(found, after.as_deref(), most)?;
        let mut answer = json!({});
        if !page.items.is_empty() {
            let experiments = page.items.into_iter().map(|found| found.shown);
            answer["experiments"] = json!(experiments.collect::<Vec<_>>());
        }
        if let Some(next) = page.next {
            answer["next_page_token"] = json!(next);
        }
        Ok(answer)
    })
    .await
}

/// An experiment that comes into question.
struct Found {
    id: Uuid,
    shown: Experiment,
}

impl Found {
    fn of(record: &ExperimentRecord) -> Self {
        Self {
            id: record.id,
            shown: Experiment::of(record),
        }
    }
}

fn check_order(of: &Identifier) -> Result<(), Problem> {
    if of.entity == Entity::Attribute && ATTRIBUTES.contains(&of.key.as_str()) {
        return Ok(());
    }
    Err(unknown("order_by", &of.key, &ATTRIBUTES))
}

/// The newest first, then by id; or as is said, then by the greatest id.
fn compare(orders: &[(Identifier, bool)], a: &Found, b: &Found) -> Ordering {
    if orders.is_empty() {
        let newest = b.shown.creation_time.cmp(&a.shown.creation_time);
        return newest.then(a.id.cmp(&b.id));
    }
    let by = orders.iter().map(|(of, descending)| {
        let order = match of.key.as_str() {
            "name" => a.shown.name.cmp(&b.shown.name),
            "creation_time" => a.shown.creation_time.cmp(&b.shown.creation_time),
            "last_update_time" => a.shown.last_update_time.cmp(&b.shown.last_update_time),
            _ => a.id.cmp(&b.id),
        };
        if *descending { order.reverse() } else { order }
    });
    let mut by = by.filter(|order| order.is_ne());
    by.next().unwrap_or(b.id.cmp(&a.id))
}

type Holds = Box<dyn Fn(&Found) -> bool>;

fn test(clause: &Clause) -> Result<Holds, Problem> {
    let key = clause.of.key.clone();
    match (clause.of.entity, key.as_str()) {
        (Entity::Tag, _) => {
            if let Test::In { .. } = clause.test {
                return Err(wrong_sign("tags"));
            }
            let matcher = Matcher::of(&clause.test, "tags")?;
            let is_null = clause.test == Test::IsNull(true);
            Ok(Box::new(move |found| {
                let tag = found.shown.tag(&key);
                tag.map_or(is_null, |value| matcher.holds(value))
            }))
        }
        (Entity::Attribute, "name") => {
            if matches!(clause.test, Test::In { .. } | Test::IsNull(_)) {
                return Err(wrong_sign("attributes"));
            }
            let matcher = Matcher::of(&clause.test, "attributes")?;
            Ok(Box::new(move |found| matcher.holds(&found.shown.name)))
        }
        (Entity::Attribute, "experiment_id") => {
            let matcher = Matcher::of(&clause.test, "attributes")?;
            Ok(Box::new(move |found| {
                matcher.holds(&found.shown.experiment_id)
            }))
        }
        (Entity::Attribute, "creation_time") => {
            of_time(&clause.test, |found| found.shown.creation_time)
        }
        (Entity::Attribute, "last_update_time") => {
            of_time(&clause.test, |found| found.shown.last_update_time)
        }
        (Entity::Attribute, key) => Err(unknown("attribute", key, &ATTRIBUTES)),
        _ => Err(invalid(
            "Invalid filter: experiments are found by attributes and tags.",
        )),
    }
}

fn of_time(test: &Test, time: fn(&Found) -> i64) -> Result<Holds, Problem> {
    match test {
        Test::Compare(sign, Literal::Integer(wanted)) => {
            let (sign, wanted) = (*sign, *wanted);
            Ok(Box::new(move |found| holds(sign, time(found).cmp(&wanted))))
        }
        Test::Compare(..) => Err(invalid(
            "A time is compared with a whole number without quotes.",
        )),
        _ => Err(wrong_sign("numeric attributes")),
    }
}
