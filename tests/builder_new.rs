//! `#[register(new)]`: a constructor from the required fields, and `with_...` for the others.

use entia::prelude::*;

#[derive(Clone, Debug, PartialEq, Entity)]
#[register(new, exclude = "params")]
struct Adam {
    #[register(default = 0.9)]
    beta1: f64,
    params: Vec<f64>,
    lr: f64,
    #[register(default, skip_default)]
    amsgrad: bool,
    #[register(exclude, default = "cpu".to_owned())]
    device: String,
}

#[test]
fn new_takes_what_is_required_in_field_order() {
    let adam = Adam::new(vec![1.0], 1e-3);
    assert_eq!(
        adam,
        Adam {
            beta1: 0.9,
            params: vec![1.0],
            lr: 1e-3,
            amsgrad: false,
            device: "cpu".to_owned(),
        }
    );
}

#[test]
fn with_changes_one_field() {
    let adam = Adam::new(vec![], 1e-3)
        .with_beta1(0.95)
        .with_amsgrad(true)
        .with_device("cuda".to_owned());
    assert_eq!(
        (adam.beta1, adam.amsgrad, adam.device.as_str()),
        (0.95, true, "cuda")
    );
    assert_eq!(
        adam.arguments().to_string(),
        r#"{"beta1": 0.95, "lr": 0.001, "amsgrad": true}"#
    );
}

#[derive(Clone, Debug, PartialEq, Entity)]
#[register(new)]
struct Unit;

#[derive(Clone, Debug, PartialEq, Entity)]
#[register(new)]
struct Empty {}

#[derive(Clone, Debug, PartialEq, Entity)]
#[register(new)]
struct AllDefaults {
    #[register(default = 1)]
    a: i64,
}

#[test]
fn without_required_fields_new_takes_nothing() {
    assert_eq!((Unit::new(), Empty::new()), (Unit, Empty {}));
    assert_eq!(AllDefaults::new().with_a(2), AllDefaults { a: 2 });
}

#[derive(Clone, Debug, PartialEq, Entity)]
#[register(new)]
struct Scale<T: Clone + Default>
where
    T: PartialOrd,
{
    by: T,
    #[register(default = T::default())]
    offset: T,
}

#[derive(Clone, Debug, Entity)]
#[register(new)]
struct View<'a> {
    text: &'a str,
    #[register(default = "none")]
    other: &'a str,
}

#[test]
fn new_is_generic_as_the_type() {
    assert_eq!(Scale::new(2).with_offset(1).offset, 1);
    let text = "abc".to_owned();
    assert_eq!(View::new(&text).with_other(&text).other, "abc");
    assert_eq!(
        View::new(&text).arguments().to_string(),
        r#"{"text": "abc", "other": "none"}"#
    );
}
