//! The call of one constructor.

use super::argument::Argument;
use super::problem::Problem;
use super::report::Report;
use crate::error::ArgumentError;
use crate::interface::Interface;
use crate::reader;
use crate::registered::Registered;
use crate::registry::ComponentInfo;
use crate::suggest::{nearest, shortened};
use std::error::Error;
use std::sync::Arc;

/// A type that a registry can build. The macros implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not registered",
    note = "add `#[derive(Entity)]` to the type, or `#[register]` to the `impl` block with its constructor"
)]
pub trait Component: 'static {
    /// What is built: the type itself, but for a function what it returns.
    type Output: 'static;

    /// The trait whose registry it is in.
    type Interface: Interface + ?Sized;

    /// What is known of each of its constructors: one for a struct, one for each variant of an enum.
    const ITEMS: &'static [ComponentInfo];

    /// Reads the arguments of the constructor at `index` of [`ITEMS`](Self::ITEMS) and calls it.
    fn call(
        index: usize,
        builder: &mut Builder<'_, '_>,
        context: &<Self::Interface as Interface>::Context<'_>,
    ) -> Option<Registered<Self::Output>>;

    /// As the registry holds it.
    fn erase(built: Self::Output) -> Box<Self::Interface>;

    /// Builds it from a reference, or reports why not.
    fn build(
        argument: Argument<'_, '_>,
        context: &<Self::Interface as Interface>::Context<'_>,
    ) -> Option<Registered<Self::Output>> {
        argument.construct(Self::ITEMS, |index, builder| {
            Self::call(index, builder, context)
        })
    }
}

/// Fills the parameters of one constructor.
///
/// The code that the macros write takes each parameter by its index, then asks whether all
/// [is well](Self::is_well), and only then calls the constructor.
pub struct Builder<'b, 'r> {
    item: &'static ComponentInfo,
    /// The text given for each parameter.
    given: Vec<Option<&'b str>>,
    report: &'b mut Report<'r>,
    /// How long the path of the component itself is.
    base: usize,
    /// How many problems there were before this call.
    before: usize,
    /// Whether the arguments as a whole could not be read, so that none is missing.
    unreadable: bool,
    /// Whether a missing argument has shown the signature; once is enough.
    has_hinted: bool,
}

impl<'b, 'r> Builder<'b, 'r> {
    pub(crate) fn bind(
        item: &'static ComponentInfo,
        args: Option<&'b str>,
        kwargs: Option<&'b str>,
        report: &'b mut Report<'r>,
    ) -> Self {
        let (base, before) = (report.base(), report.count());
        let given = vec![None; item.signature.parameters().len()];
        let mut builder = Self {
            item,
            given,
            report,
            base,
            before,
            unreadable: false,
            has_hinted: false,
        };
        let read = args.map_or(Ok(()), |args| builder.bind_args(args));
        let read = read.and_then(|()| kwargs.map_or(Ok(()), |kwargs| builder.bind_kwargs(kwargs)));
        if let Err(error) = read {
            builder.report.add_error(&error);
            builder.unreadable = true;
        }
        builder
    }

    fn bind_args(&mut self, args: &'b str) -> Result<(), ArgumentError> {
        let parameters = self.item.signature.parameters();
        let mut free = (0..parameters.len())
            .filter(|&index| !parameters[index].excluded && !parameters[index].keyword);
        let mut extra = 0;
        if !args.starts_with('[') {
            let found = reader::kind(args);
            return Err(ArgumentError::new(format!(
                "expected an array of arguments, found {found}"
            ))
            .with_hint("write the arguments by position as [value, ...]"));
        }
        let mut taken = 0;
        reader::elements(args, |text| {
            match free.next() {
                Some(index) => {
                    self.given[index] = Some(text);
                    taken += 1;
                }
                None => extra += 1,
            }
            Ok(())
        })?;
        if extra > 0 {
            let plural = if taken == 1 { "" } else { "s" };
            let message = format!(
                "takes {taken} positional argument{plural}, found {}",
                taken + extra
            );
            let hint = format!("the signature is {}", self.item.signature);
            self.report.add(Problem::new(message).with_hint(hint));
        }
        Ok(())
    }

