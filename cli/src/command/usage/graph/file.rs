//! Pictures into files.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use protocol::{Code, Problem};
use serde::Serialize;

use super::{Look, calendar::Calendar};
use crate::{
    failure::Failure,
    output::Output,
    picture::{Scene, raster, svg},
};

/// Pixels for one unit of a picture: sharp on screens that have two for one.
const SCALE: f32 = 2.0;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    files: Vec<&'a Path>,
    label: String,
}

pub fn write(look: &Look, scene: &Scene, calendar: &Calendar) -> Result<Output, Failure> {
    write_labelled(look, scene, calendar.label())
}

pub fn write_labelled(look: &Look, scene: &Scene, label: String) -> Result<Output, Failure> {
    let mut files = Vec::new();
    if let Some(path) = &look.svg {
        put(path, svg::render(scene).as_bytes())?;
        files.push(path.as_path());
    }
    if let Some(path) = &look.png {
        put(path, &raster::png(scene, SCALE)?)?;
        files.push(path.as_path());
    }
    if files.contains(&Path::new("-")) {
        return Ok(Output::nothing());
    }
    let written: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    let text = format!("{label}.\nWritten to {}.", written.join(" and "));
    Ok(Output::new(text, &Answer { files, label })?)
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if path == Path::new("-") {
        let mut stdout = io::stdout().lock();
        let outcome = stdout.write_all(bytes).and_then(|()| stdout.flush());
        return match outcome {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unwritten(&error)),
            _ => Ok(()),
        };
    }
    fs::write(path, bytes).map_err(|error| unwritten(&error))
}

fn unwritten(error: &io::Error) -> Failure {
    let what = match error.kind() {
        io::ErrorKind::NotFound => "the folder does not exist",
        io::ErrorKind::PermissionDenied => "it may not be written",
        io::ErrorKind::StorageFull => "the disk is full",
        io::ErrorKind::IsADirectory => "it is a folder",
        _ => "the system refused it",
    };
    Problem::new(
        Code::InvalidRequest,
        format!("The picture was not written: {what}."),
    )
    .with_hint("Name another file.")
    .into()
}
