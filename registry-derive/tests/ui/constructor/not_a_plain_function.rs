use registry_core::register;

struct A;
struct B;
struct C;

#[register]
impl A {
    async fn new() -> Self { //~
        Self
    }
}

#[register]
impl B {
    const fn new() -> Self { //~
        Self
    }
}

#[register]
impl C {
    unsafe fn new() -> Self { //~
        Self
    }
}

#[register]
async fn a() -> A { //~
    A
}

#[register]
const fn b() -> B { //~
    B
}

#[register]
unsafe fn c() -> C { //~
    C
}

fn main() {}
