//! Finds the price data inside the crate that cargo has already downloaded.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

pub const CRATE: &str = "genai-prices";
pub const VERSION: &str = "0.2.1";
const DATA: &str = "data/prices.json";

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    manifest_path: PathBuf,
}

pub fn prices() -> Result<PathBuf, Box<dyn Error>> {
    match in_registry_cache() {
        Some(path) => Ok(path),
        None => from_metadata(),
    }
}

/// Asking cargo would make it download every dependency of the workspace first, so the place where
/// it unpacks what was built is tried before.
fn in_registry_cache() -> Option<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")))?;
    let registries = fs::read_dir(home.join("registry/src")).ok()?;
    registries
        .flatten()
        .map(|registry| registry.path().join(format!("{CRATE}-{VERSION}")).join(DATA))
        .find(|path| path.is_file())
}

/// For vendored sources.
fn from_metadata() -> Result<PathBuf, Box<dyn Error>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let package = metadata
        .packages
        .into_iter()
        .find(|package| package.name == CRATE && package.version == VERSION)
        .ok_or_else(|| format!("{CRATE} {VERSION} is not among the dependencies"))?;
    let manifest = package.manifest_path;
    Ok(manifest
        .parent()
        .ok_or("a manifest lies in a directory")?
        .join(DATA))
}
