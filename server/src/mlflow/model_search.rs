//! Logged models that a filter finds. They are few, and sought through here.

use std::cmp::Ordering;

use super::fields::Fields;
use super::filter::{self, Clause, Entity, Literal, Sign, Test};
use super::matcher::Matcher;
use super::models::Model;
use super::pages::{Page, page};
use super::refusal::{unknown, wrong_sign};
use super::{ids, refusal};
use crate::access::Caller;
use crate::app::App;
use crate::problem::Problem;

/// As many are given where nobody says how many, and at most.
const USUAL: usize = 50;
const MOST: usize = 1_000;

/// The fields of a model.
const FIELDS: [&str; 7] = [
    "name",
    "model_id",
    "model_type",
    "status",
    "source_run_id",
    "creation_timestamp",
    "last_updated_timestamp",
];

/// The models that a request asks for, the newest first unless it says another order.
pub(super) fn found(
    app: &App,
    caller: &Caller,
    fields: &mut Fields,
) -> Result<Page<Model>, Problem> {
    let experiments = fields.texts("experiment_ids")?;
    let experiments = experiments.iter().map(|id| ids::experiment(id));
    let experiments = experiments.collect::<Result<Vec<_>, _>>()?;
    let clauses = filter::filter(&fields.text_or_empty("filter")?)?;
    let mut orders = Vec::new();
    for mut order in fields.list("order_by")? {
        let name = order.required("field_name")?;
        let ascending = order.value("ascending");
        orders.push((known(&name)?, ascending != Some(false.into())));
    }
    let most = fields.max_results(USUAL, MOST)?;
    let after = fields.text("page_token")?;
    let mut models = Model::all(app, caller)?;
    models.retain(|model| experiments.contains(&model.experiment));
    for clause in &clauses {
        let holds = test(clause)?;
        models.retain(|model| holds(model));
    }
    models.sort_by(|a, b| {
        let by = orders.iter().map(|(field, ascending)| {
            let order = key(a, field).cmp(&key(b, field));
            if *ascending { order } else { order.reverse() }
        });
        let mut by = by.filter(|order| order.is_ne());
        let newest = (b.created, &b.model_id).cmp(&(a.created, &a.model_id));
        by.next().unwrap_or(newest)
    });
    page(models, after.as_deref(), most)
}

/// The name of a field that there is.
fn known(name: &str) -> Result<&'static str, Problem> {
    let name = match name {
        "creation_time" | "creation_timestamp_ms" => "creation_timestamp",
        "last_updated_timestamp_ms" => "last_updated_timestamp",
        name => name,
    };
    let found = FIELDS.iter().find(|field| **field == name);
    found
        .copied()
        .ok_or_else(|| unknown("logged model attribute", name, &FIELDS))
}

/// The value of a field, numbers before texts.
fn key(model: &Model, field: &str) -> (i64, String) {
    match field {
        "creation_timestamp" => (model.created, String::new()),
        "last_updated_timestamp" => (model.updated, String::new()),
        field => (0, text(model, field).to_owned()),
    }
}

fn text<'m>(model: &'m Model, field: &str) -> &'m str {
    match field {
        "name" => &model.name,
        "model_id" => &model.model_id,
        "model_type" => &model.model_type,
        "source_run_id" => &model.source_run_id,
        _ => model.status.trim_start_matches("LOGGED_MODEL_"),
    }
}

type Holds = Box<dyn Fn(&Model) -> bool>;

/// Whether a model is one of those that a part of a filter finds.
fn test(clause: &Clause) -> Result<Holds, Problem> {
    let key = clause.of.key.clone();
    let of_list = |list: fn(&Model) -> &Vec<(String, String)>, entity: &str| {
        let matcher = Matcher::of(&clause.test, entity)?;
        let is_null = clause.test == Test::IsNull(true);
        let key = key.clone();
        let test: Holds = Box::new(move |model| {
            let there = list(model).iter().find(|(name, _)| *name == key);
            there.map_or(is_null, |(_, value)| matcher.holds(value))
        });
        Ok(test)
    };
    match clause.of.entity {
        Entity::Tag => of_list(|model| &model.tags, "tags"),
        Entity::Param => of_list(|model| &model.params, "params"),
        Entity::Attribute => {
            let field = known(&key)?;
            if field.ends_with("timestamp") {
                return of_time(field, &clause.test);
            }
            let matcher = Matcher::of(&clause.test, "attributes")?;
            Ok(Box::new(move |model| matcher.holds(text(model, field))))
        }
        // Metrics and datasets of a model are those of its run.
        Entity::Metric | Entity::Dataset => Ok(Box::new(|_| false)),
    }
}

fn of_time(field: &'static str, test: &Test) -> Result<Holds, Problem> {
    let (sign, wanted) = match test {
        Test::Compare(sign, Literal::Integer(wanted)) => (*sign, *wanted),
        Test::Compare(_, _) => {
            return Err(refusal::invalid(
                "A time is compared with a number without quotes.",
            ));
        }
        _ => return Err(wrong_sign("numeric attributes")),
    };
    Ok(Box::new(move |model| {
        let order = key(model, field).0.cmp(&wanted);
        holds(sign, order)
    }))
}

/// Whether a comparison holds of two values in this order.
pub(super) fn holds(sign: Sign, order: Ordering) -> bool {
    match sign {
        Sign::Eq => order.is_eq(),
        Sign::Ne => order.is_ne(),
        Sign::Lt => order.is_lt(),
        Sign::Le => order.is_le(),
        Sign::Gt => order.is_gt(),
        Sign::Ge => order.is_ge(),
    }
}
