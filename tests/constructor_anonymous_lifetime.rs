//! A type that borrows for a lifetime without a name.

use entia::prelude::*;

struct View<'a> {
    text: &'a str,
}

#[register(exclude = "text")]
impl View<'_> {
    fn new(text: &'static str, size: usize) -> Self {
        Self {
            text: &text[..size],
        }
    }
}

#[test]
fn it_has_an_identity() {
    let view = View::new("abc", 2);
    assert_eq!(
        (view.text, view.arguments().to_string().as_str()),
        ("ab", r#"{"size": 2}"#)
    );
}
