use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    time::{Duration, Instant},
};

use crate::{
    report::{Report, millis},
    samples::Samples,
};

const SYNCS: usize = 100;
const PAGE: usize = 4096;

/// What one fdatasync of a page costs here: the floor under everything durable.
pub fn measure(report: &mut Report) {
    let times = sync_times();
    report.note("disk: fdatasync of 4 KiB, median", millis(times.median()));
    report.note(
        "disk: fdatasync of 4 KiB, 99th percentile",
        millis(times.quantile(0.99)),
    );
}

/// Measured anew beside each part: a disk that others use changes its speed within seconds.
pub fn sync_times() -> Samples {
    let mut file = tempfile::tempfile().expect("the system has a folder for temporary files");
    // Space first, so that a sync writes the page and not the file's size.
    file.write_all(&vec![0; PAGE * SYNCS]).expect("the disk has room");
    file.sync_all().expect("the disk syncs");
    file.seek(SeekFrom::Start(0)).expect("a file can be rewound");
    (0..SYNCS).map(|_| sync_one_page(&mut file)).collect()
}

fn sync_one_page(file: &mut File) -> Duration {
    file.write_all(&[7; PAGE]).expect("the disk has room");
    let began = Instant::now();
    file.sync_data().expect("the disk syncs");
    began.elapsed()
}
