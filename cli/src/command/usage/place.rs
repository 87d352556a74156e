//! Where logs are, and where the index of them is.

use std::path::PathBuf;

use clap::Args;
use protocol::{Code, Problem};
use usage::{Client, Engine, Home};

use crate::failure::Failure;

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Logs")]
pub struct Place {
    /// A folder that stands for the home; no client's own variable counts then
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// Where the index is kept [else TOKEN_TRACKER_CACHE_DIR, else the XDG cache directory]
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
    /// Read everything anew and keep nothing
    #[arg(long)]
    no_cache: bool,
}

impl Place {
    pub fn home(&self) -> Result<Home, Failure> {
        let home = match &self.home {
            Some(folder) => Some(Home::at(folder)),
            None => Home::of_environment(),
        };
        Ok(home.ok_or_else(|| {
            Problem::new(Code::InvalidRequest, "This process has no home directory.")
                .with_hint("Set HOME, or name a folder with --home.")
        })?)
    }

    pub fn engine(&self, clients: Vec<Client>) -> Result<Engine, Failure> {
        Ok(Engine {
            home: self.home()?,
            clients,
            cache_dir: if self.no_cache { None } else { self.cache_dir() },
        })
    }

    fn cache_dir(&self) -> Option<PathBuf> {
        let variable = |name| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        self.cache_dir
            .clone()
            .or_else(|| variable("TOKEN_TRACKER_CACHE_DIR"))
            .or_else(|| variable("XDG_CACHE_HOME").map(|folder| folder.join("token-tracker")))
            .or_else(|| variable("HOME").map(|folder| folder.join(".cache/token-tracker")))
    }
}
