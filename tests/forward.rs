//! `#[registry(forward)]` on methods that are there for sized types alone.

use entia::prelude::*;

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[registry(forward)]
trait Saved {
    fn size(&self) -> usize;

    fn save<W: std::io::Write>(&self, mut to: W) -> std::io::Result<()>
    where
        Self: Sized,
    {
        write!(to, "{}", self.size())
    }

    fn kind() -> &'static str
    where
        Self: Sized,
    {
        "unknown"
    }
}

#[derive(Entity)]
#[register(registry = Saved)]
struct File {
    size: usize,
}

impl Saved for File {
    fn size(&self) -> usize {
        self.size
    }

    fn kind() -> &'static str {
        "file"
    }
}

#[test]
fn methods_for_sized_types_are_passed_on_too() -> Outcome {
    fn kind_of<S: Saved>(_: &S) -> &'static str {
        S::kind()
    }
    let file = Registered::of(File { size: 3 });
    let mut text = Vec::new();
    Saved::save(&file, &mut text)?;
    assert_eq!((text.as_slice(), kind_of(&file)), (b"3".as_slice(), "file"));
    let boxed = Registry::<dyn Saved>::global()?.build("File", json!([4]), &())?;
    assert_eq!(Saved::size(&boxed), 4);
    Ok(())
}
