use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

/// One person's machine: its folders and its environment, apart from every other test's.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
}

impl Home {
    pub fn new() -> Self {
        let folder =
            TempDir::with_prefix("token-tracker-").expect("the system has a folder for temporary files");
        for name in ["home", "data", "tmp"] {
            fs::create_dir(folder.path().join(name)).expect("a new folder is writable");
        }
        Self { folder }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }
    /// What `--data-dir` names.
    pub fn data_dir(&self) -> PathBuf {
        self.path().join("data")
    }
    pub fn config_file(&self) -> PathBuf {
        self.path().join("config.toml")
    }

    /// A command that finds only this home: no variable of the machine's user reaches it.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let home = self.path().join("home");
        let mut command = Command::new(program.as_ref());
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &home)
            .env("XDG_DATA_HOME", home.join(".local/share"))
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("XDG_CACHE_HOME", home.join(".cache"))
            .env("XDG_STATE_HOME", home.join(".local/state"))
            .env("XDG_RUNTIME_DIR", self.path().join("tmp"))
            .env("TMPDIR", self.path().join("tmp"))
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            .current_dir(self.path());
        command
    }

    /// Every file below this home, links not followed.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("our own folder is readable") {
                let entry = entry.expect("our own folder is readable");
                let kind = entry.file_type().expect("an entry has a type");
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file() {
                    found.push(entry.path());
                }
            }
        }
        found
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}
