use registry_core::register;

struct View<'a>(&'a str);

#[register(exclude = "text")]
fn view(text: &str) -> View<'_> { //~
    View(text)
}

#[register(exclude = "text")]
fn view_named<'a>(text: &'a str) -> View<'a> { //~
    View(text)
}

fn main() {}
