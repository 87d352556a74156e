//! The models that clients can name, and where each is served.

mod added;
mod ask;
mod auto;
mod build;
mod discover;
mod health;
mod origin;
mod outward;
mod sources;
mod trial;
mod upstreams;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use http::HeaderValue;
use protocol::api::{Capability, Model, ModelPricing};
use providers::{
    catalogue::{Dialect, Provider},
    fim::FimWay,
    image::ImageRule,
    openai::CapField,
};
use usage::pricing::{Price, ServiceTier};

use crate::{directory::Key, fair_queue::FairQueue};

pub use added::Added;
pub(crate) use added::PREFIX as ADDED_PREFIX;
pub(crate) use ask::ask;
pub use auto::{Afford, Auto, Choice, Fit, Job, MaxPrice, Passed, choose};
pub use build::build;
pub use discover::{Found, discover};
pub use health::{Health, Seen};
pub use origin::{ConnectError, Connected, Origin};
pub use outward::ProxySetting;
pub(crate) use outward::through_proxy;
pub use sources::Sources;
pub use trial::{Trials, Tried, on_trial};

/// The upstream whose answers are made in this process.
pub(crate) const BUILTIN: &str = "builtin";

/// One configured provider endpoint with its credential.
#[derive(Debug)]
pub struct Upstream {
    pub name: Arc<str>,
    pub target: Target,
    /// The provider's name in the price table.
    pub pricing_id: Option<&'static str>,
    /// What its models speak.
    pub dialect: Dialect,
    pub cap_field: CapField,
    pub speaks: Speaks,
    /// Whether it understands `stream_options`; one that does not reports usage unasked.
    pub takes_stream_options: bool,
    /// Its own word on what an answer cost counts.
    pub states_cost: bool,
    /// Its models cost nothing: a server on this machine.
    pub is_free: bool,
    /// Kept when the configuration is read again, as `queue` is.
    pub health: Arc<Health>,
    pub queue: Arc<FairQueue>,
}

impl Upstream {
    /// Whether these bytes of the upstream repeat our own key for it, which nobody else may see.
    pub(crate) fn repeats_key(&self, said: &[u8]) -> bool {
        let Target::Http {
            authorization: Some((_, value)),
            ..
        } = &self.target
        else {
            return false;
        };
        let key = value.as_bytes();
        let key = key.strip_prefix(b"Bearer ").unwrap_or(key);
        !key.is_empty() && memchr::memmem::find(said, key).is_some()
    }

    pub(crate) fn is_same_place(&self, other: &Self) -> bool {
        match (&self.target, &other.target) {
            (Target::Http { origin, .. }, Target::Http { origin: other, .. }) => origin == other,
            (Target::Builtin, Target::Builtin) => true,
            _ => false,
        }
    }
}

/// The routes that an upstream has for text. A request to another one is translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speaks {
    pub chat: bool,
    pub completions: bool,
    pub responses: bool,
    /// Anthropic's.
    pub messages: bool,
}

impl Speaks {
    /// What the provider has.
    pub(crate) fn of(provider: &Provider) -> Self {
        Self {
            chat: provider.speaks_chat,
            completions: provider.speaks_completions,
            responses: provider.speaks_responses,
            messages: provider.dialect == Dialect::Anthropic,
        }
    }

    /// What the configuration lists.
    pub(crate) fn listed(dialects: &[String]) -> Self {
        let lists = |name: &str| dialects.iter().any(|dialect| dialect == name);
        Self {
            chat: lists("chat"),
            completions: lists("completions"),
            responses: lists("responses"),
            messages: lists("messages"),
        }
    }
}

#[derive(Debug)]
pub enum Target {
    /// Answers are made in this process.
    Builtin,
    Http {
        origin: Origin,
        /// The header that carries the key, and its value, which is marked sensitive: it never
        /// appears in a log.
        authorization: Option<(&'static str, HeaderValue)>,
    },
}

/// One way to serve a model.
#[derive(Clone, Debug)]
pub struct Route {
    pub upstream: Arc<Upstream>,
    pub upstream_model: Arc<str>,
    pub price: Option<Pricing>,
    pub fim: FimWay,
    /// How its model counts images; None where nobody knows.
    pub images: Option<ImageRule>,
    /// How many tokens its model can read and write at once, where the configuration says so.
    pub context_window: Option<u64>,
    pub weight: u32,
}

impl Route {
    /// The most that one request can read here, whatever it is. Services that take fees of their
    /// own for files are not bounded so.
    pub fn window(&self) -> Option<u64> {
        self.context_window.filter(|_| !self.upstream.states_cost)
    }
}

/// A price with the text that a hold keeps of it.
#[derive(Clone, Debug)]
pub struct Pricing {
    pub price: Arc<Price>,
    /// The price's own, for every usage row.
    pub version: Arc<str>,
    /// At the standard tier, as nearly every request is served.
    text: Arc<str>,
}

impl Pricing {
    pub fn new(price: Price) -> Self {
        Self {
            text: text_of(&price.at_tier(ServiceTier::Standard)),
            version: price.version.as_str().into(),
            price: Arc::new(price),
        }
    }

