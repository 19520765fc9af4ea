//! A default that needs a type parameter.

use entia::prelude::*;
use std::any::Any;

struct Buffer<T> {
    value: T,
}

#[register]
impl<T: Default> Buffer<T> {
    fn new(#[register(default = T::default())] value: T) -> Self {
        Self { value }
    }
}

#[test]
fn a_default_may_be_generic() -> Result<(), Box<dyn std::error::Error>> {
    let local = Registry::<dyn Any>::new().with::<Buffer<i64>>()?;
    let built = local.build("Buffer", (), &())?;
    assert_eq!(built.arguments().to_string(), r#"{"T": "i64", "value": 0}"#);
    assert_eq!(Buffer::new(3).value, 3);
    Ok(())
}
