//! `cfg` on what the macros look at.

use entia::prelude::*;

struct Net {
    sizes: Vec<i64>,
}

#[register]
impl Net {
    #[cfg(test)]
    fn new(
        size: i64,
        #[cfg(test)]
        #[register(default = 2)]
        kept: i64,
        #[cfg(not(test))] gone: i64,
        #[cfg_attr(test, register(default = 3))] width: i64,
        #[cfg_attr(not(test), register(default = 4))] height: i64,
        #[cfg_attr(test, doc = "How deep.")] depth: i64,
    ) -> Self {
        let sizes = vec![size, kept, width, height, depth];
        #[cfg(not(test))]
        let sizes = vec![gone];
        Self { sizes }
    }

    #[cfg(not(test))]
    fn new() -> Self {
        Self { sizes: Vec::new() }
    }

    #[cfg(test)]
    #[register(name = "Small")]
    fn small() -> Self {
        Self { sizes: Vec::new() }
    }

    #[cfg(not(test))]
    #[register(name = "Large")]
    fn large() -> Self {
        Self { sizes: Vec::new() }
    }
}

#[derive(Clone, Debug, Entity)]
struct Fields {
    a: i64,
    #[cfg(not(test))]
    gone: i64,
    #[cfg(test)]
    kept: i64,
    #[cfg_attr(test, register(default = 3))]
    c: i64,
}

#[derive(Clone, Debug, Entity)]
enum Variants {
    #[cfg(not(test))]
    Gone,
    #[cfg(test)]
    Kept,
    Other,
}

#[register]
fn counted(#[cfg(not(test))] gone: i64, #[cfg(test)] kept: i64) -> Vec<i64> {
    vec![kept]
}

#[test]
fn only_what_is_there_counts() -> Result<(), Box<dyn std::error::Error>> {
    assert_eq!(
        Net::SIGNATURE.to_string(),
        "(size: i64, kept: i64 = 2, width: i64 = 3, height: i64, depth: i64)"
    );
    assert_eq!(
        Net::SIGNATURE.parameter("depth").map(|it| it.doc),
        Some("How deep.")
    );
    let arguments = json!({"size": 1, "height": 5, "depth": 6});
    let net = DefaultRegistry::global()?.build_as::<Net>("Net", arguments, &())?;
    assert_eq!(net.sizes, [1, 2, 3, 5, 6]);
    let names = DefaultRegistry::global()?.names();
    assert!(names.contains(&"Small") && !names.contains(&"Large"));
    assert!(Net::small().sizes.is_empty());
    assert_eq!(
        Fields::SIGNATURE.to_string(),
        "(a: i64, kept: i64, c: i64 = 3)"
    );
    assert!(names.contains(&"Kept") && names.contains(&"Other") && !names.contains(&"Gone"));
    assert_eq!(counted(3).arguments().to_string(), r#"{"kept": 3}"#);
    let _ = (
        Variants::Kept,
        Variants::Other,
        Fields {
            a: 1,
            kept: 2,
            c: 3,
        },
    );
    Ok(())
}
