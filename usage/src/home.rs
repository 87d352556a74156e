use std::path::{Path, PathBuf};

/// The folder below which assistants keep their logs.
#[derive(Clone, Debug)]
pub struct Home {
    root: PathBuf,
    /// Whether variables may send a client's logs elsewhere.
    follows_environment: bool,
}

impl Home {
    /// The person's own home, with the variables by which each client is moved.
    pub fn of_environment() -> Option<Self> {
        let root = variable("HOME").or_else(|| variable("USERPROFILE"))?;
        Some(Self {
            root,
            follows_environment: true,
        })
    }

    /// A folder that stands for a home; no variable counts.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self {
            root: std::path::absolute(&root).unwrap_or(root),
            follows_environment: false,
        }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn join(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// What a client's own variable says, if variables count.
    pub fn variable(&self, name: &str) -> Option<PathBuf> {
        self.follows_environment.then(|| variable(name)).flatten()
    }

    /// The folders that a variable lists, else those given, below the home.
    pub fn folders(&self, variable: &str, usual: &[&str]) -> Vec<PathBuf> {
        match self.variable(variable) {
            Some(list) => listed(&list),
            None => usual.iter().map(|path| self.join(path)).collect(),
        }
    }

    pub fn data_home(&self) -> PathBuf {
        self.variable("XDG_DATA_HOME")
            .unwrap_or_else(|| self.join(".local/share"))
    }

    pub fn config_home(&self) -> PathBuf {
        self.variable("XDG_CONFIG_HOME")
            .unwrap_or_else(|| self.join(".config"))
    }
}

fn variable(name: &str) -> Option<PathBuf> {
    let value = std::env::var_os(name)?;
    (!value.is_empty()).then(|| value.into())
}

/// A list with commas; a path that is not text cannot be one.
fn listed(list: &Path) -> Vec<PathBuf> {
    match list.to_str() {
        Some(text) => text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(PathBuf::from)
            .collect(),
        None => vec![list.to_owned()],
    }
}
