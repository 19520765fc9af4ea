//! `#[registry]`.

use super::Root;
use super::component::located;
use crate::check::Errors;
use crate::options::Options;
use proc_macro2::TokenStream;
use quote::quote;
use syn::visit_mut::VisitMut;
use syn::{ItemTrait, Lifetime, Path, Type, TypeParamBound};

pub(super) fn expand(
    interface: &ItemTrait,
    options: &Options,
    root: Root,
    mut errors: Errors,
) -> TokenStream {
    let root = root.path(options);
    if !interface.generics.params.is_empty() {
        errors.at(
            &interface.generics,
            "a trait with parameters has no single registry\n\
             hint: make a plain trait that extends it, and give that the registry",
        );
        if let Some(context) = &options.context {
            borrowing(context, &mut errors);
        }
        let errors = errors.into_tokens();
        return quote!(#interface #errors);
    }
    let context = options
        .context
        .as_ref()
        .map(|context| borrowing(context, &mut errors));
    // After an error too, so that what names the registry is no further error.
    let errors = errors.into_tokens();
    let kind = implement(interface, context.as_ref(), &root);
    let nested = nested(interface, context.is_none(), &root);
    quote! {
        #interface
        const _: () = {
            #kind
            #nested
        };
        #errors
    }
}

/// The context's type with every anonymous lifetime as `'c`.
fn borrowing(context: &Type, errors: &mut Errors) -> Type {
    struct Name<'e>(&'e mut Errors);

    impl VisitMut for Name<'_> {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            match lifetime.ident.to_string().as_str() {
                "static" => {}
                "_" => *lifetime = Lifetime::new("'c", lifetime.span()),
                _ => {
                    self.0.at(
                        &*lifetime,
                        "the context's lifetime has no name here\nhint: write `'_`",
                    );
                    *lifetime = Lifetime::new("'c", lifetime.span());
                }
            }
        }

        fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
            if reference.lifetime.is_none() {
                reference.lifetime = Some(Lifetime::new("'_", reference.and_token.span));
            }
            syn::visit_mut::visit_type_reference_mut(self, reference);
        }
    }

    let mut context = context.clone();
    Name(errors).visit_type_mut(&mut context);
    context
}

/// `Interface` and `Admits` for `dyn Trait`.
fn implement(interface: &ItemTrait, context: Option<&Type>, root: &Path) -> TokenStream {
    let ident = &interface.ident;
    let dynamic = located(quote!((dyn #ident + 'static)), ident.span());
    let name = crate::parse::unraw(ident);
    let unit: Type = syn::parse_quote!(());
    let context_type = context.unwrap_or(&unit);
    let (generics, admitted, given) = match context {
        Some(context) => (quote!(<'c>), quote!(#context), quote!(context)),
        None => (
            quote!(<__C: ?::core::marker::Sized>),
            quote!(__C),
            quote!(&()),
        ),
    };
    let unused = context.is_none().then(|| quote!(let _ = context;));
    quote! {
        #[automatically_derived]
        impl #root::__private::Interface for #dynamic {
            type Context<'c> = #context_type;

            const NAME: &'static str = #name;

            fn global() -> &'static ::std::sync::OnceLock<
                ::core::result::Result<#root::__private::Registry<Self>, #root::__private::DuplicateName>,
            > {
                static GLOBAL: ::std::sync::OnceLock<
                    ::core::result::Result<
                        #root::__private::Registry<#dynamic>,
                        #root::__private::DuplicateName,
                    >,
                > = ::std::sync::OnceLock::new();
                &GLOBAL
            }
        }

        #[automatically_derived]
        impl #generics #root::__private::Admits<#admitted> for #dynamic {
            fn enter<__T>(
                context: &#admitted,
                argument: #root::__private::Argument<'_, '_>,
                build: for<'a, 'r, 'x, 'k> fn(
                    #root::__private::Argument<'a, 'r>,
                    &'x <Self as #root::__private::Interface>::Context<'k>,
                ) -> ::core::option::Option<__T>,
            ) -> ::core::option::Option<__T> {
                #unused
                build(argument, #given)
            }
        }
    }
}

/// `Box<dyn Trait>` as a component, as an argument, and read and written by serde.
fn nested(interface: &ItemTrait, context_free: bool, root: &Path) -> TokenStream {
    let ident = &interface.ident;
    let dynamic = located(quote!((dyn #ident + 'static)), ident.span());
    let boxed = quote!(#root::__private::Box<#dynamic>);
    let deserialize = context_free.then(|| {
        quote! {
            #[automatically_derived]
            impl<'de> #root::__private::serde::Deserialize<'de> for #boxed {
                fn deserialize<__D: #root::__private::serde::Deserializer<'de>>(
                    deserializer: __D,
                ) -> ::core::result::Result<Self, __D::Error> {
                    #root::__private::deserialize(deserializer).map(#root::__private::Registered::into_inner)
                }
            }
        }
    });
    let serialize = extends_entity(interface).then(|| {
        quote! {
            #[automatically_derived]
            impl #root::__private::serde::Serialize for #dynamic {
                fn serialize<__S: #root::__private::serde::Serializer>(
                    &self,
                    serializer: __S,
                ) -> ::core::result::Result<__S::Ok, __S::Error> {
                    #root::__private::serialize(self, serializer)
                }
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #root::__private::Component for #boxed {
            type Output = Self;
            type Interface = #dynamic;

            const ITEMS: &'static [#root::__private::ComponentInfo] = &[];

            fn call(
                _index: usize,
                _builder: &mut #root::__private::Builder<'_, '_>,
                _context: &<#dynamic as #root::__private::Interface>::Context<'_>,
            ) -> ::core::option::Option<#root::__private::Registered<Self>> {
                ::core::option::Option::None
            }

            fn erase(built: Self) -> Self {
                built
            }

            fn build(
                argument: #root::__private::Argument<'_, '_>,
                context: &<#dynamic as #root::__private::Interface>::Context<'_>,
            ) -> ::core::option::Option<#root::__private::Registered<Self>> {
                #root::__private::build_boxed(argument, context)
            }
        }

        #[automatically_derived]
        impl<__C: ?::core::marker::Sized> #root::__private::FromArgument<__C> for #boxed
        where
            #dynamic: #root::__private::Admits<__C>,
        {
            fn from_argument(
                argument: #root::__private::Argument<'_, '_>,
                context: &__C,
            ) -> ::core::option::Option<Self> {
                #root::__private::unregistered::<Self, __C>(argument, context)
            }
        }

        #deserialize
        #serialize
    }
}

/// Only then has a box of it an identity of its own.
fn extends_entity(interface: &ItemTrait) -> bool {
    interface.supertraits.iter().any(|bound| match bound {
        TypeParamBound::Trait(bound) => bound
            .path
            .segments
            .last()
            .is_some_and(|segment| segment.ident == "Entity"),
        _ => false,
    })
}
