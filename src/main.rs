//! trythis
fn main() {}
