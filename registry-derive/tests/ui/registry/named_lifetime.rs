use registry_core::registry;

struct Path<'a>(&'a str);

#[registry(context = Path<'a>)] //~
trait Model {}

#[registry(context = &'b str)] //~
trait Layer {}

#[registry(context = Path<'c>)] //~
trait Loss {}

fn main() {
    let _ = Path("").0;
}
