//! Documentation that the compiler puts together reaches what is known of a component.

use entia::Signature;
use entia::prelude::*;

/// Starts here.
#[doc = concat!("Goes on with ", stringify!(Adam), ".")]
///
///   Ends here.
#[derive(Debug, Entity)]
pub struct Adam {
    #[doc = concat!("How ", "far.")]
    pub lr: f64,
}

#[doc = include_str!("../registry-derive/docs/registry.md")]
#[derive(Debug, Entity)]
pub struct FromFile;

macro_rules! documented {
    ($doc:expr, $field:literal, $ident:ident) => {
        #[doc = $doc]
        #[derive(Debug, Entity)]
        pub struct $ident {
            #[doc = $field]
            #[doc = concat!("Of ", $field)]
            pub by: i64,
        }
    };
}

documented!("Text in a group.", "A field.", Grouped);
documented!(concat!("Put ", "together."), "Another.", Together);

struct Mlp;

#[register]
impl Mlp {
    #[doc = concat!("A ", "constructor.")]
    fn new(
        /// Plain.
        #[doc = concat!("Con", "cat.")]
        size: i64,
    ) -> Self {
        let _ = size;
        Self
    }
}

/// Plain text, trimmed.
///
/// In two paragraphs.
#[register]
fn plain() -> Vec<i64> {
    Vec::new()
}

fn doc(name: &str) -> &'static str {
    let registry = DefaultRegistry::global().unwrap();
    registry.get(name).unwrap().doc
}

#[test]
fn of_items() {
    assert_eq!(
        doc("Adam"),
        "Starts here.\nGoes on with Adam.\n\n  Ends here."
    );
    let file = include_str!("../registry-derive/docs/registry.md");
    assert_eq!(doc("FromFile"), file.trim_ascii());
    assert_eq!(doc("Grouped"), "Text in a group.");
    assert_eq!(doc("Together"), "Put together.");
    assert_eq!(doc("Mlp"), "A constructor.");
    assert_eq!(doc("plain"), "Plain text, trimmed.\n\nIn two paragraphs.");
}

#[test]
fn of_parameters() {
    let first = |signature: Signature| signature.parameters()[0].doc;
    assert_eq!(first(Adam::SIGNATURE), "How far.");
    assert_eq!(first(Grouped::SIGNATURE), "A field.\nOf A field.");
    assert_eq!(first(Together::SIGNATURE), "Another.\nOf Another.");
    assert_eq!(first(Mlp::SIGNATURE), "Plain.\nConcat.");
    let _ = (Mlp::new(1), plain());
}
