use std::{
    ffi::OsStr,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use protocol::{Code, Problem};

/// Asks git about one repository. Nothing of a repository's own configuration is run, and no network
/// is used.
pub struct Git {
    folder: PathBuf,
}

impl Git {
    pub fn at(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(&self.folder)
            .args([
                "--no-pager",
                "-c",
                "core.fsmonitor=false",
                "-c",
                "core.hooksPath=",
            ])
            .args(["-c", "log.showSignature=false", "-c", "protocol.allow=never"])
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        command
    }

    /// What it says; None when it says no.
    pub fn text<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<Option<String>, Problem> {
        let output = self.command().args(arguments).output().map_err(|_| missing())?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(output.status.success().then_some(text))
    }

    /// Its first line; None also when that is empty.
    pub fn line<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<Option<String>, Problem> {
        let text = self.text(arguments)?;
        let line = text.as_deref().and_then(|text| text.lines().next());
        Ok(line.filter(|line| !line.is_empty()).map(str::to_owned))
    }

    /// What it makes of an input.
    pub fn filter<A: AsRef<OsStr>>(&self, arguments: &[A], input: &[u8]) -> Result<Option<String>, Problem> {
        let mut child = self
            .command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|_| missing())?;
        let stdin = child.stdin.take();
        let output = std::thread::scope(|scope| {
            scope.spawn(move || {
                // A git that ends early has seen enough.
                stdin.map(|mut stdin| stdin.write_all(input).is_ok())
            });
            child.wait_with_output()
        })
        .map_err(|_| missing())?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(output.status.success().then_some(text))
    }
}

fn missing() -> Problem {
    Problem::new(Code::Internal, "git could not be run.")
        .with_hint("Install git, and see that it is in PATH.")
}
