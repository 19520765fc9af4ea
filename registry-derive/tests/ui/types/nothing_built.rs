use registry_core::register;

type Maybe = Option<Vec<i64>>;

#[register]
fn maybe() -> Maybe { //~
    None
}

#[register]
fn nothing(size: i64) -> Result<(), String> { //~
    let _ = size;
    Ok(())
}

#[register]
fn boxed() -> Box<Result<i64, String>> { //~
    Box::new(Err("no".to_owned()))
}

fn main() {}
