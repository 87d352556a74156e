use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    thread,
    time::{Duration, Instant},
};

use crate::{
    report::{Report, millis},
    samples::Samples,
};

const SYNCS: usize = 100;
const PAGE: usize = 4096;
const BETWEEN_COMMITS: Duration = Duration::from_micros(2_500);

/// What one fdatasync of a page costs here: the floor under everything durable.
pub fn measure(report: &mut Report) {
    for (pace, times) in [
        ("back to back", sync_times()),
        ("400 a second", sync_times_at_rest()),
    ] {
        report.note(
            format!("disk: fdatasync of 4 KiB, {pace}, median"),
            millis(times.median()),
        );
        report.note(
            format!("disk: fdatasync of 4 KiB, {pace}, 99th percentile"),
            millis(times.quantile(0.99)),
        );
    }
}

/// Measured anew beside each part: a disk that others use changes its speed within seconds.
pub fn sync_times() -> Samples {
    let mut file = file_with_room();
    (0..SYNCS).map(|_| sync_one_page(&mut file)).collect()
}

/// At the pace of 200 requests a second with two commits each: many disks answer a sync that comes
/// alone at another speed than one of a crowd.
pub fn sync_times_at_rest() -> Samples {
    let mut file = file_with_room();
    let sync = |_| {
        thread::sleep(BETWEEN_COMMITS);
        sync_one_page(&mut file)
    };
    (0..SYNCS).map(sync).collect()
}

/// Space first, so that a sync writes the page and not the file's size.
fn file_with_room() -> File {
    let mut file = tempfile::tempfile().expect("the system has a folder for temporary files");
    file.write_all(&vec![0; PAGE * SYNCS]).expect("the disk has room");
    file.sync_all().expect("the disk syncs");
    file.seek(SeekFrom::Start(0)).expect("a file can be rewound");
    file
}

fn sync_one_page(file: &mut File) -> Duration {
    file.write_all(&[7; PAGE]).expect("the disk has room");
    let began = Instant::now();
    file.sync_data().expect("the disk syncs");
    began.elapsed()
}
