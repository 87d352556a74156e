use std::{
    collections::HashMap,
    num::NonZeroUsize,
    sync::Mutex,
    time::{Duration, Instant},
};

use lru::LruCache;
use url::Url;

use super::{
    backoff::Backoff,
    place::Place,
    reuse::{self, Key},
    shape::Shape,
};

const CACHED_MAX: usize = 200;
const CACHED_TIME_MAX: Duration = Duration::from_secs(600);

/// A text for a place, and how much after the cursor it replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The request that it came from; the item's id as well.
    pub id: String,
    pub text: String,
    /// Bytes after the cursor that the text says again.
    pub covered: usize,
}

/// What the engine remembers between requests.
pub struct Memory {
    shown: HashMap<Url, (Place, Suggestion)>,
    /// `None`: it is known that there is nothing to say.
    cache: LruCache<Key, (Option<Suggestion>, Instant)>,
    newest: HashMap<Url, u64>,
    tickets: u64,
    keys: HashMap<Url, (Instant, Option<Duration>)>,
    accepted: HashMap<Url, String>,
    pub backoff: Backoff,
}

pub type Engine = Mutex<Memory>;

impl Default for Memory {
    fn default() -> Self {
        Self {
            shown: HashMap::new(),
            cache: LruCache::new(NonZeroUsize::MIN.saturating_add(CACHED_MAX - 1)),
            newest: HashMap::new(),
            tickets: 0,
            keys: HashMap::new(),
            accepted: HashMap::new(),
            backoff: Backoff::default(),
        }
    }
}

impl Memory {
    /// Takes note of an automatic request; the ticket tells later whether a newer one came.
    pub fn arrived(&mut self, uri: &Url, now: Instant) -> u64 {
        self.tickets += 1;
        self.newest.insert(uri.clone(), self.tickets);
        let between = self
            .keys
            .get(uri)
            .map(|(last, _)| now.saturating_duration_since(*last));
        self.keys.insert(uri.clone(), (now, between));
        self.tickets
    }

    pub fn is_newest(&self, uri: &Url, ticket: u64) -> bool {
        self.newest.get(uri) == Some(&ticket)
    }

    /// The time between the last two keys in a document.
    pub fn between_keys(&self, uri: &Url) -> Option<Duration> {
        self.keys.get(uri)?.1
    }

    /// What is shown in this document and still fits.
    pub fn type_through(&self, uri: &Url, now: &Place) -> Option<Suggestion> {
        let (then, suggestion) = self.shown.get(uri)?;
        let text = reuse::rest_of(&suggestion.text, then, now)?;
        Some(Suggestion {
            text,
            ..suggestion.clone()
        })
    }

    /// What was suggested here before; `Some(None)`: nothing was.
    pub fn cached(
        &mut self,
        place: &Place,
        model: &str,
        shape: Shape,
        now: Instant,
    ) -> Option<Option<Suggestion>> {
        for (key, typed) in reuse::keys(place, model, shape) {
            let Some((suggestion, made)) = self.cache.get(&key) else {
                continue;
            };
            if now.saturating_duration_since(*made) > CACHED_TIME_MAX {
                continue;
            }
            match suggestion {
                None if typed.is_empty() => return Some(None),
                None => {}
                Some(suggestion) => {
                    let rest = suggestion.text.strip_prefix(typed);
                    if let Some(rest) = rest.filter(|rest| !rest.is_empty()) {
                        return Some(Some(Suggestion {
                            text: rest.to_owned(),
                            ..suggestion.clone()
                        }));
                    }
                }
            }
        }
        None
    }

    pub fn keep(
        &mut self,
        place: &Place,
        model: &str,
        shape: Shape,
        suggestion: Option<Suggestion>,
        now: Instant,
    ) {
        self.cache.put(reuse::key(place, model, shape), (suggestion, now));
    }

    /// Takes note of what the editor is about to show.
    pub fn show(&mut self, uri: &Url, place: Place, suggestion: Suggestion) {
        self.shown.insert(uri.clone(), (place, suggestion));
    }

    /// The person took it: what follows may be longer.
    pub fn accepted(&mut self, id: &str) {
        let shown = self.shown.iter().find(|(_, (_, shown))| shown.id == id);
        if let Some(uri) = shown.map(|(uri, _)| uri.clone()) {
            self.accepted.insert(uri, id.to_owned());
        }
    }

    /// The person did not want it: it does not come back by itself.
    pub fn rejected(&mut self, id: &str) {
        self.shown.retain(|_, (_, shown)| shown.id != id);
    }

    /// Whether something was accepted in this document since the last question.
    pub fn take_accepted(&mut self, uri: &Url) -> bool {
        self.accepted.remove(uri).is_some()
    }

    pub fn closed(&mut self, uri: &Url) {
        self.shown.remove(uri);
        self.newest.remove(uri);
        self.keys.remove(uri);
        self.accepted.remove(uri);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::place::tests::at, *};

    fn suggestion(text: &str) -> Suggestion {
        Suggestion {
            id: "1".into(),
            text: text.into(),
            covered: 0,
        }
    }

    fn uri() -> Url {
        Url::parse("file:///a.rs").unwrap()
    }

    #[test]
    fn what_was_suggested_is_found_again() {
        let start = Instant::now();
        let mut memory = Memory::default();
        memory.keep(&at("a = |"), "m", Shape::Line, Some(suggestion("123")), start);
        let found = memory.cached(&at("a = 1|"), "m", Shape::Line, start).unwrap();
        assert_eq!(found.unwrap().text, "23");
        assert_eq!(memory.cached(&at("a = 2|"), "m", Shape::Line, start), None);
        let later = start + CACHED_TIME_MAX + Duration::from_secs(1);
        assert_eq!(memory.cached(&at("a = |"), "m", Shape::Line, later), None);

        memory.keep(&at("b = |"), "m", Shape::Line, None, start);
        assert_eq!(memory.cached(&at("b = |"), "m", Shape::Line, start), Some(None));
        assert_eq!(memory.cached(&at("b = 1|"), "m", Shape::Line, start), None);
    }

    #[test]
    fn a_rejected_suggestion_does_not_follow_the_typing() {
        let mut memory = Memory::default();
        memory.show(&uri(), at("a = |"), suggestion("123"));
        assert!(memory.type_through(&uri(), &at("a = 1|")).is_some());
        memory.rejected("1");
        assert!(memory.type_through(&uri(), &at("a = 1|")).is_none());
    }

    #[test]
    fn only_the_newest_request_of_a_document_counts() {
        let mut memory = Memory::default();
        let start = Instant::now();
        let first = memory.arrived(&uri(), start);
        assert_eq!(memory.between_keys(&uri()), None);
        let second = memory.arrived(&uri(), start + Duration::from_millis(80));
        assert!(!memory.is_newest(&uri(), first) && memory.is_newest(&uri(), second));
        assert_eq!(memory.between_keys(&uri()), Some(Duration::from_millis(80)));
    }
}
