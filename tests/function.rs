//! `#[register]` on a free function, for types of other crates.

use entia::prelude::*;
use std::any::Any;
use std::collections::BTreeMap;
use std::num::ParseIntError;
use std::time::Duration;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// How long to wait.
#[register(name = "Wait", exclude = "unit")]
fn wait(#[register(default = 1000)] unit: u64, seconds: u64) -> Duration {
    Duration::from_millis(seconds * unit)
}

#[register]
fn parsed(text: String) -> Result<Duration, ParseIntError> {
    let seconds = text.parse()?;
    Ok(Duration::from_secs(seconds))
}

#[register(name = "Sorted")]
fn sorted_map(mut keys: Vec<String>) -> BTreeMap<String, usize> {
    keys.dedup();
    keys.into_iter().zip(0..).collect()
}

#[test]
fn the_function_is_called_as_before_and_gives_an_entity() -> Outcome {
    let waiting: Registered<Duration> = wait(1, 3);
    assert_eq!(waiting.as_millis(), 3);
    assert_eq!(waiting.name(), "Wait");
    assert_eq!(waiting.arguments().to_string(), r#"{"seconds": 3}"#);
    assert_eq!(wait(1000, 3).hash(), waiting.hash());
    assert_eq!(parsed("4".to_owned())?.as_secs(), 4);
    assert!(parsed("x".to_owned()).is_err());
    let sorted = sorted_map(vec!["b".to_owned(), "b".to_owned()]);
    assert_eq!(
        (sorted.len(), sorted.arguments().to_string().as_str()),
        (1, r#"{"keys": ["b", "b"]}"#)
    );
    Ok(())
}

#[test]
fn the_registry_calls_it() -> Outcome {
    let registry = Registry::<dyn Any>::global()?;
    let built = registry.build("Wait", json!([2]), &())?;
    let waiting = built.downcast::<Duration>().map_err(|_| "another type")?;
    assert_eq!(waiting.as_secs(), 2);
    let item = registry.get("Wait").ok_or("no `Wait`")?;
    assert_eq!(
        (item.doc, item.type_name),
        ("How long to wait.", "Duration")
    );
    let error = registry
        .build("parsed", json!(["x"]), &())
        .err()
        .ok_or("it was built")?;
    assert!(
        error
            .to_string()
            .contains("`parsed` refused: invalid digit"),
        "{error}"
    );
    Ok(())
}

#[test]
fn a_constant_beside_it_is_for_local_registries() -> Outcome {
    let local = Registry::<dyn Any>::new()
        .with_function(WAIT_FUNCTION)?
        .with_function(SORTED_MAP_FUNCTION)?;
    assert_eq!(local.names(), ["Sorted", "Wait"]);
    assert_eq!(WAIT_FUNCTION.signature().to_string(), "(seconds: u64)");
    Ok(())
}

mod layers {
    use entia::prelude::*;
    use std::time::Duration;

    #[register]
    pub(crate) fn shown() -> Duration {
        Duration::ZERO
    }

    #[register]
    fn hidden() -> Duration {
        Duration::MAX
    }

    #[register]
    pub(crate) fn r#loop() -> std::time::Duration {
        *hidden()
    }
}

#[test]
fn visibility_and_raw_names() -> Outcome {
    assert_eq!(*layers::shown(), Duration::ZERO);
    assert_eq!(
        (layers::r#loop().name(), *layers::r#loop()),
        ("loop", Duration::MAX)
    );
    let local = Registry::<dyn Any>::new()
        .with_function(layers::SHOWN_FUNCTION)?
        .with_function(layers::LOOP_FUNCTION)?;
    assert_eq!(local.names(), ["loop", "shown"]);
    assert!(Registry::<dyn Any>::global()?.get("hidden").is_some());
    Ok(())
}

#[test]
fn it_may_stand_in_a_function() -> Outcome {
    #[register]
    fn local(size: i64) -> Vec<i64> {
        vec![size]
    }
    assert_eq!(local(3).arguments().to_string(), r#"{"size": 3}"#);
    assert!(Registry::<dyn Any>::global()?.get("local").is_some());
    Ok(())
}
