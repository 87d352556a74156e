//! The log: `sidecar.log` in the data directory, or standard error.
//!
//! `TOKEN_TRACKER_LOG` holds a level (`off`, `error`, `warn`, `info`, `debug`) and, after a comma,
//! `stderr`. Only our own lines are kept: libraries log message bodies, and with them secrets.

use std::{
    env,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Mutex,
};

use protocol::credential::private_dir;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    Layer, filter::Targets, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::lock::lock;

const FILE_BYTES_MAX: u64 = 4 << 20;

/// Starts logging. The file is opened at its first line, not here.
pub fn start(data_dir: Option<&Path>) {
    let choice = env::var("TOKEN_TRACKER_LOG").unwrap_or_default();
    let level = choice
        .split(',')
        .find_map(|word| word.trim().parse::<LevelFilter>().ok())
        .unwrap_or(LevelFilter::INFO);
    let to_stderr = choice.split(',').any(|word| word.trim() == "stderr");
    let sink = match data_dir {
        Some(directory) if !to_stderr => Sink::File(LogFile::new(directory.join("sidecar.log"))),
        _ => Sink::Stderr,
    };
    let ours = Targets::new()
        .with_target("sidecar", level)
        .with_target("protocol", level);
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(sink)
        .with_filter(ours);
    // A second start in one process keeps the first log.
    let _ = tracing_subscriber::registry().with(layer).try_init();
}

enum Sink {
    File(LogFile),
    Stderr,
}

struct LogFile {
    path: PathBuf,
    open: Mutex<Option<(File, u64)>>,
}

impl LogFile {
    const fn new(path: PathBuf) -> Self {
        Self {
            path,
            open: Mutex::new(None),
        }
    }

    fn write(&self, line: &[u8]) -> io::Result<()> {
        let mut open = lock(&self.open);
        let full = open
            .as_ref()
            .is_none_or(|(_, length)| *length + line.len() as u64 > FILE_BYTES_MAX);
        if full {
            *open = Some(self.reopen()?);
        }
        if let Some((file, length)) = open.as_mut() {
            file.write_all(line)?;
            *length += line.len() as u64;
        }
        Ok(())
    }

    /// Opens the file to append; one that is nearly full becomes the older of two.
    fn reopen(&self) -> io::Result<(File, u64)> {
        if let Some(directory) = self.path.parent() {
            private_dir(directory)?;
        }
        let length = fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
        if length > FILE_BYTES_MAX / 2 {
            fs::rename(&self.path, self.path.with_extension("log.1"))?;
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&self.path)?;
        let length = file.metadata()?.len();
        Ok((file, length))
    }
}

impl<'a> MakeWriter<'a> for Sink {
    type Writer = SinkWriter<'a>;
    fn make_writer(&'a self) -> SinkWriter<'a> {
        SinkWriter(self)
    }
}

struct SinkWriter<'a>(&'a Sink);

impl Write for SinkWriter<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self.0 {
            Sink::File(file) => file.write(line)?,
            Sink::Stderr => io::stderr().write_all(line)?,
        }
        Ok(line.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
