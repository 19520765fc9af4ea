//! Constructors of which a part is there under a condition only.

use entia::prelude::*;

struct Net {
    size: i64,
}

#[register(name = "Net", exclude = "seed")]
impl Net {
    fn new(
        size: i64,
        #[cfg(test)] seed: i64,
        #[cfg(not(test))] other: String,
        #[cfg(any())] gone: f64,
        #[cfg_attr(test, register(default = 3))]
        #[cfg_attr(not(test), register(default = 4))]
        depth: i64,
        #[cfg_attr(all(), doc = "How wide.", register(name = "width", default = 5))]
        #[cfg_attr(any(), register(default = 6))]
        wide: i64,
        #[cfg_attr(all(), cfg_attr(any(), register(exclude)))] last: Option<i64>,
    ) -> Self {
        let _ = (depth, wide, last);
        Self { size: size + seed }
    }
}

struct Chosen(&'static str);

#[register]
impl Chosen {
    #[cfg(debug_assertions)]
    fn new(debug: i64) -> Self {
        let _ = debug;
        Self("debug")
    }

    #[cfg(not(debug_assertions))]
    fn new(release: i64) -> Self {
        let _ = release;
        Self("release")
    }
}

struct Named;

#[register(constructor = "make", crate = entia)]
impl Named {
    #[cfg(any())]
    fn make(absent: f64) -> Self {
        let _ = absent;
        Self
    }

    #[cfg(not(any()))]
    fn make(present: f64) -> Self {
        let _ = present;
        Self
    }

    /// What is no constructor is none of the macro's business.
    #[cfg(any())]
    fn absent(&self) -> Missing {
        Missing
    }
}

#[register]
fn scale(#[cfg(test)] by: f64, #[cfg(not(test))] times: f64) -> Vec<f64> {
    vec![by]
}

#[derive(Debug, Entity)]
#[cfg_attr(all(), register(name = "SGD"))]
struct Sgd {
    #[cfg(test)]
    lr: f64,
    #[cfg(not(test))]
    rate: f64,
    #[cfg_attr(all(), register(default = 0.9))]
    #[cfg_attr(any(), register(default = 0.1))]
    momentum: f64,
}

#[derive(Debug, Entity)]
enum Ending {
    #[cfg(any())]
    Absent,
    #[cfg(any(unix, not(unix)))]
    Present {
        #[cfg_attr(all(), register(name = "at"))]
        place: i64,
    },
}

#[test]
fn the_signature_is_that_of_the_conditions_that_hold() {
    assert_eq!(
        Net::SIGNATURE.to_string(),
        "(size: i64, depth: i64 = 3, width: i64 = 5, last: Option<i64>)"
    );
    let net = Net::new(1, 2, 3, 4, None);
    assert_eq!(net.size, 3);
    assert_eq!(
        net.arguments().to_string(),
        r#"{"size": 1, "depth": 3, "width": 4, "last": null}"#
    );
    let parameters = Net::SIGNATURE.parameters();
    assert_eq!(
        (parameters[1].name, parameters[3].doc),
        ("seed", "How wide.")
    );
    assert_eq!(SCALE_FUNCTION.signature().to_string(), "(by: f64)");
    assert_eq!(*scale(2.0), [2.0]);
}

#[test]
fn the_constructor_is_the_one_that_is_there() {
    let chosen = Chosen::new(1);
    let expected = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    assert_eq!(chosen.0, expected);
    assert_eq!(
        chosen.arguments().to_string(),
        format!(r#"{{"{expected}": 1}}"#)
    );
    assert_eq!(Named::SIGNATURE.to_string(), "(present: f64)");
    assert_eq!(Named::make(1.0).name(), "Named");
}

#[test]
fn fields_and_variants_too() {
    assert_eq!(Sgd::SIGNATURE.to_string(), "(lr: f64, momentum: f64 = 0.9)");
    assert_eq!(
        Sgd {
            lr: 0.1,
            momentum: 0.5
        }
        .name(),
        "SGD"
    );
    assert_eq!(Ending::SIGNATURES.len(), 1);
    assert_eq!(
        Ending::Present { place: 3 }.arguments().to_string(),
        r#"{"at": 3}"#
    );
}
