//! What tables that people bring along leave out.

use super::Candidate;
use crate::pricing::{Price, Rate, Rates, Schedule, bundled};

/// The price with what its table does not say of the model: what is kept for an hour, which all of
/// Claude's models charge at twice their input, and searches, at the bundled price.
pub fn completed(mut price: Price, candidate: &Candidate) -> Price {
    let before = price.clone();
    if candidate.model.contains("claude") {
        let tiers = price.tiers.iter_mut().map(|tier| &mut tier.schedule);
        tiers.chain([&mut price.standard]).for_each(keep_for_an_hour);
    }
    if price.web_search.is_none() {
        let bundled = bundled(&candidate.provider, &candidate.model);
        price.web_search = bundled.and_then(|bundled| bundled.web_search);
    }
    if price == before {
        return price;
    }
    // The version ends in a fingerprint of the numbers.
    let source = price
        .version
        .rsplit_once(' ')
        .map(|(source, _)| source.to_owned());
    match source {
        Some(source) => price.with_version(&source),
        None => price,
    }
}

fn keep_for_an_hour(schedule: &mut Schedule) {
    let long = schedule.long.iter_mut().map(|long| &mut long.rates);
    for rates in long.chain([&mut schedule.rates]) {
        rates.cache_write_1h = rates.cache_write_1h.or(twice(rates));
    }
}

fn twice(rates: &Rates) -> Option<Rate> {
    Rate::from_nano_usd(rates.input.nano_usd().saturating_mul(2))
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;
    use crate::cost::Table;

    /// The rates for an hour of an imported model, and its searches.
    fn shown(table: &serde_json::Value, model: &str) -> (Vec<String>, Option<String>) {
        let table = Table::import(table.to_string().as_bytes(), Date::constant(2026, 3, 1)).unwrap();
        let candidate = Candidate {
            provider: "anthropic".into(),
            model: model.into(),
            steps: Vec::new(),
            is_fast: false,
        };
        let price = completed(table.price("anthropic", model).unwrap().clone(), &candidate);
        let long = price.standard.long.iter().map(|long| &long.rates);
        let hours = [&price.standard.rates]
            .into_iter()
            .chain(long)
            .map(|rates| rates.cache_write_1h.map_or("-".into(), |rate| rate.to_string()));
        (hours.collect(), price.web_search.map(|rate| rate.to_string()))
    }

    #[test]
    fn claudes_hour_is_twice_its_input_where_a_table_does_not_say_it() {
        let fields = serde_json::json!({"litellm_provider": "anthropic", "input_cost_per_token": 3e-06,
            "output_cost_per_token": 1.5e-05, "input_cost_per_token_above_200k_tokens": 5e-06});
        let mut said = fields.clone();
        said["cache_creation_input_token_cost_above_1hr"] = 7e-06.into();
        let table = serde_json::json!({"claude-x": fields, "claude-y": said, "other-x": fields});
        assert_eq!(
            shown(&table, "claude-x"),
            (vec!["6.00".into(), "10.00".into()], None)
        );
        assert_eq!(
            shown(&table, "claude-y"),
            (vec!["7.00".into(), "7.00".into()], None)
        );
        assert_eq!(shown(&table, "other-x"), (vec!["-".into(), "-".into()], None));
    }

    #[test]
    fn searches_cost_what_is_bundled_where_a_table_does_not_say_it() {
        let table = serde_json::json!({"anthropic": {"models": {"claude-sonnet-4-5": {"cost": {"input": 1, "output": 1}}}}});
        let expected = (vec!["2.00".into()], Some("10000.00".into()));
        assert_eq!(shown(&table, "claude-sonnet-4-5"), expected);
    }
}
