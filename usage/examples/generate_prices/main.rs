//! Writes the bundled price table from the data of the `genai-prices` crate.
//!
//! `cargo run -p usage --example generate_prices` rewrites `usage/src/pricing/bundled.json`;
//! `scripts/generate` calls it, and a test compares the file with what this would write.

mod convert;
mod locate;
mod regex;

use std::{error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let table = convert::table(&fs::read_to_string(locate::prices()?)?)?;
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pricing/bundled.json");
    fs::write(target, table)?;
    Ok(())
}