    fn bind_kwargs(&mut self, kwargs: &'b str) -> Result<(), ArgumentError> {
        if !kwargs.starts_with('{') {
            let found = reader::kind(kwargs);
            return Err(ArgumentError::new(format!(
                "expected an object of arguments, found {found}"
            ))
            .with_hint("write the arguments as {\"parameter\": value}"));
        }
        let parameters = self.item.signature.parameters();
        // Most callers keep the order of the signature, so the search begins where it stopped.
        let mut next = 0;
        reader::members(kwargs, |name, text| {
            let found = (next..parameters.len())
                .chain(0..next)
                .find(|&index| parameters[index].name == name);
            match found {
                Some(index) if parameters[index].excluded => self.add_at(
                    &name,
                    Problem::new("an excluded parameter cannot be given")
                        .with_hint("it is filled from the context or by its default; leave it out"),
                ),
                Some(index) if self.given[index].is_some() => {
                    self.add_at(
                        &name,
                        Problem::new("given twice")
                            .with_hint("by position and by name; leave one out"),
                    );
                }
                Some(index) => {
                    self.given[index] = Some(text);
                    next = index + 1;
                }
                None => self.unexpected(&name),
            }
            Ok(())
        })
    }

    fn unexpected(&mut self, name: &str) {
        let free: Vec<_> = self
            .item
            .signature
            .identifying()
            .map(|it| it.name)
            .collect();
        let hint = match nearest(name, free) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the signature is {}", self.item.signature),
        };
        self.add_at(
            &shortened(name),
            Problem::new("unexpected argument").with_hint(hint),
        );
    }

    fn add_at(&mut self, name: &str, problem: Problem) {
        self.report.enter_name(self.base, name);
        self.report.add(problem);
        self.report.return_to(self.base);
    }

    /// The argument of the required parameter at `index`; its absence is reported.
    pub fn required(&mut self, index: usize) -> Option<Argument<'_, 'r>> {
        let parameter = &self.item.signature.parameters()[index];
        if self.given[index].is_none() && !self.unreadable {
            let message = format!("missing argument of type `{}`", parameter.type_name);
            let mut problem = Problem::new(message);
            if !self.has_hinted {
                self.has_hinted = true;
                problem = problem.with_hint(format!("the signature is {}", self.item.signature));
            }
            self.add_at(parameter.name, problem);
        }
        self.optional(index)
    }

    /// The argument of the parameter at `index`, where it was given.
    pub fn optional(&mut self, index: usize) -> Option<Argument<'_, 'r>> {
        let text = self.given[index]?;
        let parameter = &self.item.signature.parameters()[index];
        self.report.enter_parameter(self.base, parameter);
        Some(Argument {
            text,
            report: self.report,
        })
    }

    /// Reports that the excluded parameter `name` has neither a context nor a default.
    pub fn unfilled(&mut self, name: &str) {
        let problem = Problem::new("an excluded parameter that nothing fills").with_hint(
            "give it `#[register(default = ...)]`, or put the type in a registry with a context",
        );
        self.add_at(name, problem);
    }

    /// Whether every parameter has its value.
    pub fn is_well(&mut self) -> bool {
        self.report.return_to(self.base);
        self.report.count() == self.before
    }

    /// Reports the constructor's own error.
    pub fn refused(&mut self, error: impl Into<Box<dyn Error + Send + Sync>>) {
        let error: Arc<dyn Error + Send + Sync> = error.into().into();
        let mut problem = Problem::new(format!("`{}` refused: {error}", self.item.name));
        problem.source = Some(error);
        self.report.add(problem);
    }
}
