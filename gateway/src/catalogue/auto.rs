//! Models that stand for others, such as `auto`: each request gets the first that fits it, in the
//! member's order, then in the operator's.

#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use protocol::{
    Money,
    api::{Capability, ModelPricing, Preferences},
};

use super::{Catalogue, Entry};

/// What a model that stands for others chooses from.
#[derive(Clone, Debug)]
pub struct Auto {
    /// In the operator's order.
    pub choose: Vec<Arc<str>>,
    pub max_price: MaxPrice,
    /// The dearest of those that are served.
    pub(super) pricing: Option<ModelPricing>,
}

/// The most that a million tokens may cost; None: any price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MaxPrice {
    pub input: Option<Money>,
    pub output: Option<Money>,
}

impl MaxPrice {
    fn allows(&self, pricing: &ModelPricing) -> bool {
        self.input.is_none_or(|most| pricing.input_nano_usd <= most)
            && self.output.is_none_or(|most| pricing.output_nano_usd <= most)
    }
}

/// What a request asks of a model.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    pub capability: Capability,
    pub has_tools: bool,
    pub has_images: bool,
    /// Its input, with the least output that is of use.
    pub tokens: u64,
}

/// How a model suits a request for reasons that the catalogue does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// None of its upstreams can be asked this.
    Cannot,
    /// The caller pays for all that was asked, for something useful of it, or for neither.
    Affords(Afford),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afford {
    All,
    Part,
    Nothing,
}

/// Why a model is not the one, or not before others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    NotServed,
    Excluded,
    Cannot,
    NoTools,
    NoImages,
    TooShort,
    TooDear,
    Part,
    Unaffordable,
    Down,
    Failed,
}

impl fmt::Display for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotServed => "is not served at the moment",
            Self::Excluded => "is excluded by the member",
            Self::Cannot => "cannot do this",
            Self::NoTools => "cannot use tools",
            Self::NoImages => "cannot see images",
            Self::TooShort => "has too short a context",
            Self::TooDear => "is above the price ceiling",
            Self::Part => "would have its output cut by the balance",
            Self::Unaffordable => "costs more than the balance",
            Self::Down => "is down",
            Self::Failed => "did not serve it",
        })
    }
}

/// A model that may serve the request, and why it has this place among them.
#[derive(Debug)]
pub struct Choice {
    pub entry: Arc<Entry>,
    is_preferred: bool,
    is_first: bool,
    /// Those before it in the order of preference.
    passed: Vec<(Arc<str>, Passed)>,
}

impl Choice {
    /// The reason, in one line; `failed` were tried for this request already.
    pub fn reason(&self, failed: &[(Arc<str>, Passed)]) -> String {
        let mut text = match (self.is_preferred, self.is_first) {
            (true, _) => "preferred by the member".to_owned(),
            (false, true) => "first in the gateway's list".to_owned(),
            (false, false) => "next in the gateway's list".to_owned(),
        };
        let was_tried = |id: &Arc<str>| failed.iter().any(|(tried, _)| tried == id);
        let passed = self.passed.iter().filter(|(id, _)| !was_tried(id));
        for (id, why) in passed.chain(failed) {
            text.push_str("; ");
            text.push_str(id);
            text.push(' ');
            text.push_str(&why.to_string());
        }
        text
    }
}

/// The last of the ranks.
const UNAFFORDABLE: u8 = 3;

struct Considered {
    id: Arc<str>,
    is_preferred: bool,
    /// With its rank: lower ones are tried first.
    entry: Option<(u8, Arc<Entry>)>,
    passed: Option<Passed>,
}

/// Those that may serve the request, best first; or, for the refusal, why there is none.
pub fn choose(
    auto: &Auto,
    catalogue: &Catalogue,
    preferences: &Preferences,
    job: &Job,
    now: i64,
    fit: impl Fn(&Entry) -> Fit,
) -> Result<Vec<Choice>, String> {
    let named = in_order(auto, preferences);
    let entries: Vec<_> = named.iter().map(|(id, _)| catalogue.find(id)).collect();
    // Where nobody says that they can, that was not written down for any of them.
    let known = |can: fn(&Entry) -> bool| entries.iter().flatten().any(|entry| can(entry));
    let (tools, images) = (known(Entry::uses_tools), known(Entry::sees_images));
    let job = Job {
        has_tools: job.has_tools && tools,
        has_images: job.has_images && images,
        ..*job
    };
    let considered: Vec<Considered> = named
        .into_iter()
        .zip(entries)
        .map(|((id, is_preferred), entry)| {
            let is_excluded = preferences.exclude.iter().any(|name| **name == *id);
            let verdict = match entry {
                _ if is_excluded => Err(Passed::Excluded),
                None => Err(Passed::NotServed),
                Some(entry) => suits(auto, &entry, &job).and_then(|()| ranked(entry, now, &fit)),
            };
            let (entry, passed) = match verdict {
                Ok((rank, entry, passed)) => (Some((rank, entry)), passed),
                Err(passed) => (None, Some(passed)),
            };
            Considered {
                id,
                is_preferred,
                entry,
                passed,
            }
        })
        .collect();
    let choices = choices(auto, &considered);
    if choices.is_empty() {
        return Err(told(considered.iter()));
    }
    Ok(choices)
}

