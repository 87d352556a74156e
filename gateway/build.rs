//! Puts the built dashboard into the binary. Without one, as in a build without Node, there is nothing to put in.

use std::{
    env,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let room = here.join("..").join("dashboard");
    let built = room.join("dist");
    watch(Path::new("build.rs"))?;
    let mut files = Vec::new();
    if built.join("index.html").is_file() {
        watch(&built)?;
        list(&built, &mut files)?;
    } else if room.is_dir() {
        // A path that is not there would be looked for at each build anew.
        watch(&room)?;
    }
    files.sort();
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("dashboard.rs"), table(&built, &files))
}

fn watch(path: &Path) -> io::Result<()> {
    writeln!(io::stdout(), "cargo::rerun-if-changed={}", path.display())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// A `&[Asset]`, sorted by path. Compressed forms belong to the file that they are made from.
fn table(built: &Path, files: &[PathBuf]) -> String {
    let mut text = String::from("&[\n");
    for file in files {
        let ending = file.extension().unwrap_or_default();
        let Ok(path) = file.strip_prefix(built) else {
            continue;
        };
        if ending == "br" || ending == "gz" {
            continue;
        }
        let path = path.to_string_lossy().replace('\\', "/");
        let form = |ending: &str| {
            let file = PathBuf::from(format!("{}.{ending}", file.display()));
            if files.contains(&file) {
                format!("Some(include_bytes!({:?}))", file.display().to_string())
            } else {
                "None".to_owned()
            }
        };
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "    Asset {{ path: {path:?}, plain: include_bytes!({:?}), brotli: {}, gzip: {} }},",
            file.display().to_string(),
            form("br"),
            form("gz")
        );
    }
    text.push(']');
    text
}
