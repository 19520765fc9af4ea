//! References: the bare name, or an object of `name` and `arguments`.

use super::problem::Problem;
use crate::error::ProblemKind;
use crate::json::Node;
use crate::names::{listed, nearest, shortened};

const SHAPE: &str = "write the name, or {\"name\": ..., \"arguments\": {...}}";

/// Splits a reference into its name and its arguments.
pub(crate) fn reference<'n>(
    node: &'n Node<'n>,
) -> Result<(&'n str, Option<&'n Node<'n>>), Problem> {
    let members = match node {
        Node::String(name) => return Ok((name, None)),
        Node::Object(members) => members,
        other => {
            let message = format!("expected a component, found {}", other.kind());
            return Err(Problem::new(ProblemKind::WrongType, message).with_hint(SHAPE));
        }
    };
    let (mut name, mut arguments, mut unknown, mut twice) = (None, None, None, false);
    for (key, value) in members {
        match &**key {
            "name" => twice |= name.replace(value).is_some(),
            "arguments" => twice |= arguments.replace(value).is_some(),
            _ => unknown = Some(key),
        }
    }
    if let Some(unknown) = unknown {
        let hint = nearest(unknown, ["name", "arguments"]).map_or_else(
            || SHAPE.to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        let message = format!("unexpected key `{}`", shortened(unknown));
        return Err(Problem::new(ProblemKind::Unexpected, message).with_hint(hint));
    }
    if twice {
        let message = "a key of the component is given twice";
        return Err(Problem::new(ProblemKind::GivenTwice, message).with_hint(SHAPE));
    }
    match name {
        Some(Node::String(name)) => Ok((name, arguments)),
        Some(other) => {
            let message = format!("`name`: expected a string, found {}", other.kind());
            Err(Problem::new(ProblemKind::WrongType, message).with_hint(SHAPE))
        }
        None => {
            let message = "the component has no `name`";
            Err(Problem::new(ProblemKind::Missing, message).with_hint(SHAPE))
        }
    }
}

/// What to say of a name that nobody has.
pub(crate) fn unknown_name<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Problem {
    let mut known: Vec<_> = known.collect();
    known.sort_unstable();
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "no name is registered here; a crate that nothing names is \
             dropped by the linker, so name it with `entia::link!(my_models)`"
            .to_owned(),
        None => format!("the names here are {}", listed(&known)),
    };
    let message = format!("unknown name `{}`", shortened(name));
    Problem::new(ProblemKind::UnknownName, message).with_hint(hint)
}
