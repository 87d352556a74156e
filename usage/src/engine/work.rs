//! What is worked out away from the index, on any thread: what a file says, what of some files
//! counts, what a day sums to.

use jiff::tz::TimeZone;

use super::{
    Saved,
    lines::Buffer,
    read::{self, Job, Outcome},
    sums::by_day,
};
use crate::{
    client::Client,
    cost::Prices,
    dedupe::{self, Counted},
    fold::{Damaged, DayQuarters, Fold, Folder, Part, parts},
    index::{Chunk, Daily, IndexError, PartKey},
    record::FileRecords,
};

/// Something to work out.
pub enum Task<'s> {
    Read(Vec<Job<'s>>),
    Components(Vec<Component>),
    Days(Vec<Day>),
}

pub enum Answer {
    Read(Vec<Outcome>),
    Components(Result<Vec<Counts>, IndexError>),
    Days(Result<Vec<DaySums>, IndexError>),
}

/// Files that have keys in common, in the order of their paths.
pub struct Component {
    pub client: Client,
    /// What the index has of each.
    pub files: Vec<Vec<u8>>,
    /// Whether what they say is wanted back.
    pub is_traced: bool,
}

/// What of a component counts.
pub struct Counts {
    /// Of each file.
    pub parts: Vec<Vec<Part>>,
    pub traced: Option<(Vec<FileRecords>, Vec<Counted>)>,
}

/// A day whose sums are no longer right, and the parts that they are made of.
pub struct Day {
    pub key: PartKey,
    pub parts: Vec<Vec<u8>>,
}

pub struct DaySums {
    pub key: PartKey,
    /// As the index keeps it; None: nothing counts on that day.
    pub chunk: Option<Chunk>,
    /// The same by days, if the zone's are told by an offset.
    pub daily: Option<Daily>,
    /// As a report by days wants it.
    pub by_day: Fold,
}

/// What a thread needs to work, used for one task after the other.
pub struct Worker {
    buffer: Buffer,
    prices: Prices,
    quarters: DayQuarters,
}

impl Worker {
    /// By the days of this zone sums are put together.
    pub fn new(prices: &Prices, zone: &TimeZone) -> Self {
        Self {
            buffer: Buffer::default(),
            prices: prices.another(),
            quarters: DayQuarters::new(zone.clone()),
        }
    }

    pub fn answer(&mut self, task: Task<'_>) -> Answer {
        match task {
            Task::Read(jobs) => {
                let outcomes = jobs.iter().map(|job| read::one(job, &mut self.buffer));
                Answer::Read(outcomes.collect())
            }
            Task::Components(components) => {
                let counts = components.into_iter().map(|component| self.counts(component));
                Answer::Components(counts.collect())
            }
            Task::Days(days) => Answer::Days(days.into_iter().map(|day| self.day(day)).collect()),
        }
    }

    fn counts(&mut self, component: Component) -> Result<Counts, IndexError> {
        let client = component.client;
        let decoded = |bytes: Vec<u8>| {
            let saved: Saved = postcard::from_bytes(&bytes).map_err(|_| Damaged)?;
            Ok(saved.into_records())
        };
        let files: Result<Vec<FileRecords>, Damaged> = component.files.into_iter().map(decoded).collect();
        let files = files?;
        let mut responses = dedupe::responses(client, &files);
        responses.sort_by_key(|counted| counted.file);
        let mut all = Vec::with_capacity(files.len());
        let mut rest = responses.as_slice();
        for (place, file) in files.iter().enumerate() {
            let count = rest.iter().take_while(|counted| counted.file == place).count();
            let (own, others) = rest.split_at(count);
            rest = others;
            let mut folder = Folder::default();
            for counted in own {
                folder.add(client, file, &counted.record, &mut self.prices);
            }
            all.push(parts(folder.finish())?);
        }
        Ok(Counts {
            parts: all,
            traced: component.is_traced.then_some((files, responses)),
        })
    }

    fn day(&mut self, day: Day) -> Result<DaySums, IndexError> {
        let mut folder = Folder::default();
        for part in &day.parts {
            folder.add_part(day.key.client, part)?;
        }
        let fold = folder.finish();
        let chunk = Chunk::of(&fold)?;
        let cells = by_day(fold.cells.into_iter().map(Ok), day.key, &mut self.quarters)?;
        let by_day = Fold {
            names: fold.names,
            cells,
        };
        let offset_s = self.quarters.offset(day.key.day);
        let daily = offset_s
            .map(|offset_s| Daily::of(offset_s, &by_day))
            .transpose()?;
        Ok(DaySums {
            key: day.key,
            chunk,
            daily,
            by_day,
        })
    }
}
