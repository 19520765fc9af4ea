//! What the macros refuse, a function for each rule, and where the errors gather.

use crate::parameter::Parameter;
use crate::parse::Fielded;
use crate::text::nearest;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::visit::Visit;
use syn::{FnArg, Generics, Pat, PathSegment, Signature, Type};

/// Errors at the user's tokens, to come out all at once.
#[derive(Default)]
pub(crate) struct Errors {
    gathered: Option<syn::Error>,
}

impl Errors {
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.gathered {
            Some(gathered) => gathered.combine(error),
            None => self.gathered = Some(error),
        }
    }

    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn at_span(&mut self, span: Span, message: impl std::fmt::Display) {
        self.push(syn::Error::new(span, message));
    }

    /// There is no `what` of this name.
    pub(crate) fn unknown_name(
        &mut self,
        tokens: impl ToTokens,
        what: &str,
        name: &str,
        known: &[String],
    ) {
        let hint = match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("there is no {what} at all"),
            None => format!("there are `{}`", known.join("`, `")),
        };
        self.at(tokens, format!("no {what} is named `{name}`\nhint: {hint}"));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.gathered.is_none()
    }

    pub(crate) fn into_tokens(self) -> TokenStream {
        self.gathered
            .map(syn::Error::into_compile_error)
            .unwrap_or_default()
    }
}

/// The rules for the parameters of any signature.
pub(crate) fn parameters(parameters: &[Parameter], errors: &mut Errors) {
    // What was not understood could have been what the rules ask for.
    for parameter in parameters.iter().filter(|parameter| !parameter.broken) {
        no_hash_set(parameter, errors);
        skipping_needs_a_default(parameter, errors);
        excluded_is_not_skipped(parameter, errors);
    }
}

/// A `HashSet` is written in another order by every process, so it has no stable identity.
fn no_hash_set(parameter: &Parameter, errors: &mut Errors) {
    struct Find<'t>(Option<&'t PathSegment>);

    impl<'t> Visit<'t> for Find<'t> {
        fn visit_path_segment(&mut self, segment: &'t PathSegment) {
            if segment.ident == "HashSet" {
                self.0 = Some(segment);
            }
            syn::visit::visit_path_segment(self, segment);
        }
    }

    if parameter.excluded {
        return;
    }
    let mut find = Find(None);
    find.visit_type(&parameter.ty);
    if let Some(segment) = find.0 {
        errors.at(
            segment,
            "a `HashSet` has no order, so it has no stable hash\n\
             hint: use a `BTreeSet`, or exclude the parameter",
        );
    }
}

/// Only what has a default can be left out while it equals it.
fn skipping_needs_a_default(parameter: &Parameter, errors: &mut Errors) {
    if let (Some(span), None, false) = (parameter.skip_span, &parameter.default, parameter.excluded)
    {
        errors.at_span(
            span,
            "`skip_default` needs a default\nhint: add `default = ...` beside it",
        );
    }
}

/// What is excluded is never written, so there is nothing to skip.
fn excluded_is_not_skipped(parameter: &Parameter, errors: &mut Errors) {
    if let (Some(span), true) = (parameter.skip_span, parameter.excluded) {
        errors.at_span(
            span,
            "an excluded parameter is never part of identity\nhint: remove `skip_default`",
        );
    }
}

/// A registry finds each variant by its name.
pub(crate) fn names(forms: &[Fielded], errors: &mut Errors) {
    for (index, form) in forms.iter().enumerate() {
        if !form.name.is_empty()
            && forms[..index]
                .iter()
                .any(|earlier| earlier.name == form.name)
        {
            errors.at(
                &form.ident,
                format!(
                    "two variants have the name `{}`\n\
                     hint: give one of them another with `#[register(name = \"...\")]`",
                    form.name
                ),
            );
        }
    }
}

/// The rules for a function that constructs.
pub(crate) fn constructor(signature: &Signature, errors: &mut Errors) {
    not_async(signature, errors);
    not_const_nor_unsafe(signature, errors);
    no_generics_of_its_own(&signature.generics, errors);
    no_receiver(signature, errors);
}

/// The arguments are known before the first `await`, but the value is not.
fn not_async(signature: &Signature, errors: &mut Errors) {
    if let Some(word) = &signature.asyncness {
        errors.at(
            word,
            "an `async` constructor cannot be registered\n\
             hint: register a plain constructor, and do the asynchronous work before it is called",
        );
    }
}

