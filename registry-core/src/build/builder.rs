//! The call of one constructor.

use super::argument::Argument;
use super::problem::Problem;
use super::report::Report;
use crate::error::ProblemKind;
use crate::identity::{ComponentInfo, Parameter};
use crate::json::Node;
use crate::names::{nearest, shortened};
use std::error::Error;
use std::sync::Arc;

/// Fills the parameters of one constructor.
///
/// The code that the macros write takes each parameter by its index, then asks whether all
/// [is well](Self::is_well), and only then calls the constructor.
pub struct Builder<'b, 'r> {
    item: &'static ComponentInfo,
    /// What was given for each parameter.
    given: Vec<Option<Given<'b>>>,
    report: &'b mut Report<'r>,
    /// How many problems there were before this call.
    before: usize,
    /// Whether the arguments as a whole could not be read, so that none is missing.
    unreadable: bool,
}

#[derive(Clone, Copy)]
struct Given<'b> {
    node: &'b Node<'b>,
    /// None where it was given by position.
    name: Option<&'b str>,
}

impl<'b, 'r> Builder<'b, 'r> {
    pub(crate) fn bind(
        item: &'static ComponentInfo,
        args: Option<&'b Node<'b>>,
        kwargs: Option<&'b Node<'b>>,
        report: &'b mut Report<'r>,
    ) -> Self {
        report.begin(item);
        let before = report.count();
        let given = vec![None; item.signature.parameters().len()];
        let mut builder = Self {
            item,
            given,
            report,
            before,
            unreadable: false,
        };
        let args = args.map_or(Ok(()), |args| builder.bind_args(args));
        let kwargs = kwargs.map_or(Ok(()), |kwargs| builder.bind_kwargs(kwargs));
        for problem in [args, kwargs].into_iter().filter_map(Result::err) {
            builder.report.add(problem);
            builder.unreadable = true;
        }
        builder
    }

