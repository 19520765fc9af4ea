//! What each macro expands to.

use super::Root;
use proc_macro2::TokenStream;
use quote::quote;

/// The expansion, laid out for people to read.
fn laid_out(expansion: &TokenStream) -> String {
    match syn::parse2(expansion.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(error) => format!("no Rust: {error}\n{expansion}"),
    }
}

fn derived(item: TokenStream) -> String {
    laid_out(&super::derive(item, Root::RegistryCore))
}

fn registered(options: &TokenStream, item: &TokenStream) -> String {
    laid_out(&super::register(options, item, Root::RegistryCore))
}

fn with_registry(options: TokenStream, item: &TokenStream) -> String {
    laid_out(&super::registry(options, item, Root::RegistryCore))
}

#[test]
fn derive_struct() {
    insta::assert_snapshot!(derived(quote! {
        /// An optimizer.
        #[register(exclude = "params", registry = Optimizer)]
        pub struct Adam {
            pub params: Params,
            /// How far a step goes.
            pub lr: f64,
            #[register(default = 0.9)]
            pub beta1: f64,
            #[register(default, skip_default, keyword)]
            pub amsgrad: bool,
        }
    }));
}

#[test]
fn derive_unit_struct() {
    insta::assert_snapshot!(derived(quote! {
        struct ReLU;
    }));
}

#[test]
fn derive_enum() {
    insta::assert_snapshot!(derived(quote! {
        pub enum Activation {
            ReLU,
            #[register(name = "leaky", exclude = "seed")]
            LeakyReLU {
                slope: f64,
                #[register(default = 0)]
                seed: u64,
            },
        }
    }));
}

#[test]
fn derive_new() {
    insta::assert_snapshot!(derived(quote! {
        #[register(new)]
        pub struct Adam {
            pub lr: f64,
            #[register(default = 0.9)]
            pub beta1: f64,
            #[register(exclude, default = Vec::new())]
            r#type: Vec<f64>,
        }
    }));
}

#[test]
fn derive_generic() {
    insta::assert_snapshot!(derived(quote! {
        pub struct Scale<T: Clone, const N: usize>
        where
            T: PartialEq,
        {
            by: Vec<T>,
        }
    }));
}

#[test]
fn derive_borrowing() {
    insta::assert_snapshot!(derived(quote! {
        pub struct View<'a> {
            text: &'a str,
        }
    }));
}

#[test]
fn derive_after_an_error() {
    insta::assert_snapshot!(derived(quote! {
        pub struct Adam {
            #[register(defalt = 0.9)]
            beta1: f64,
        }
    }));
}

#[test]
fn register_constructor() {
    insta::assert_snapshot!(registered(
        &quote!(name = "MLP", exclude = "vs", registry = Model),
        &quote! {
            impl Mlp {
                /// A multi-layer perceptron.
                pub fn new(
                    vs: &nn::Path,
                    mut size: i64,
                    #[register(default = 0.5)] dropout: f64,
                ) -> Self {
                    size += 1;
                    Self { size, dropout }
                }

                fn size(&self) -> i64 {
                    self.size
                }
            }
        }
    ));
}

#[test]
fn register_fallible_constructor() {
    insta::assert_snapshot!(registered(
        &quote!(constructor = "open"),
        &quote! {
            impl File {
                fn open(path: String) -> io::Result<Self> {
                    Ok(Self { file: fs::File::open(path)? })
                }
            }
        }
    ));
}

#[test]
fn register_generic_constructor() {
    insta::assert_snapshot!(registered(
        &quote!(),
        &quote! {
            impl<T: Clone> Buffer<T> {
                pub fn new(value: T, count: usize) -> Self {
                    Self(vec![value; count])
                }
            }
        }
    ));
}

#[test]
fn register_function() {
    insta::assert_snapshot!(registered(
        &quote!(name = "Linear", exclude = "vs", registry = Layer),
        &quote! {
            pub fn linear(vs: &nn::Path, inputs: i64, outputs: i64) -> nn::Linear {
                nn::linear(vs, inputs, outputs)
            }
        }
    ));
}

#[test]
fn registry_without_context() {
    insta::assert_snapshot!(with_registry(
        quote!(),
        &quote! {
            pub trait Activation {
                fn apply(&self, x: f64) -> f64;
            }
        }
    ));
}

#[test]
fn registry_with_context() {
    insta::assert_snapshot!(with_registry(
        quote!(context = nn::Path<'_>),
        &quote! {
            pub trait Model: nn::ModuleT + Entity {}
        }
    ));
}
