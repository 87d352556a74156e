//! Files of JSON lines, and what happens to them in the wild.

use std::{fs, io, path::Path};

use serde::Serialize;
use serde_json::{Value, ser::Formatter};

use crate::world::World;

/// How a program puts its lines down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    Tight,
    /// As a wrapper does that reads each line and writes it again.
    Loose,
}

struct Loose;

impl Formatter for Loose {
    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }
}

pub struct Lines {
    bytes: Vec<u8>,
    spacing: Spacing,
    end: &'static [u8],
}

impl Lines {
    /// A file as some machine would begin it.
    pub fn begin(world: &mut World) -> Self {
        let spacing = if world.chance(10) {
            Spacing::Loose
        } else {
            Spacing::Tight
        };
        let end: &[u8] = if world.chance(5) { b"\r\n" } else { b"\n" };
        let bytes = if world.chance(3) {
            b"\xef\xbb\xbf".to_vec()
        } else {
            Vec::new()
        };
        Self { bytes, spacing, end }
    }

    pub fn put(&mut self, line: &Value) -> io::Result<()> {
        match self.spacing {
            Spacing::Tight => serde_json::to_writer(&mut self.bytes, line)?,
            Spacing::Loose => {
                let mut writer = serde_json::Serializer::with_formatter(&mut self.bytes, Loose);
                line.serialize(&mut writer)?;
            }
        }
        self.bytes.extend_from_slice(self.end);
        Ok(())
    }

    /// What crashes and editors leave between two lines.
    pub fn damage(&mut self, world: &mut World) {
        match world.rng.u32(..400) {
            0 => self.bytes.extend_from_slice(&[0; 512]),
            1 => self
                .bytes
                .extend_from_slice(b"{\"type\":\"user\",\"message\":{\"content\":\"\xff\xfe\x80\"}}"),
            2 => self.bytes.extend_from_slice(b"   "),
            3 => self.bytes.extend_from_slice(b"not json at all"),
            4..=8 => {}
            _ => return,
        }
        self.bytes.extend_from_slice(self.end);
    }

    /// The line that was being written when somebody looked.
    pub fn half(&mut self, line: &Value) -> io::Result<()> {
        let text = serde_json::to_vec(line)?;
        self.bytes.extend_from_slice(&text[..text.len() * 2 / 3]);
        Ok(())
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn save(&self, path: &Path) -> io::Result<()> {
        save(path, &self.bytes)
    }
}

/// Writes a file, and the folders that it is in.
pub fn save(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes)
}