    /// What a hold keeps for a request that asks for this tier.
    pub fn text_at(&self, tier: ServiceTier) -> Arc<str> {
        match tier {
            ServiceTier::Standard => Arc::clone(&self.text),
            tier => text_of(&self.price.at_tier(tier)),
        }
    }
}

fn text_of(price: &Price) -> Arc<str> {
    serde_json::to_string(price).unwrap_or_default().into()
}

/// A name that clients use.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: Arc<str>,
    pub capabilities: Vec<Capability>,
    pub context_window: Option<u64>,
    pub output_max: Option<u64>,
    /// None where it stands for other models.
    pub routes: Vec<Route>,
    pub auto: Option<Auto>,
}

impl Entry {
    /// The routes in the order in which a request tries them: first one of those that are well,
    /// each as often as its weight says, then the others of these, the heaviest first. Only where
    /// none is well are those tried that rest.
    pub fn in_order(&self, dice: u32, now: i64) -> Vec<&Route> {
        let rests = |route: &&Route| route.upstream.health.is_resting(now);
        let (resting, mut order): (Vec<_>, Vec<_>) = self.routes.iter().partition(rests);
        if order.is_empty() {
            order = resting;
        }
        let first = pick(&order, dice);
        if first < order.len() {
            let first = order.remove(first);
            order.sort_by_key(|route| std::cmp::Reverse(route.weight));
            order.insert(0, first);
        }
        order
    }

    fn uses_tools(&self) -> bool {
        self.capabilities.contains(&Capability::Tools)
    }

    fn sees_images(&self) -> bool {
        self.capabilities.contains(&Capability::Vision)
            || self.routes.iter().any(|route| route.images.is_some())
    }

    pub fn describe(&self) -> Model {
        Model {
            id: self.id.to_string(),
            capabilities: self.capabilities.clone(),
            context_window: self.context_window,
            pricing: self.pricing(),
        }
    }

    /// The dearest of the routes, since that is what a request may cost.
    fn pricing(&self) -> Option<ModelPricing> {
        if let Some(auto) = &self.auto {
            return auto.pricing;
        }
        let prices: Option<Vec<&Price>> = self
            .routes
            .iter()
            .map(|route| route.price.as_ref().map(|pricing| &*pricing.price))
            .collect();
        prices?
            .into_iter()
            .max_by_key(|price| (price.standard.rates.output, price.standard.rates.input))
            .map(ModelPricing::from)
    }
}

/// The place of the route that the dice falls on.
fn pick(routes: &[&Route], dice: u32) -> usize {
    let total: u64 = routes.iter().map(|route| u64::from(route.weight)).sum();
    let mut rest = u64::from(dice) % total.max(1);
    let hit = |route: &&Route| {
        let weight = u64::from(route.weight);
        let hit = rest < weight;
        rest = rest.saturating_sub(weight);
        hit
    };
    routes.iter().position(hit).unwrap_or(0)
}

/// All models, in the order of the configuration, then found ones, then the built-in ones.
#[derive(Debug, Default)]
pub struct Catalogue {
    entries: Vec<Arc<Entry>>,
    by_id: HashMap<Arc<str>, usize>,
}

impl Catalogue {
    pub fn new(entries: Vec<Entry>) -> Self {
        let mut catalogue = Self::default();
        for entry in entries {
            // The first one of a name wins: the configuration comes before what was found.
            if !catalogue.by_id.contains_key(&entry.id) {
                catalogue
                    .by_id
                    .insert(Arc::clone(&entry.id), catalogue.entries.len());
                catalogue.entries.push(Arc::new(entry));
            }
        }
        catalogue
    }

    pub fn find(&self, id: &str) -> Option<Arc<Entry>> {
        self.by_id.get(id).map(|&index| Arc::clone(&self.entries[index]))
    }

    /// The model itself, or the first that is served of those that it stands for.
    pub fn stand_in(&self, entry: Arc<Entry>) -> Option<Arc<Entry>> {
        match &entry.auto {
            None => Some(entry),
            Some(auto) => auto.choose.iter().find_map(|id| self.find(id)),
        }
    }

    /// Whether a model that the key may use stands for this one among others.
    pub fn is_chosen_for(&self, key: &Key, entry: &Entry) -> bool {
        let autos = self.of_key(key).filter_map(|entry| entry.auto.as_ref());
        autos.flat_map(|auto| &auto.choose).any(|id| *id == entry.id)
    }

    /// The models that a key may use.
    pub fn of_key<'a>(&'a self, key: &'a Key) -> impl Iterator<Item = &'a Arc<Entry>> {
        self.entries.iter().filter(|entry| key.allows(&entry.id))
    }

    /// The upstream of this name at this place, as it was configured before.
    fn upstream_like(&self, upstream: &Upstream) -> Option<&Arc<Upstream>> {
        let routes = self.entries.iter().flat_map(|entry| &entry.routes);
        routes
            .map(|route| &route.upstream)
            .find(|known| known.name == upstream.name && known.is_same_place(upstream))
    }

    pub fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    /// Those that serve a model, each once.
    pub fn upstreams(&self) -> Vec<&Arc<Upstream>> {
        let routes = self.entries.iter().flat_map(|entry| &entry.routes);
        let all: BTreeMap<&str, &Arc<Upstream>> = routes
            .map(|route| (&*route.upstream.name, &route.upstream))
            .collect();
        all.into_values().collect()
    }
}
