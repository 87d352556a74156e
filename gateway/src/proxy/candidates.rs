//! The models that may serve a request: the one that it names, or those that this one stands for.

use std::sync::Arc;

use http::HeaderValue;
use protocol::{Code, Money, Problem};
use usage::pricing::Ceiling;

use super::{
    Proxy,
    admit::{Plan, routes},
    refusal::Refusal,
};
use crate::{
    catalogue::{Afford, Auto, Choice, Entry, Fit, Job, Passed, choose},
    clock::{now_ms, steady_ms},
    directory::Device,
    state::internal,
};

/// The output cap that is written into a request that names none.
const OUTPUT_DEFAULT: u64 = 8_192;

/// A model that may serve the request.
pub(super) struct Candidate {
    pub entry: Arc<Entry>,
    /// The output cap of one choice.
    pub cap: u64,
    /// Why it was chosen, where the client left that open.
    choice: Option<Choice>,
}

/// What the answer says of a model that was chosen for the client.
pub(super) struct Chosen {
    pub model: HeaderValue,
    pub reason: HeaderValue,
}

impl Candidate {
    fn new(plan: &Plan<'_>, entry: Arc<Entry>, choice: Option<Choice>) -> Self {
        let limit = entry.output_max.unwrap_or(u64::MAX);
        let asked = plan.parsed.output_cap().unwrap_or(OUTPUT_DEFAULT);
        Self {
            cap: asked.min(limit).max(1),
            entry,
            choice,
        }
    }

    /// Whether the client left open which model it is.
    pub(super) fn is_chosen(&self) -> bool {
        self.choice.is_some()
    }

    /// For the answer's headers; `failed` were tried before it.
    pub(super) fn chosen(&self, failed: &[(Arc<str>, Passed)]) -> Option<Chosen> {
        let reason = self.choice.as_ref()?.reason(failed);
        Some(Chosen {
            model: HeaderValue::from_bytes(self.entry.id.as_bytes()).ok()?,
            reason: HeaderValue::from_bytes(reason.as_bytes()).ok()?,
        })
    }
}

/// Finds the model, and checks what can be checked without money. At least one, the best first.
pub(super) async fn candidates(
    proxy: &Proxy,
    plan: &Plan<'_>,
    device: &Device,
) -> Result<Vec<Candidate>, Refusal> {
    let catalogue = proxy.gateway.catalogue.load();
    let entry = catalogue
        .find(plan.parsed.model())
        .filter(|entry| device.key.allows(&entry.id))
        .ok_or_else(|| Problem::new(Code::ModelUnknown, "There is no model of this name for this key."))?;
    if !entry.capabilities.contains(&plan.dialect.capability()) {
        return Err(cannot(&entry).into());
    }
    let Some(auto) = &entry.auto else {
        return Ok(vec![Candidate::new(plan, entry, None)]);
    };
    let means = means(proxy, device).await?;
    let preferences = device.key.preferences();
    let fit = |entry: &Entry| fit(plan, device, entry, means);
    let chosen = choose(auto, &catalogue, &preferences, &job(plan), steady_ms(), fit);
    let choices = chosen.map_err(|reasons| nobody(&entry, auto, &reasons))?;
    let candidates = choices
        .into_iter()
        .map(|choice| Candidate::new(plan, Arc::clone(&choice.entry), Some(choice)));
    Ok(candidates.collect())
}

/// What the caller can still pay for. The hold has the last word.
async fn means(proxy: &Proxy, device: &Device) -> Result<Money, Refusal> {
    let gateway = &proxy.gateway;
    let lot = gateway.reader.lot(device.key.id).await.map_err(internal)?;
    let available = lot.map_or(Money::ZERO, |lot| lot.available());
    let room = gateway.quota.room(&gateway.reader, device, now_ms());
    let room = room.await.map_err(internal)?;
    Ok(room.map_or(available, |room| available.min(room.left)))
}

fn job(plan: &Plan<'_>) -> Job {
    let useful = plan.dialect.useful_output();
    let output = plan.parsed.output_cap().map_or(useful, |cap| cap.min(useful));
    Job {
        capability: plan.dialect.capability(),
        has_tools: plan.parsed.has_tools(),
        has_images: plan.parsed.images().is_some_and(|images| !images.is_empty()),
        tokens: plan.counted_text.saturating_add(output),
    }
}

fn fit(plan: &Plan<'_>, device: &Device, entry: &Entry, means: Money) -> Fit {
    let Ok(routes) = routes(plan, entry, 0) else {
        return Fit::Cannot;
    };
    let limit = entry.output_max.unwrap_or(u64::MAX);
    let asked = plan.parsed.output_cap().unwrap_or(OUTPUT_DEFAULT).min(limit);
    let affords = |cap: u64| {
        let output = cap.saturating_mul(plan.parsed.choices());
        routes.iter().any(|route| {
            let most = Ceiling {
                output_tokens: output,
                ..plan.parsed.ceiling(plan.body, route)
            };
            let price = route.price.as_ref().map(|pricing| &pricing.price);
            let bound = price.and_then(|price| price.upper_bound(&most));
            bound.is_some_and(|bound| bound <= means)
        })
    };
    Fit::Affords(if affords(asked) {
        Afford::All
    } else if !device.key.strict && affords(plan.dialect.useful_output().min(asked)) {
        Afford::Part
    } else {
        Afford::Nothing
    })
}

pub(super) fn cannot(entry: &Entry) -> Problem {
    let text = format!("The model {} cannot do this.", entry.id);
    Problem::new(Code::InvalidRequest, text).with_hint("GET /api/v1/models lists what each model can do.")
}

fn nobody(entry: &Entry, auto: &Auto, reasons: &str) -> Problem {
    let text = format!(
        "Of the {} models that {} chooses from none serves this request: {reasons}.",
        auto.choose.len(),
        entry.id
    );
    Problem::new(Code::InvalidRequest, text)
        .with_hint("Name one model, or change what you prefer with `token-tracker models prefer`.")
}
