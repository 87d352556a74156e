//! What a response of a log cost: a model's name as an assistant writes it, resolved to a price.
//!
//! A name is looked up as it is, then with one more part stripped at a time. No part of a name is
//! ever searched for inside another name, so a model that is not known has no price.

mod book;
mod completed;
mod name;
mod table;

use protocol::{Money, TokenUsage};

use crate::{
    client::Client,
    home::Home,
    pricing::{Consumption, Multiplier, Price, ServiceTier},
    record::{Flags, Record},
};
pub use book::Book;
pub use name::{Candidate, candidates};
pub use table::{ImportError, Table};

/// How a model's name was resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    pub price: Price,
    /// The provider and the name under which the table has it.
    pub provider: String,
    pub model: String,
    /// What was stripped of the logged name, in order.
    pub steps: Vec<String>,
    /// The name itself asks for the faster and dearer way.
    pub is_fast: bool,
}

/// The price of a model that a client names, served at a time by a provider if the log says which.
fn resolve(book: &Book, client: Client, provider: &str, model: &str, at_ms: i64) -> Option<Resolved> {
    let mut candidates = candidates(client, provider, model);
    let (place, price) = book.price(&candidates, at_ms)?;
    let candidate = candidates.swap_remove(place);
    Some(Resolved {
        price,
        provider: candidate.provider,
        model: candidate.model,
        steps: candidate.steps,
        is_fast: candidate.is_fast,
    })
}

/// The prices of one home, each looked up once.
pub struct Prices {
    book: Book,
    turns: Option<Vec<i64>>,
    known: Vec<Known>,
    /// Where the last one was: responses of one model come one after the other.
    last: usize,
}

struct Known {
    client: Client,
    provider: String,
    model: String,
    spans: Vec<Span>,
}

/// What a model costs from a time on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub from_ms: i64,
    pub price: Option<Resolved>,
}

impl Default for Prices {
    /// The bundled prices alone.
    fn default() -> Self {
        Self::from(Book::bundled())
    }
}

impl From<Book> for Prices {
    fn from(book: Book) -> Self {
        Self {
            book,
            turns: None,
            known: Vec::new(),
            last: 0,
        }
    }
}

impl Prices {
    /// The bundled prices with those that the person brought along.
    pub fn of(home: &Home) -> Self {
        Self::from(Book::of(home))
    }

    /// The same prices for another thread, none of them looked up yet.
    pub fn another(&self) -> Self {
        Self::from(self.book.clone())
    }

    /// What costs depend on besides the responses themselves.
    pub fn digest(&self) -> i64 {
        self.book.digest()
    }

    pub fn resolve(&mut self, client: Client, provider: &str, model: &str, at_ms: i64) -> Option<&Resolved> {
        let spans = self.spans(client, provider, model);
        let after = spans.partition_point(|span| span.from_ms <= at_ms);
        spans.get(after.checked_sub(1)?)?.price.as_ref()
    }

    /// All prices that a model has had, the oldest first; the first holds since ever.
    pub fn spans(&mut self, client: Client, provider: &str, model: &str) -> &[Span] {
        let is_it =
            |known: &Known| known.client == client && known.model == model && known.provider == provider;
        if !self.known.get(self.last).is_some_and(is_it) {
            self.last = match self.known.iter().position(is_it) {
                Some(place) => place,
                None => {
                    let spans = self.look_up(client, provider, model);
                    self.known.push(Known {
                        client,
                        provider: provider.to_owned(),
                        model: model.to_owned(),
                        spans,
                    });
                    self.known.len() - 1
                }
            };
        }
        &self.known[self.last].spans
    }

    fn look_up(&mut self, client: Client, provider: &str, model: &str) -> Vec<Span> {
        let turns = self.turns.get_or_insert_with(|| self.book.turns());
        let mut spans: Vec<Span> = Vec::new();
        for from_ms in std::iter::once(i64::MIN).chain(turns.iter().copied()) {
            let price = resolve(&self.book, client, provider, model, from_ms);
            if spans.last().is_none_or(|last| last.price != price) {
                spans.push(Span { from_ms, price });
            }
        }
        spans
    }
}

impl Resolved {
    /// The charge for one response; None when the way it was served has no known price.
    pub fn charge(&self, record: &Record) -> Option<i64> {
        let tier = tier(record.flags, self.is_fast);
        let tokens = &record.tokens;
        let used = Consumption {
            tokens: TokenUsage {
                input_tokens: tokens.input,
                output_tokens: tokens.output,
                cache_read_tokens: tokens.cache_read,
                cache_write_tokens: tokens.cache_write,
                reasoning_tokens: tokens.reasoning,
            },
            cache_write_1h_tokens: tokens.cache_write_1h,
            web_searches: u64::from(record.searches),
            tier,
        };
        if record.flags.has(Flags::WITHIN_US) {
            // Searches cost the same everywhere.
            let searches = Consumption {
                web_searches: used.web_searches,
                ..Consumption::default()
            };
            let tokens = Consumption {
                web_searches: 0,
                ..used
            };
            let tokens = self.charge_times(&tokens, WITHIN_US_FACTOR)?;
            return tokens.checked_add(self.price.charge(&searches)?.nano_usd());
        }
        self.charge_times(&used, Multiplier::ONE)
    }

    /// The charge at the tier that served it, times a factor.
    fn charge_times(&self, used: &Consumption, factor: Multiplier) -> Option<i64> {
        let (tier, fast) = match self.price.knows_tier(used.tier) {
            true => (used.tier, Multiplier::ONE),
            false => (ServiceTier::Standard, fast_factor(&self.model)?),
        };
        let used = Consumption { tier, ..*used };
        let charge = match fast.times(factor)? {
            Multiplier::ONE => self.price.charge(&used),
            factor => self.price.clone().with_multiplier(factor).charge(&used),
        };
        charge.map(Money::nano_usd)
    }
}

/// What Claude costs more where it answers within the United States alone.
const WITHIN_US_FACTOR: Multiplier = Multiplier::from_millionths(1_100_000);

fn tier(flags: Flags, is_fast: bool) -> ServiceTier {
    if is_fast || flags.has(Flags::FAST) {
        ServiceTier::Fast
    } else if flags.has(Flags::PRIORITY) {
        ServiceTier::Priority
    } else if flags.has(Flags::FLEX) {
        ServiceTier::Flex
    } else {
        ServiceTier::Standard
    }
}

/// What the faster way costs more, where the table has no tier for it.
fn fast_factor(model: &str) -> Option<Multiplier> {
    let model = model.replace('.', "-");
    let millionths = match () {
        () if model.starts_with("claude-opus-4-6") || model.starts_with("claude-opus-4-7") => 6_000_000,
        () if model.starts_with("claude-opus-4-8") => 2_000_000,
        () if model.starts_with("gpt-5-5") => 2_500_000,
        () if model.starts_with("gpt-5-4") || model.starts_with("gpt-5-3-codex") => 2_000_000,
        () => return None,
    };
    Some(Multiplier::from_millionths(millionths))
}
