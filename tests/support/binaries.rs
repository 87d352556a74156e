use std::{
    env,
    path::{Path, PathBuf},
};

/// Names the folder of the binaries, when they are not beside the test itself.
const BIN_DIR: &str = "TOKEN_TRACKER_BIN_DIR";

/// The command under test.
pub fn token_tracker() -> PathBuf {
    find("token-tracker")
}

/// The language server under test.
pub fn sidecar() -> PathBuf {
    find("token-tracker-sidecar")
}

/// Cargo's target folder of this build; what tests install or keep goes below it.
pub fn target_dir() -> PathBuf {
    profile_dir()
        .parent()
        .expect("a profile stands in a target folder")
        .into()
}

/// The checkout that these tests were built from.
pub fn workspace_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests is a room of the workspace")
        .into()
}

fn find(name: &str) -> PathBuf {
    let folder = env::var_os(BIN_DIR).map_or_else(profile_dir, PathBuf::from);
    let path = folder.join(name);
    assert!(
        path.is_file(),
        "there is no {name} beside the tests: build it first, or name its folder in {BIN_DIR}"
    );
    path
}

/// A test binary stands in `target/PROFILE/deps`, an example in `target/PROFILE/examples`.
fn profile_dir() -> PathBuf {
    let here = env::current_exe().expect("a process knows its own file");
    let folder = here.parent().expect("a file stands in a folder");
    let nested = folder.ends_with("deps") || folder.ends_with("examples");
    let profile = if nested {
        folder.parent().expect("deps stands in a profile")
    } else {
        folder
    };
    profile.into()
}
