//! A component as its own type.

use crate::build::Interface;
use crate::identity::{Registered, WrongType, itself};

impl<I: Interface + ?Sized> Registered<Box<I>> {
    /// The component as its own type, which the registry has erased.
    ///
    /// # Errors
    ///
    /// Where it is of another type; the error gives it back.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// use registry_core::{DefaultRegistry, Entity};
    /// use serde_json::json;
    ///
    /// #[derive(Entity)]
    /// struct Adam {
    ///     lr: f64,
    /// }
    ///
    /// let optimizers = DefaultRegistry::new().with::<Adam>().unwrap();
    /// let built = optimizers.build("Adam", json!({"lr": 0.1}), &()).unwrap();
    /// let mut adam = built.downcast::<Adam>().unwrap();
    /// adam.lr = 0.01; // and its identity follows
    /// assert_eq!(adam.arguments().to_string(), r#"{"lr": 0.01}"#);
    /// # }
    /// ```
    pub fn downcast<T: 'static>(self) -> Result<Registered<T>, WrongType<Box<I>>> {
        if !I::any(&self).is::<T>() {
            return Err(WrongType::new::<T>(self));
        }
        let (boxed, identity) = self.into_parts();
        match I::into_any(boxed).downcast::<T>() {
            Ok(value) => Ok(Registered::from_parts(*value, identity, itself)),
            Err(_) => unreachable!("its type was asked just now"),
        }
    }
}
