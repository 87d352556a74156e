use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use protocol::api::ExportFormat;
use reqwest::{Method, Response};
use serde::Serialize;

use super::members;
use crate::{call, context::Context, failure::Failure, output::Output};

const NEXT: &str = "Name another file, or take the old one away.";

/// Everything that the gateway keeps, as a file. No secret is in it.
#[derive(Args)]
pub struct Export {
    /// One table: members, invitations, sessions, tokens, passkeys, identities, teams, keys, allowances, devices, deviceNetworks, alerts,
    /// entries, usage, reported, profiles, machines, sentDays, bills, providers, audit [default: everything]
    #[arg(value_name = "TABLE")]
    table: Option<String>,
    /// csv (everything: a ZIP archive of them), json or ndjson
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    format: ExportFormat,
    /// Only what is kept of one member: their id, name or e-mail address
    #[arg(long, value_name = "MEMBER", conflicts_with = "table")]
    member: Option<String>,
    /// The file to write; `-` is standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Serialize)]
struct Exported {
    file: PathBuf,
    bytes: u64,
}

impl Export {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let client = context.admin().await?;
        let path = match &self.member {
            Some(word) => format!(
                "/api/v1/members/{}/export",
                members::find(&client, word).await?.id
            ),
            None => format!(
                "/api/v1/exports/{}",
                self.table.as_deref().unwrap_or("everything")
            ),
        };
        let mut address = client.address(&path);
        address
            .query_pairs_mut()
            .append_pair("format", self.format.as_str());
        let response = call::send(call::request(&client, Method::GET, address)?).await?;
        if self.output == Path::new("-") {
            copy(response, io::stdout().lock()).await?;
            return Ok(Output::nothing());
        }
        let unfinished = Unfinished::beside(&self.output)?;
        let bytes = copy(response, BufWriter::new(&unfinished.file)).await?;
        unfinished.keep(&self.output)?;
        let file = self.output;
        let text = format!("{bytes} bytes are in {}.", file.display());
        Ok(Output::new(text, &Exported { file, bytes })?)
    }
}

async fn copy(mut response: Response, mut to: impl Write) -> Result<u64, Failure> {
    let mut bytes = 0;
    let broke = |error: reqwest::Error| Failure::from(call::unreachable(&error));
    while let Some(part) = response.chunk().await.map_err(broke)? {
        bytes += part.len() as u64;
        to.write_all(&part).map_err(|error| unwritten(&error))?;
    }
    to.flush().map_err(|error| unwritten(&error))?;
    Ok(bytes)
}

fn unwritten(error: &io::Error) -> Failure {
    Failure::usage(format!("The file cannot be written: {error}."), NEXT)
}

/// A file that is still being written; gone when dropped, so that half an export is none.
struct Unfinished {
    file: File,
    path: PathBuf,
}

impl Unfinished {
    /// For its owner alone: it says who did what.
    fn beside(output: &Path) -> Result<Self, Failure> {
        if output.exists() {
            return Err(Failure::usage("There is a file of this name.", NEXT));
        }
        let mut path = output.as_os_str().to_owned();
        path.push(".partial");
        let path = PathBuf::from(path);
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| unwritten(&error))?;
        Ok(Self { file, path })
    }

    fn keep(&self, output: &Path) -> Result<(), Failure> {
        let durable = self.file.sync_all();
        durable
            .and_then(|()| std::fs::rename(&self.path, output))
            .map_err(|error| unwritten(&error))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Gone already where all went well.
        let _ = std::fs::remove_file(&self.path);
    }
}
