//! What the macros refuse, a function for each rule.

use crate::errors::Errors;
use crate::named::{Named, each_name_once};
use crate::options::Options;
use crate::parameter::{Parameter, UNNAMED};
use crate::parse::{Body, Derived, Fielded};
use crate::text;
use crate::types::bare;
use proc_macro2::Ident;
use syn::visit::Visit;
use syn::{FnArg, Generics, ImplItemFn, ItemTrait, LitStr, Pat, PathSegment, Signature, Type};

/// The rules for a derived type.
pub(crate) fn derived(derived: &Derived, errors: &mut Errors) {
    registries(&derived.options, errors);
    let borrows = derived.generics.lifetimes().next().is_some();
    for form in derived.forms() {
        parameters(&form.parameters, errors);
        // What borrows has an identity, but no registry builds it.
        if !borrows {
            for parameter in &form.parameters {
                owned(parameter, errors);
            }
        }
    }
    match &derived.body {
        Body::Enum(forms) => names("variant", forms, errors),
        Body::Struct(form) => names("component", std::slice::from_ref(form), errors),
    }
}

/// The rules for the parameters of any signature.
pub(crate) fn parameters(parameters: &[Parameter], errors: &mut Errors) {
    // What was not understood could have been what the rules ask for.
    for parameter in parameters.iter().filter(|parameter| !parameter.broken) {
        no_hash_set(parameter, errors);
        skipping_needs_a_default(parameter, errors);
        excluded_is_not_skipped(parameter, errors);
        name_is_a_text(parameter, errors);
    }
    let names = parameters
        .iter()
        .filter(|it| it.name() != UNNAMED)
        .map(|it| Named {
            name: it.name(),
            place: it
                .renamed
                .as_ref()
                .map_or_else(|| it.ident.span(), LitStr::span),
            aliases: &it.aliases,
        });
    each_name_once("parameter", &names.collect::<Vec<_>>(), errors);
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

/// An argument is found by it.
fn name_is_a_text(parameter: &Parameter, errors: &mut Errors) {
    if let Some(name) = &parameter.renamed
        && name.value().is_empty()
    {
        errors.at(
            name,
            "a name cannot be empty\nhint: leave `name` out to use the identifier",
        );
    }
}

/// A registry finds each component by its name.
pub(crate) fn names(what: &str, forms: &[Fielded], errors: &mut Errors) {
    let all = forms.iter().map(|form| Named {
        name: form.name.literal.clone().unwrap_or_default(),
        place: form.ident.span(),
        aliases: &form.aliases,
    });
    each_name_once(what, &all.collect::<Vec<_>>(), errors);
}

/// A component stands in a registry once.
pub(crate) fn registries(options: &Options, errors: &mut Errors) {
    for (index, path) in options.registries.iter().enumerate() {
        let said = text::of(path);
        let before = &options.registries[..index];
        if before.iter().any(|earlier| text::of(earlier) == said) {
            errors.at(
                path,
                format!("the registry `{said}` is named twice\nhint: remove one of the two"),
            );
        }
    }
}

/// The rules for a function that constructs.
pub(crate) fn constructor(signature: &Signature, parameters: &[Parameter], errors: &mut Errors) {
    not_async(signature, errors);
    not_const_nor_unsafe(signature, errors);
    no_generics_of_its_own(&signature.generics, errors);
    no_receiver(signature, errors);
    each_parameter_has_a_name(signature, errors);
    self::parameters(parameters, errors);
    for parameter in parameters {
        owned(parameter, errors);
    }
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
        fn visit_ident(&mut self, ident: &'t Ident) {
            self.0 |= ident == "Self";
        }
    }

    let mut find = Find(signature.receiver().is_some());
    find.visit_signature(signature);
    if find.0 {
        errors.at(
            &signature.ident,
            "`#[register]` stands on the `impl` block, not on a function in it alone\n\
             hint: put it on the block too, with `constructor = \"...\"` where the function is not `new`",
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

fn each_parameter_has_a_name(signature: &Signature, errors: &mut Errors) {
    for argument in &signature.inputs {
        let FnArg::Typed(argument) = argument else {
            continue;
        };
        match &*argument.pat {
            Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {}
            pattern => errors.at(
                pattern,
                "a parameter needs a name, which becomes the name of the argument\n\
                 hint: take a plain name, and take it apart in the body",
            ),
        }
    }
}

/// The methods of `Entity`.
const OF_ENTITY: [&str; 6] = [
    "arguments",
    "hash",
    "metadata",
    "name",
    "signature",
    "write_arguments",
];

/// What a constructor returns has the methods of `Entity`, which would be called instead.
pub(crate) fn not_of_entity(method: &ImplItemFn, errors: &mut Errors) {
    let name = method.sig.ident.to_string();
    if method.sig.receiver().is_some() && OF_ENTITY.contains(&name.as_str()) {
        errors.at(
            &method.sig.ident,
            format!(
                "`Registered` has a method `{name}` of its own, from `Entity`, which would be \
                 called instead\n\
                 hint: rename the method; or move it to an `impl` block without `#[register]` \
                 and call it by its type, as `Type::{name}(&value)`"
            ),
        );
    }
}

/// bon's builder takes the function away, unless it is told how the builder begins.
pub(crate) fn constructor_stays(method: &ImplItemFn, errors: &mut Errors) {
    for attribute in &method.attrs {
        let last = attribute.path().segments.last();
        if last.is_none_or(|last| last.ident != "builder") {
            continue;
        }
        let said = text::of(&attribute.meta);
        if !said.contains("start_fn") {
            errors.at(
                attribute,
                format!(
                    "`#[builder]` takes `{0}` away, so that no registry can call it\n\
                     hint: write `#[builder(start_fn = builder)]`, and `#[register]` above `#[bon]`",
                    method.sig.ident
                ),
            );
        }
    }
}

/// The options of the first constructor are those of the type.
pub(crate) fn first_has_none(method: &ImplItemFn, errors: &mut Errors) {
    for attribute in &method.attrs {
        if attribute.path().is_ident("register") {
            errors.at(
                attribute,
                "this is the constructor that the block registers\n\
                 hint: put its options on the `impl` block",
            );
        }
    }
}

/// A further constructor is found by a name of its own.
pub(crate) fn further_is_named(method: &ImplItemFn, options: &Options, errors: &mut Errors) {
    if options.name.is_none() && !options.broken {
        errors.at(
            &method.sig.ident,
            "a further constructor needs a name of its own\n\
             hint: write `#[register(name = \"...\")]`",
        );
    }
}

/// An argument is built from JSON or from the context, so its type is known, and an identifying
/// one owns what it holds.
fn owned(parameter: &Parameter, errors: &mut Errors) {
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

fn borrowed(reference: &syn::TypeReference, name: &Ident) -> String {
    let owned = match bare(&reference.elem) {
        Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
        Type::Slice(slice) => format!("Vec<{}>", text::of(&slice.elem)),
        other => text::of(other),
    };
    format!(
        "a borrowed argument cannot be built from JSON\n\
         hint: take `{owned}`, or exclude `{name}` and let the context fill it"
    )
}

/// The rules for what `#[registry]` stands on.
pub(crate) fn interface(interface: &ItemTrait, options: &Options, errors: &mut Errors) {
    if !interface.generics.params.is_empty() {
        errors.at(
            &interface.generics,
            "a trait with parameters has no single registry\n\
             hint: make a plain trait that extends it, and give that the registry",
        );
    }
    if let (Some(nested), None, false) = (&options.nested, &options.context, options.broken) {
        errors.at(
            nested,
            "`nested` says how a context is made of another, but the registry has none\n\
             hint: add `context = Type`",
        );
    }
}
