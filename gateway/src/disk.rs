//! How long a durable write takes here: the one figure that decides how fast a ledger can be.

use std::{
    fs, io,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

const ROUNDS: usize = 11;
const PAGE: [u8; 4096] = [0; 4096];

/// The median time of writing and syncing 4 KiB in a folder.
pub(crate) fn sync_time(folder: &Path) -> io::Result<Duration> {
    let path = folder.join("sync-probe");
    let mut options = fs::OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path)?;
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let started = Instant::now();
        file.write_all(&PAGE)?;
        file.sync_data()?;
        times.push(started.elapsed());
    }
    drop(file);
    fs::remove_file(path)?;
    times.sort_unstable();
    Ok(times[ROUNDS / 2])
}