    fn parameters(&self) -> &'static [Parameter] {
        self.item.signature.parameters()
    }

    fn bind_args(&mut self, args: &'b Node<'b>) -> Result<(), Problem> {
        let Node::Array(elements) = args else {
            let message = format!("expected an array of arguments, found {}", args.kind());
            return Err(Problem::new(ProblemKind::WrongType, message)
                .with_hint("write the arguments by position as [value, ...]"));
        };
        let free = self.parameters().iter().enumerate();
        let free = free.filter(|(_, it)| !it.excluded && !it.keyword && !it.generic);
        let mut taken = 0;
        for ((index, _), node) in free.zip(elements) {
            self.given[index] = Some(Given { node, name: None });
            taken += 1;
        }
        if taken < elements.len() {
            let plural = if taken == 1 { "" } else { "s" };
            let found = elements.len();
            let message = format!("takes {taken} positional argument{plural}, found {found}");
            let problem = Problem::new(ProblemKind::Unexpected, message);
            let problem = self.report.with_signature(problem);
            self.report.add(problem);
        }
        Ok(())
    }

    fn bind_kwargs(&mut self, kwargs: &'b Node<'b>) -> Result<(), Problem> {
        let Node::Object(members) = kwargs else {
            let message = format!("expected an object of arguments, found {}", kwargs.kind());
            return Err(Problem::new(ProblemKind::WrongType, message)
                .with_hint("write the arguments as {\"parameter\": value}"));
        };
        let parameters = self.parameters();
        // Most callers keep the order of the signature, so the search begins where it stopped.
        let mut next = 0;
        for (name, node) in members {
            let found = (next..parameters.len())
                .chain(0..next)
                .find(|&index| parameters[index].name == name)
                .or_else(|| parameters.iter().position(|it| it.is_named(name)));
            match found {
                Some(index) => {
                    self.bind_one(index, name, node);
                    next = index + 1;
                }
                None => self.unexpected(name),
            }
        }
        Ok(())
    }

    fn bind_one(&mut self, index: usize, name: &'b str, node: &'b Node<'b>) {
        let parameter = &self.parameters()[index];
        if parameter.excluded {
            let problem = Problem::new(
                ProblemKind::Excluded,
                "an excluded parameter cannot be given",
            );
            let hint = "it is filled from the context or by its default; leave it out";
            return self.add_at(name, problem.with_hint(hint));
        }
        if parameter.generic {
            return self.check_generic(parameter, name, node);
        }
        if let Some(earlier) = self.given[index] {
            let problem = Problem::new(ProblemKind::GivenTwice, "given twice");
            let hint = match earlier.name {
                None => "by position and by name; leave one out".to_owned(),
                Some(earlier) if earlier == name => "leave one of the two out".to_owned(),
                Some(earlier) => {
                    let older = if name == parameter.name {
                        earlier
                    } else {
                        name
                    };
                    format!("`{older}` is an older name of `{}`", parameter.name)
                }
            };
            return self.add_at(name, problem.with_hint(hint));
        }
        self.given[index] = Some(Given {
            node,
            name: Some(name),
        });
    }

    /// What the type itself says may be repeated, but not changed.
    fn check_generic(&mut self, parameter: &Parameter, name: &str, node: &Node<'_>) {
        let own = parameter.default_value();
        let Some(own) = own.filter(|own| node.to_text().as_deref() != Ok(own.as_str())) else {
            return;
        };
        let name_of_type = self.item.name;
        let message = format!(
            "`{name_of_type}` is registered with {} = {own}",
            parameter.name
        );
        let problem = Problem::new(ProblemKind::WrongType, message).with_hint(
            "give it that value or leave it out; each instance of a generic type has a name of its own",
        );
        self.add_at(name, problem);
    }

    fn unexpected(&mut self, name: &str) {
        let identifying = self.item.signature.identifying();
        let free: Vec<_> = identifying
            .flat_map(|it| std::iter::once(it.name).chain(it.aliases.iter().copied()))
            .collect();
        let problem = Problem::new(ProblemKind::Unexpected, "unexpected argument");
        let problem = match nearest(name, free) {
            Some(near) => problem.with_hint(format!("did you mean `{near}`?")),
            None => self.report.with_signature(problem),
        };
        self.add_at(&shortened(name), problem);
    }

    fn add_at(&mut self, name: &str, problem: Problem) {
        self.report.enter_name(name);
        self.report.add(problem);
        self.report.back();
    }

    /// The argument of the required parameter at `index`, given or missing.
    pub fn required(&mut self, index: usize) -> Option<Argument<'_, 'r>> {
        if self.unreadable && self.given[index].is_none() {
            return None;
        }
        self.report.enter_parameter(&self.parameters()[index]);
        Some(Argument {
            node: self.given[index].map(|given| given.node),
            report: self.report,
        })
    }

    /// The argument of the parameter at `index`, where it was given.
    pub fn optional(&mut self, index: usize) -> Option<Argument<'_, 'r>> {
        let given = self.given[index]?;
        self.report.enter_parameter(&self.parameters()[index]);
        Some(Argument {
            node: Some(given.node),
            report: self.report,
        })
    }

    /// Reports that the excluded parameter `name` has neither a context nor a default.
    pub fn unfilled(&mut self, name: &str) {
        let message = "an excluded parameter that nothing fills";
        let problem = Problem::new(ProblemKind::Excluded, message).with_hint(
            "give it `#[register(default = ...)]`, or put the type in a registry with a context",
        );
        self.add_at(name, problem);
    }

    /// Whether every parameter has its value.
    pub fn is_well(&mut self) -> bool {
        self.report.back();
        self.report.count() == self.before
    }

    /// Reports the constructor's own error.
    pub fn refused(&mut self, error: impl Into<Box<dyn Error + Send + Sync>>) {
        let error: Arc<dyn Error + Send + Sync> = error.into().into();
        let message = format!("`{}` refused: {error}", self.item.name);
        let mut problem = Problem::new(ProblemKind::Refused, message);
        problem.source = Some(error);
        self.report.add(problem);
    }
}