/// The member's order, then the operator's; what the member names and the operator does not is not
/// to be chosen.
fn in_order(auto: &Auto, preferences: &Preferences) -> Vec<(Arc<str>, bool)> {
    let mut order: Vec<(Arc<str>, bool)> = Vec::with_capacity(auto.choose.len());
    let preferred = preferences
        .order
        .iter()
        .filter_map(|name| auto.choose.iter().find(|id| ***id == **name));
    for (id, is_preferred) in preferred
        .map(|id| (id, true))
        .chain(auto.choose.iter().map(|id| (id, false)))
    {
        if !order.iter().any(|(known, _)| known == id) {
            order.push((Arc::clone(id), is_preferred));
        }
    }
    order
}

fn suits(auto: &Auto, entry: &Entry, job: &Job) -> Result<(), Passed> {
    let window = entry.context_window.unwrap_or(u64::MAX);
    let checks = [
        (entry.capabilities.contains(&job.capability), Passed::Cannot),
        (!job.has_tools || entry.uses_tools(), Passed::NoTools),
        (!job.has_images || entry.sees_images(), Passed::NoImages),
        (job.tokens <= window, Passed::TooShort),
        (
            entry
                .pricing()
                .is_none_or(|pricing| auto.max_price.allows(&pricing)),
            Passed::TooDear,
        ),
    ];
    match checks.into_iter().find(|(is_right, _)| !is_right) {
        Some((_, passed)) => Err(passed),
        None => Ok(()),
    }
}

fn ranked(
    entry: Arc<Entry>,
    now: i64,
    fit: impl Fn(&Entry) -> Fit,
) -> Result<(u8, Arc<Entry>, Option<Passed>), Passed> {
    let afford = match fit(&entry) {
        Fit::Cannot => return Err(Passed::Cannot),
        Fit::Affords(afford) => afford,
    };
    let is_down = entry
        .routes
        .iter()
        .all(|route| route.upstream.health.is_resting(now));
    let (rank, passed) = match afford {
        Afford::Nothing => (UNAFFORDABLE, Some(Passed::Unaffordable)),
        Afford::All | Afford::Part if is_down => (2, Some(Passed::Down)),
        Afford::Part => (1, Some(Passed::Part)),
        Afford::All => (0, None),
    };
    Ok((rank, entry, passed))
}

fn choices(auto: &Auto, considered: &[Considered]) -> Vec<Choice> {
    let mut ranked: Vec<(u8, usize, &Arc<Entry>)> = considered
        .iter()
        .enumerate()
        .filter_map(|(place, one)| one.entry.as_ref().map(|(rank, entry)| (*rank, place, entry)))
        .collect();
    ranked.sort_by_key(|(rank, place, _)| (*rank, *place));
    // What nobody can pay for is there to say so, and only where nothing else is.
    if ranked.first().is_some_and(|(rank, _, _)| *rank < UNAFFORDABLE) {
        ranked.retain(|(rank, _, _)| *rank < UNAFFORDABLE);
    }
    ranked
        .into_iter()
        .map(|(_, place, entry)| {
            let before = considered[..place].iter();
            Choice {
                entry: Arc::clone(entry),
                is_preferred: considered[place].is_preferred,
                is_first: auto.choose.first() == Some(&considered[place].id),
                passed: before
                    .filter_map(|one| Some((Arc::clone(&one.id), one.passed?)))
                    .collect(),
            }
        })
        .collect()
}

fn told<'a>(considered: impl Iterator<Item = &'a Considered>) -> String {
    let reasons: Vec<String> = considered
        .filter_map(|one| Some(format!("{} {}", one.id, one.passed?)))
        .collect();
    reasons.join("; ")
}
