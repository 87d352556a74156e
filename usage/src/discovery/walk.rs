mod stat;

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use stat::{Asked, Stat};

use super::{Note, Shape, Source, Stamp};
use crate::client::Client;

/// Deeper folders are a mistake or an attack, and no client makes them.
const DEPTH_MAX: usize = 24;

/// Walks folders and collects sources; each folder and file once, whichever way it is reached.
pub struct Walk {
    pub client: Client,
    found: Vec<Source>,
    notes: Vec<Note>,
    seen: HashSet<(Client, u64, u64)>,
    /// Files whose stamps are asked for meanwhile.
    stat: Stat,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            client: Client::Claude,
            found: Vec::new(),
            notes: Vec::new(),
            seen: HashSet::new(),
            stat: Stat::default(),
        }
    }
}

impl Walk {
    /// Every file below a folder for which `shape` has an answer. Links are followed; a folder that
    /// does not exist has no files.
    pub fn files(&mut self, folder: &Path, shape: &dyn Fn(&Path) -> Option<Shape>) {
        self.descend(folder, 0, &mut |path| {
            shape(path).map(|shape| (shape, String::new()))
        });
    }

    /// The same, with a hint for each file.
    pub fn files_with(&mut self, folder: &Path, shape: &mut dyn FnMut(&Path) -> Option<(Shape, String)>) {
        self.descend(folder, 0, shape);
    }

    fn descend(
        &mut self,
        folder: &Path,
        depth: usize,
        shape: &mut dyn FnMut(&Path) -> Option<(Shape, String)>,
    ) {
        match fs::metadata(folder) {
            Ok(metadata) if metadata.is_dir() => self.look_into(folder, &metadata, depth, shape),
            Ok(_) => {}
            Err(error) => self.note_error(folder, &error),
        }
    }

    fn look_into(
        &mut self,
        folder: &Path,
        metadata: &fs::Metadata,
        depth: usize,
        shape: &mut dyn FnMut(&Path) -> Option<(Shape, String)>,
    ) {
        if depth > DEPTH_MAX {
            return self.note(folder, "lies too deep to be read");
        }
        if !self.is_new(self.client, metadata) {
            return;
        }
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.note_error(folder, &error),
        };
        let mut sorted = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => sorted.push((entry.path(), entry)),
                Err(error) => self.note_error(folder, &error),
            }
        }
        // In order, so that of two ways to one file the same is taken every time.
        sorted.sort_unstable_by(|(one, _), (other, _)| one.as_os_str().cmp(other.as_os_str()));
        for (path, entry) in sorted {
            self.entry(path, entry, depth, shape);
        }
    }

    fn entry(
        &mut self,
        path: PathBuf,
        entry: fs::DirEntry,
        depth: usize,
        shape: &mut dyn FnMut(&Path) -> Option<(Shape, String)>,
    ) {
        let kind = match entry.file_type() {
            Ok(kind) => kind,
            Err(error) => return self.note_error(&path, &error),
        };
        if kind.is_symlink() {
            if fs::metadata(&path).is_ok_and(|target| target.is_dir()) {
                self.descend(&path, depth + 1, shape);
            } else if let Some((shape, hint)) = shape(&path) {
                self.file_with(&path, shape, hint);
            }
            return;
        }
        if kind.is_dir() {
            match entry.metadata() {
                Ok(metadata) => self.look_into(&path, &metadata, depth + 1, shape),
                Err(error) => self.note_error(&path, &error),
            }
        } else if let Some((shape, hint)) = shape(&path) {
            self.ask(Asked {
                client: self.client,
                entry: Some(entry),
                path,
                shape,
                hint,
            });
        }
    }

    fn ask(&mut self, asked: Asked) {
        self.stat.ask(asked);
    }

    /// Takes what was found out of the files that were asked for until now, in their order.
    pub fn settle(&mut self) {
        for (asked, metadata) in self.stat.answers() {
            match metadata {
                Ok(metadata) => self.add(asked, &metadata),
                Err(error) => self.note_error(&asked.path, &error),
            }
        }
    }

    /// One file, if it is there.
    pub fn file(&mut self, path: &Path, shape: Shape) {
        self.file_with(path, shape, String::new());
    }

    pub fn file_with(&mut self, path: &Path, shape: Shape, hint: String) {
        self.ask(Asked {
            client: self.client,
            entry: None,
            path: path.to_owned(),
            shape,
            hint,
        });
    }

    fn add(&mut self, asked: Asked, metadata: &fs::Metadata) {
        // A pipe would wait for a writer for ever.
        if !metadata.is_file() || !self.is_new(asked.client, metadata) {
            return;
        }
        let stamp = Stamp::with_side(&asked.path, asked.shape, metadata);
        self.found.push(Source {
            client: asked.client,
            shape: asked.shape,
            path: asked.path,
            stamp,
            hint: asked.hint,
        });
    }

    /// The names in a folder; none if it is not there.
    pub fn names(&mut self, folder: &Path) -> Vec<PathBuf> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.note_error(folder, &error);
                return Vec::new();
            }
        };
        let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        paths.sort();
        paths
    }

    /// Takes files away that another one stands for.
    pub fn retain(&mut self, mut keep: impl FnMut(&Source) -> bool) {
        self.settle();
        let client = self.client;
        self.found
            .retain(|source| source.client != client || keep(source));
    }

    /// What was found of the client so far.
    pub fn found(&mut self) -> impl Iterator<Item = &Source> {
        self.settle();
        let client = self.client;
        self.found.iter().filter(move |source| source.client == client)
    }

    pub fn finish(mut self) -> (Vec<Source>, Vec<Note>) {
        self.settle();
        self.found
            .sort_by(|a, b| (a.client, &a.path).cmp(&(b.client, &b.path)));
        self.notes.sort();
        self.notes.dedup();
        (self.found, self.notes)
    }

    fn is_new(&mut self, client: Client, metadata: &fs::Metadata) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            self.seen.insert((client, metadata.dev(), metadata.ino()))
        }
        #[cfg(not(unix))]
        {
            let _ = (client, metadata);
            true
        }
    }

    fn note(&mut self, path: &Path, text: impl Into<String>) {
        self.notes.push(Note {
            path: path.to_owned(),
            text: text.into(),
        });
    }

    /// What is not there, or was deleted meanwhile, is nothing to speak of.
    fn note_error(&mut self, path: &Path, error: &io::Error) {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {}
            io::ErrorKind::PermissionDenied => self.note(path, "may not be read by this user"),
            _ => self.note(path, "could not be read"),
        }
    }
}

/// A digest of the write-ahead log beside a database: what was committed may be only there.
pub fn side(path: &Path) -> u64 {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    match fs::metadata(PathBuf::from(name)) {
        Ok(metadata) if metadata.len() > 0 => {
            let stamp = Stamp::of(&metadata);
            crate::record::digest(&[
                &stamp.size.to_le_bytes(),
                &stamp.modified_ns.to_le_bytes(),
                &stamp.changed_ns.to_le_bytes(),
            ])
        }
        _ => 0,
    }
}
