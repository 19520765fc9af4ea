//! `#[registry]`.

use super::forward::forward;
use super::place::{located, quiet};
use crate::check;
use crate::errors::Errors;
use crate::options::Options;
use proc_macro2::TokenStream;
use quote::quote;
use syn::visit_mut::VisitMut;
use syn::{Expr, ItemTrait, Lifetime, Path, Type};

pub(super) fn expand(
    mut interface: ItemTrait,
    options: &Options,
    root: &Path,
    mut errors: Errors,
) -> TokenStream {
    check::interface(&interface, options, &mut errors);
    let context = options
        .context
        .as_ref()
        .map(|context| borrowing(context, &mut errors));
    if !interface.generics.params.is_empty() {
        let errors = errors.into_tokens();
        return quote!(#interface #errors);
    }
    let forward = options
        .forward
        .map(|_| forward(&interface, root, &mut errors));
    // After an error too, so that what names the registry is no further error.
    let errors = errors.into_tokens();
    let kind = implement(&interface, context.as_ref(), options.nested.as_ref(), root);
    let nested = nested(&interface, context.is_none(), root);
    // A registry keeps what it builds, and gives it back as its own type.
    interface.colon_token.get_or_insert_default();
    interface
        .supertraits
        .push(syn::parse_quote!(::core::any::Any));
    let quiet = quiet();
    quote! {
        #interface
        #quiet
        const _: () = {
            #kind
            #nested
            #forward
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
fn implement(
    interface: &ItemTrait,
    context: Option<&Type>,
    nested: Option<&Expr>,
    root: &Path,
) -> TokenStream {
    let ident = &interface.ident;
    let dynamic = located(quote!((dyn #ident + 'static)), ident.span());
    let name = crate::types::unraw(ident);
    let unit: Type = syn::parse_quote!(());
    let context_type = context.unwrap_or(&unit);
    let build = quote! {
        for<'a, 'r, 'x, 'k> fn(
            #root::__private::Argument<'a, 'r>,
            &'x <Self as #root::__private::Interface>::Context<'k>,
        ) -> ::core::option::Option<__T>
    };
    let admits = match context {
        Some(context) => quote! {
            #[automatically_derived]
            impl<'c> #root::__private::Admits<#context> for #dynamic {
                fn enter<__T>(
                    context: &#context,
                    argument: #root::__private::Argument<'_, '_>,
                    build: #build,
                ) -> ::core::option::Option<__T> {
                    #root::__private::enter::<Self, __T>(context, argument, build)
                }
            }

            #[automatically_derived]
            impl<__C> #root::__private::Admits<__C> for #dynamic
            where
                __C: #root::__private::ContextFor<#dynamic> + ?::core::marker::Sized,
            {
                fn enter<__T>(
                    context: &__C,
                    argument: #root::__private::Argument<'_, '_>,
                    build: #build,
                ) -> ::core::option::Option<__T> {
                    let context = #root::__private::ContextFor::<#dynamic>::context_for(context);
                    #root::__private::enter::<Self, __T>(&context, argument, build)
                }
            }
        },
        None => quote! {
            #[automatically_derived]
            impl<__C: ?::core::marker::Sized> #root::__private::Admits<__C> for #dynamic {
                fn enter<__T>(
                    _context: &__C,
                    argument: #root::__private::Argument<'_, '_>,
                    build: #build,
                ) -> ::core::option::Option<__T> {
                    build(argument, &())
                }
            }
        },
    };
    let nested = nested.zip(context).map(|(nested, _)| {
        quote! {
            fn nested<'c>(
                context: &Self::Context<'c>,
                path: &#root::__private::ArgumentPath<'_>,
            ) -> ::core::option::Option<Self::Context<'c>> {
                ::core::option::Option::Some((#nested)(context, path))
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #root::__private::Interface for #dynamic {
            type Context<'c> = #context_type;

            const NAME: &'static str = #name;
            const MODULE: &'static str = ::core::module_path!();

            fn global() -> &'static ::std::sync::OnceLock<
                #root::__private::Box<
                    dyn ::core::any::Any + ::core::marker::Send + ::core::marker::Sync,
                >,
            > {
                static GLOBAL: ::std::sync::OnceLock<
                    #root::__private::Box<
                        dyn ::core::any::Any + ::core::marker::Send + ::core::marker::Sync,
                    >,
                > = ::std::sync::OnceLock::new();
                &GLOBAL
            }

            fn any(component: &Self) -> &(dyn ::core::any::Any + 'static) {
                component
            }

            fn into_any(
                component: #root::__private::Box<Self>,
            ) -> #root::__private::Box<dyn ::core::any::Any> {
                component
            }

            #nested
        }

        #admits
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
    // The lifetime keeps the bound from being checked here: only what is written needs an identity.
    let of_any_lifetime = located(quote!((dyn #ident + '__s)), ident.span());
    let serialize = quote! {
        #[automatically_derived]
        impl<'__s> #root::__private::serde::Serialize for #of_any_lifetime
        where
            #of_any_lifetime: #root::__private::Entity,
        {
            fn serialize<__S: #root::__private::serde::Serializer>(
                &self,
                serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                #root::__private::serialize(self, serializer)
            }
        }
    };
    quote! {
        #[automatically_derived]
        impl #root::__private::Component for #boxed {
            type Output = Self;
            type Interface = #dynamic;

            const ITEMS: &'static [#root::__private::ComponentInfo] = &[];

            fn build(
                argument: #root::__private::Argument<'_, '_>,
                context: &<#dynamic as #root::__private::Interface>::Context<'_>,
            ) -> ::core::option::Option<#root::__private::Registered<Self>> {
                #root::__private::build_boxed(argument, context)
            }
        }

        #[automatically_derived]
        impl #root::__private::ComponentOf<#dynamic> for #boxed {
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
