//! Who works where and when. All randomness comes from here.

use fastrand::Rng;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    Size,
    text::Text,
    truth::{Billed, Truth},
};

/// The first day of the corpus: summer time ends in it in Europe and begins in Australia.
const BEGIN_MS: i64 = 1_759_276_800_000;
const SPAN_MS: i64 = 70 * 24 * 3_600_000;
const QUARTER_MS: i64 = 15 * 60_000;
/// Lines of one response lie this close together, and on one day in every zone there is.
const RESPONSE_MS: i64 = 20_000;

pub struct Project {
    pub folder: String,
    pub branches: Vec<&'static str>,
}

pub struct World {
    pub rng: Rng,
    pub text: Text,
    pub truth: Truth,
    pub projects: Vec<Project>,
    pub bytes_per_message: usize,
}

/// Where and when a session is.
#[derive(Clone, Debug)]
pub struct Place {
    pub folder: String,
    pub branch: &'static str,
    /// The time of what happened last.
    pub now: i64,
}

impl World {
    pub fn new(size: Size) -> Self {
        let mut rng = Rng::with_seed(size.seed);
        let text = Text::new(&mut rng);
        Self {
            rng,
            text,
            truth: Truth::default(),
            projects: projects(),
            bytes_per_message: size.bytes_per_message,
        }
    }

    pub fn chance(&mut self, percent: u32) -> bool {
        self.rng.u32(..100) < percent
    }

    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.rng.usize(..all.len())]
    }

    pub fn id(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.rng.u128(..).to_be_bytes()).into_uuid()
    }

    /// An id that begins with a time, as newer ones do.
    pub fn id_at(&mut self, at: i64) -> Uuid {
        let mut random = [0; 10];
        self.rng.fill(&mut random);
        uuid::Builder::from_unix_timestamp_millis(u64::try_from(at).unwrap_or(0), &random).into_uuid()
    }

    /// Like `msg_01ab…`.
    pub fn name(&mut self, prefix: &str) -> String {
        format!("{prefix}{:024x}", self.rng.u128(..) >> 32)
    }

    /// A new session somewhere.
    pub fn place(&mut self) -> Place {
        let project = self.rng.usize(..self.projects.len());
        let project = &self.projects[project];
        let branch = project.branches[self.rng.usize(..project.branches.len())];
        Place {
            folder: project.folder.clone(),
            branch,
            now: BEGIN_MS + self.rng.i64(0..SPAN_MS),
        }
    }

    /// Another branch of the same project.
    pub fn switch(&mut self, place: &mut Place) {
        if let Some(project) = self
            .projects
            .iter()
            .find(|project| project.folder == place.folder)
        {
            place.branch = project.branches[self.rng.usize(..project.branches.len())];
        }
    }

    /// The time of the next response: seconds or minutes later, seldom hours.
    pub fn next(&mut self, place: &mut Place) -> i64 {
        let longest = if self.chance(3) { 9 * 3_600_000 } else { 240_000 };
        place.now += self.rng.i64(1_000..longest);
        let into = place.now % QUARTER_MS;
        // Not across a quarter of an hour, where some zone has its midnight.
        if !(RESPONSE_MS..=QUARTER_MS - RESPONSE_MS).contains(&into) {
            place.now += 2 * RESPONSE_MS;
        }
        place.now
    }

    /// So many tokens, small numbers more often than large ones.
    pub fn tokens(&mut self, most: u64) -> u64 {
        let most = self.rng.u64(1..=most);
        self.rng.u64(1..=most)
    }

    /// What is said around one response.
    pub fn talk(&mut self) -> String {
        let mean = self.bytes_per_message;
        let bytes = self.rng.usize(mean / 4..=mean * 7 / 4);
        self.text.some(&mut self.rng, bytes)
    }

    pub fn bill(&mut self, one: Billed) {
        self.truth.billed.push(one);
    }
}

/// As logs have them.
pub fn time(at: i64) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or_default();
    format!("{at:.3}")
}

/// Folders that collide when every other character becomes a dash, a branch with slashes, a
/// detached head, and a folder that is no repository.
fn projects() -> Vec<Project> {
    let branches: [&[&str]; 6] = [
        &["main", "feature/ledger", "fix/usage-rows"],
        &["main", "release-1.2"],
        &["master", "größe"],
        &["main"],
        &[""],
        &["HEAD", "main"],
    ];
    let folders = [
        "/home/dev/work/token.tracker",
        "/home/dev/work/token-tracker",
        "/home/dev/work/token/tracker",
        "/home/dev/数据/projekt",
        "/home/dev/notes",
        "/srv/a very long name/with spaces/and more of them",
    ];
    folders
        .iter()
        .zip(branches)
        .map(|(folder, branches)| Project {
            folder: (*folder).to_owned(),
            branches: branches.to_vec(),
        })
        .collect()
}
