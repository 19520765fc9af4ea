//! What stands on a parameter and on a block besides the options.

use entia::prelude::*;

struct Mlp;

#[register]
impl Mlp {
    fn new(
        /// How many inputs there are.
        size: i64,
        /// How much is dropped.
        #[register(default = 0.5)]
        dropout: f64,
    ) -> Self {
        let _ = (size, dropout);
        Self
    }
}

/// A layer of another crate.
#[register]
fn linear(
    /// How wide it is.
    width: i64,
) -> Mlp {
    let _ = width;
    Mlp
}

#[test]
fn a_parameter_is_documented() {
    let doc = |signature: entia::Signature, name| signature.parameter(name).map(|it| it.doc);
    assert_eq!(
        doc(Mlp::SIGNATURE, "size"),
        Some("How many inputs there are.")
    );
    assert_eq!(doc(Mlp::SIGNATURE, "dropout"), Some("How much is dropped."));
    assert_eq!(
        doc(LINEAR_FUNCTION.signature(), "width"),
        Some("How wide it is.")
    );
    assert_eq!(
        (Mlp::new(1, 0.5).name(), linear(1).name()),
        ("Mlp", "linear")
    );
}