/// Capturing writes text, which a `const fn` cannot; and a registry calls without a proof of safety.
fn not_const_nor_unsafe(signature: &Signature, errors: &mut Errors) {
    if let Some(word) = &signature.constness {
        errors.at(
            word,
            "a `const` constructor cannot capture its arguments\nhint: remove `const`",
        );
    }
    if !matches!(signature.safety, syn::Safety::Default) {
        errors.at(
            &signature.safety,
            "an `unsafe` constructor cannot be called by a registry\n\
             hint: register a safe constructor that calls it",
        );
    }
}

/// A registry could not choose the type.
fn no_generics_of_its_own(generics: &Generics, errors: &mut Errors) {
    for parameter in generics.type_params() {
        errors.at(
            parameter,
            format!(
                "the constructor is generic over `{0}`, which a registry cannot choose\n\
                 hint: make the type generic over `{0}`, or take a concrete type",
                parameter.ident
            ),
        );
    }
    for parameter in generics.const_params() {
        errors.at(
            parameter,
            "the constructor has a const parameter, which a registry cannot choose\n\
             hint: put it on the type, or make it a plain parameter",
        );
    }
}

/// A method is registered with its block, which knows the type.
pub(crate) fn not_a_method(signature: &Signature, errors: &mut Errors) -> Option<()> {
    struct Find(bool);

    impl<'t> Visit<'t> for Find {
        fn visit_ident(&mut self, ident: &'t proc_macro2::Ident) {
            self.0 |= ident == "Self";
        }
    }

    let mut find = Find(signature.receiver().is_some());
    find.visit_signature(signature);
    if find.0 {
        errors.at(
            &signature.ident,
            "`#[register]` stands on the `impl` block, not on a function in it\n\
             hint: move it there, with `constructor = \"...\"` where the function is not `new`",
        );
    }
    (!find.0).then_some(())
}

/// There is no value yet.
fn no_receiver(signature: &Signature, errors: &mut Errors) {
    if let Some(receiver) = signature.receiver() {
        errors.at(
            receiver,
            "a constructor takes no `self`\n\
             hint: name the function that constructs with `constructor = \"...\"`",
        );
    }
}

/// The macro runs before it is known whether a parameter stays.
pub(crate) fn always_there(argument: &FnArg, errors: &mut Errors) {
    let attributes = match argument {
        FnArg::Receiver(receiver) => &receiver.attrs,
        FnArg::Typed(argument) => &argument.attrs,
    };
    for attribute in attributes {
        if attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr") {
            errors.at(
                attribute,
                "a parameter that may be absent has no fixed signature\n\
                 hint: put `#[cfg]` on two `impl` blocks, one with the parameter and one without",
            );
        }
    }
}

/// The rules for one parameter of a constructor. Gives its name where it has one.
pub(crate) fn constructor_parameter<'a>(
    argument: &'a FnArg,
    errors: &mut Errors,
) -> Option<&'a syn::PatIdent> {
    let FnArg::Typed(argument) = argument else {
        return None;
    };
    match &*argument.pat {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
            Some(pattern)
        }
        pattern => {
            errors.at(
                pattern,
                "a parameter needs a name, which becomes the name of the argument\n\
                 hint: take a plain name, and take it apart in the body",
            );
            None
        }
    }
}

/// An argument is built from JSON or from the context, so its type is known, and an identifying
/// one owns what it holds.
pub(crate) fn owned(parameter: &Parameter, errors: &mut Errors) {
    struct Find<'p, 'e>(&'p Parameter, &'e mut Errors);

    impl<'t> Visit<'t> for Find<'_, '_> {
        fn visit_type_reference(&mut self, reference: &'t syn::TypeReference) {
            if !self.0.excluded && !self.0.broken {
                self.1.at(reference, borrowed(reference, &self.0.ident));
            }
        }

        fn visit_type_impl_trait(&mut self, unknown: &'t syn::TypeImplTrait) {
            self.1.at(
                unknown,
                "a registry cannot choose the type of this parameter\nhint: take a concrete type",
            );
        }
    }

    Find(parameter, errors).visit_type(&parameter.ty);
}

fn borrowed(reference: &syn::TypeReference, name: &proc_macro2::Ident) -> String {
    let source = |ty: &dyn ToTokens| crate::text::source(ty.to_token_stream());
    let owned = match &*reference.elem {
        Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
        Type::Slice(slice) => format!("Vec<{}>", source(&slice.elem)),
        other => source(other),
    };
    format!(
        "a borrowed argument cannot be built from JSON\n\
         hint: take `{owned}`, or exclude `{name}` and let the context fill it"
    )
}
