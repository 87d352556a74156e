//! Mistakes in a configuration file, found before anything starts.

use std::collections::HashSet;

use toml::{Table, Value};

use super::{Config, ConfigError, Limits, ModelConfig};

const ROOT: &[&str] = &[
    "listen",
    "public_url",
    "tls_cert",
    "tls_key",
    "trusted_proxies",
    "allow_private_upstreams",
    "discover",
    "timezone",
    "limits",
    "log",
    "telemetry",
    "upstream",
    "model",
];
const LIMITS: &[&str] = &[
    "failed_redeems_per_minute",
    "failed_redeems_per_hour",
    "streams_per_device",
    "connections_max",
    "requests_max",
    "all_bodies_bytes_max",
    "body_bytes_max",
    "answer_bytes_max",
    "head_seconds_max",
    "body_seconds_max",
    "write_seconds_max",
    "keep_alive_seconds_max",
    "idle_seconds_max",
    "request_seconds_max",
    "max_concurrent_requests",
    "queue_max",
    "queue_seconds_max",
    "key",
    "device",
];
const SCOPE: &[&str] = &["rpm", "tpm", "streams", "spend_per_day", "spend_per_month"];
const LOG: &[&str] = &["format", "requests"];
const TELEMETRY: &[&str] = &[
    "otlp_endpoint",
    "service_name",
    "sample_ratio",
    "pass_on_upstream",
];
const UPSTREAM: &[&str] = &[
    "name",
    "provider",
    "base_url",
    "api_key_env",
    "api_key_file",
    "dialects",
    "max_concurrent",
];
const MODEL: &[&str] = &[
    "id",
    "upstream",
    "upstream_model",
    "routes",
    "choose",
    "max_price",
    "capabilities",
    "fim",
    "price",
    "multiplier",
    "context_window",
    "output_max",
    "image_tokens_max",
];
const DIALECTS: &[&str] = &["chat", "completions", "embeddings", "responses", "messages"];
const ROUTE: &[&str] = &["upstream", "upstream_model", "price", "weight"];
const MAX_PRICE: &[&str] = &["input", "output"];
const PRICE: &[&str] = &["input", "output", "cache_read", "cache_write", "cache_write_1h"];

/// A week: nobody waits longer for an answer.
const SECONDS_MAX: u64 = 7 * 24 * 3_600;

pub(super) fn unknown_keys(root: &Table) -> Result<(), ConfigError> {
    known("", root, ROOT)?;
    for table in tables(root.get("limits")) {
        known("limits.", table, LIMITS)?;
        for scope in ["key", "device"] {
            for limits in tables(table.get(scope)) {
                known(&format!("limits.{scope}."), limits, SCOPE)?;
            }
        }
    }
    for table in tables(root.get("telemetry")) {
        known("telemetry.", table, TELEMETRY)?;
    }
    for table in tables(root.get("log")) {
        known("log.", table, LOG)?;
    }
    for table in tables(root.get("upstream")) {
        known("upstream.", table, UPSTREAM)?;
    }
    for table in tables(root.get("model")) {
        known("model.", table, MODEL)?;
        for route in tables(table.get("routes")) {
            known("model.routes.", route, ROUTE)?;
            for price in tables(route.get("price")) {
                known("model.routes.price.", price, PRICE)?;
            }
        }
        for price in tables(table.get("price")) {
            known("model.price.", price, PRICE)?;
        }
        for price in tables(table.get("max_price")) {
            known("model.max_price.", price, MAX_PRICE)?;
        }
    }
    Ok(())
}

/// The table itself, or the tables in an array of tables.
fn tables(value: Option<&Value>) -> Vec<&Table> {
    match value {
        Some(Value::Table(table)) => vec![table],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_table).collect(),
        _ => Vec::new(),
    }
}

fn known(place: &str, table: &Table, names: &[&str]) -> Result<(), ConfigError> {
    let Some(unknown) = table.keys().find(|key| !names.contains(&key.as_str())) else {
        return Ok(());
    };
    let nearest = names
        .iter()
        .max_by(|a, b| strsim::jaro_winkler(unknown, a).total_cmp(&strsim::jaro_winkler(unknown, b)))
        .unwrap_or(&"");
    Err(ConfigError::Invalid(format!(
        "there is no key \"{place}{unknown}\"; did you mean \"{place}{nearest}\"?"
    )))
}

/// Limits that would let nothing pass are mistakes: a gateway that is to serve nobody is stopped.
fn limits(config: &Config) -> Result<(), ConfigError> {
    let invalid = |text: String| Err(ConfigError::Invalid(text));
    if config.zone().is_none() {
        return invalid("timezone is a name such as \"Europe/Berlin\"".into());
    }
    if config.limits.max_concurrent_requests == Some(0) {
        return invalid("limits.max_concurrent_requests is at least 1".into());
    }
    for (scope, limits) in [("key", config.limits.key), ("device", config.limits.device)] {
        if let Some(name) = protocol::api::Limits::from(limits).impossible() {
            // The file's own names are those of the API without the unit.
            let name = match name {
                "spendPerDayNanoUsd" => "spend_per_day",
                "spendPerMonthNanoUsd" => "spend_per_month",
                other => other,
            };
            return invalid(format!(
                "limits.{scope}.{name} is more than 0; leave it out for no limit"
            ));
        }
    }
    sane(&config.limits)
}

/// Limits that would refuse everything, or that no clock can wait for.
fn sane(limits: &Limits) -> Result<(), ConfigError> {
    let seconds = [
        ("head_seconds_max", limits.head_seconds_max),
        ("body_seconds_max", limits.body_seconds_max),
        ("write_seconds_max", limits.write_seconds_max),
        ("keep_alive_seconds_max", limits.keep_alive_seconds_max),
        ("idle_seconds_max", limits.idle_seconds_max),
        ("request_seconds_max", limits.request_seconds_max),
    ];
    if let Some((name, _)) = seconds
        .iter()
        .find(|(_, value)| !(1..=SECONDS_MAX).contains(value))
    {
        let text = format!("limits.{name} is between 1 and {SECONDS_MAX} seconds");
        return Err(ConfigError::Invalid(text));
    }
    let counts = [
        ("connections_max", limits.connections_max),
        ("requests_max", limits.requests_max),
        ("body_bytes_max", limits.body_bytes_max),
        ("answer_bytes_max", limits.answer_bytes_max),
    ];
    if let Some((name, _)) = counts.iter().find(|(_, value)| *value == 0) {
        return Err(ConfigError::Invalid(format!("limits.{name} is at least 1")));
    }
    if limits.all_bodies_bytes_max < limits.body_bytes_max {
        let text = "limits.all_bodies_bytes_max is less than limits.body_bytes_max, which one body may take";
        return Err(ConfigError::Invalid(text.into()));
    }
    Ok(())
}

pub(super) fn references(config: &Config) -> Result<(), ConfigError> {
    let invalid = |text: String| Err(ConfigError::Invalid(text));
    if !(0.0..=1.0).contains(&config.telemetry.sample_ratio) {
        return invalid("telemetry.sample_ratio is between 0 and 1".into());
    }
    limits(config)?;
    if let Err(error) = config.reach() {
        return invalid(format!("allow_private_upstreams: {error}"));
    }
    let mut names = HashSet::from(["builtin"]);
    for upstream in &config.upstreams {
        if upstream.name.starts_with(crate::catalogue::ADDED_PREFIX) {
            return invalid(format!("upstream \"{}\": its name is not free", upstream.name));
        }
        if !names.insert(&upstream.name) {
            return invalid(format!("two upstreams are named \"{}\"", upstream.name));
        }
        let dialects = upstream.dialects.iter().flatten();
        if let Some(unknown) = dialects
            .clone()
            .find(|dialect| !DIALECTS.contains(&dialect.as_str()))
        {
            return invalid(format!(
                "upstream \"{}\": there is no dialect \"{unknown}\"; known are {}",
                upstream.name,
                DIALECTS.join(", ")
            ));
        }
        if upstream.max_concurrent == Some(0) {
            return invalid(format!(
                "upstream \"{}\": max_concurrent is at least 1",
                upstream.name
            ));
        }
        if upstream.api_key_env.is_some() && upstream.api_key_file.is_some() {
            return invalid(format!(
                "upstream \"{}\" names both api_key_env and api_key_file",
                upstream.name
            ));
        }
    }
    let mut ids = HashSet::new();
    for model in &config.models {
        if !ids.insert(&model.id) {
            return invalid(format!("two models have the id \"{}\"", model.id));
        }
        match &model.choose {
            Some(choose) => auto_references(config, model, choose)?,
            None => model_references(model, &names)?,
        }
    }
    Ok(())
}

/// Models that are found later may be named too, so not every name can be checked here.
fn auto_references(config: &Config, model: &ModelConfig, choose: &[String]) -> Result<(), ConfigError> {
    let invalid = |text: String| Err(ConfigError::Invalid(format!("model \"{}\": {text}", model.id)));
    let own = [
        ("upstream", model.upstream.is_some()),
        ("upstream_model", model.upstream_model.is_some()),
        ("routes", !model.routes.is_empty()),
        ("capabilities", model.capabilities.is_some()),
        ("fim", model.fim.is_some()),
        ("price", model.price.is_some()),
        ("multiplier", model.multiplier.is_some()),
        ("context_window", model.context_window.is_some()),
        ("output_max", model.output_max.is_some()),
        ("image_tokens_max", model.image_tokens_max.is_some()),
    ];
    if let Some((name, _)) = own.into_iter().find(|(_, is_set)| *is_set) {
        return invalid(format!("{name} belongs to the models that it chooses from"));
    }
    if choose.is_empty() {
        return invalid("choose names at least one model".into());
    }
    let mut names = HashSet::new();
    if let Some(twice) = choose.iter().find(|id| !names.insert(*id)) {
        return invalid(format!("choose names \"{twice}\" twice"));
    }
    let mut autos = config.models.iter().filter(|other| other.choose.is_some());
    if let Some(auto) = autos.find(|other| choose.contains(&other.id)) {
        return invalid(format!("\"{}\" chooses itself; name models that do not", auto.id));
    }
    match model.max_price.as_ref().map(super::MaxPriceConfig::max_price) {
        Some(Err(text)) => invalid(text),
        Some(Ok(_)) | None => Ok(()),
    }
}

fn model_references(model: &ModelConfig, names: &HashSet<&str>) -> Result<(), ConfigError> {
    let invalid = |text: String| Err(ConfigError::Invalid(format!("model \"{}\": {text}", model.id)));
    if model.id.is_empty() || model.id.contains(char::is_whitespace) {
        return invalid("an id has at least one character and no spaces".into());
    }
    if model.upstream.is_some() != model.routes.is_empty() {
        return invalid("name either an upstream or routes".into());
    }
    if model.max_price.is_some() {
        return invalid("max_price belongs to a model with a list of models to choose from".into());
    }
    let named = model
        .upstream
        .iter()
        .chain(model.routes.iter().map(|route| &route.upstream));
    if let Some(unknown) = named.into_iter().find(|name| !names.contains(name.as_str())) {
        return invalid(format!("there is no upstream \"{unknown}\""));
    }
    let prices = model
        .routes
        .iter()
        .map(|route| &route.price)
        .chain([&model.price]);
    for price in prices.flatten() {
        if let Err(text) = price.price(model.multiplier.as_deref()) {
            return invalid(text);
        }
    }
    if let Err(text) = super::parse_multiplier(model.multiplier.as_deref()) {
        return invalid(text);
    }
    if let Some(fim) = &model.fim
        && providers::fim::FimWay::by_name(fim).is_none()
    {
        return invalid(format!("there is no FIM template \"{fim}\""));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        Config::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_wrong_key_is_named_with_the_nearest_right_one() {
        assert!(refusal("listn = \"127.0.0.1:1\"").contains("did you mean \"listen\""));
        let text = "[[upstream]]\nname = \"a\"\nbase_ulr = \"http://127.0.0.1:1/v1\"";
        assert!(refusal(text).contains("did you mean \"upstream.base_url\""));
        let text = "[[model]]\nid = \"m\"\nupstream = \"builtin\"\nprice = { inptu = \"1\", output = \"2\" }";
        assert!(refusal(text).contains("did you mean \"model.price.input\""));
    }

    #[test]
    fn references_and_prices_are_checked() {
        assert!(refusal("[[model]]\nid = \"m\"\nupstream = \"nowhere\"").contains("no upstream \"nowhere\""));
        assert!(refusal("[[model]]\nid = \"m\"").contains("either an upstream or routes"));
        let text =
            "[[model]]\nid = \"m\"\nupstream = \"builtin\"\nprice = { input = \"-1\", output = \"2\" }";
        assert!(refusal(text).contains("price.input"));
        let route = "{ upstream = \"builtin\", price = { input = \"-1\", output = \"2\" } }";
        assert!(refusal(&format!("[[model]]\nid = \"m\"\nroutes = [{route}]")).contains("price.input"));
        assert!(refusal("[[model]]\nid = \"m\"\nupstream = \"builtin\"\nprice = \"cheap\"").contains("free"));
    }

    #[test]
    fn limits_that_nothing_passes_are_mistakes() {
        for (text, place) in [
            ("[limits.key]\nrpm = 0", "limits.key.rpm"),
            (
                "[limits.device]\nspend_per_day = \"0.00\"",
                "limits.device.spend_per_day",
            ),
            ("[limits.key]\nspend_per_month = \"much\"", "decimal number"),
            ("[limits.key]\nrmp = 1", "did you mean \"limits.key.rpm\""),
            ("[limits]\nmax_concurrent_requests = 0", "max_concurrent_requests"),
            ("[[upstream]]\nname = \"a\"\nmax_concurrent = 0", "max_concurrent"),
            ("timezone = \"Mars/Olympus\"", "Europe/Berlin"),
        ] {
            assert!(refusal(text).contains(place), "{text}: {}", refusal(text));
        }
    }

    #[test]
    fn limits_are_off_until_they_are_set() {
        let config = Config::parse("").unwrap();
        assert!(config.quota().key.is_empty() && config.quota().device.is_empty());
        assert_eq!(config.queue().places, None);
        let text = "timezone = \"Asia/Tokyo\"\n[limits]\nmax_concurrent_requests = 9\nqueue_max = 5\n\
                    [limits.key]\ntpm = 1000\nspend_per_day = \"2.50\"\n[limits.device]\nstreams = 3";
        let config = Config::parse(text).unwrap();
        let rules = config.quota();
        assert_eq!((rules.key.tpm, rules.device.streams), (Some(1_000), Some(3)));
        assert_eq!(
            rules.key.spend_per_day_nano_usd,
            protocol::Money::parse_usd("2.5").ok()
        );
        assert_eq!((config.queue().places, config.queue().waiting_max), (Some(9), 5));
    }

    #[test]
    fn limits_that_would_refuse_everything_are_mistakes() {
        for (line, named) in [
            ("request_seconds_max = 0", "request_seconds_max"),
            ("idle_seconds_max = 18446744073709551615", "idle_seconds_max"),
            ("requests_max = 0", "requests_max"),
            ("body_bytes_max = 1000000000", "all_bodies_bytes_max"),
        ] {
            let said = refusal(&format!("[limits]\n{line}"));
            assert!(said.contains(named), "{line}: {said}");
        }
        assert!(Config::parse("[limits]\nwrite_seconds_max = 1\nconnections_max = 5").is_ok());
    }

    #[test]
    fn a_model_that_chooses_is_nothing_else() {
        let auto = |more: &str| refusal(&format!("[[model]]\nid = \"auto\"\nchoose = [\"a\"]\n{more}"));
        assert!(auto("price = \"free\"").contains("price belongs to the models"));
        assert!(auto("upstream = \"builtin\"").contains("upstream belongs"));
        assert!(auto("max_price = \"cheap\"").contains("max_price"));
        assert!(auto("max_price = { inptu = \"1\" }").contains("did you mean \"model.max_price.input\""));
        let more = "[[model]]\nid = \"b\"\nchoose = [\"auto\"]";
        assert!(auto(more).contains("chooses itself"));
        assert!(refusal("[[model]]\nid = \"auto\"\nchoose = []").contains("at least one"));
        assert!(refusal("[[model]]\nid = \"auto\"\nchoose = [\"a\", \"a\"]").contains("twice"));
        let plain = "[[model]]\nid = \"m\"\nupstream = \"builtin\"\nmax_price = \"1\"";
        assert!(refusal(plain).contains("max_price belongs"));
    }

    #[test]
    fn the_documented_example_is_read() {
        let config = Config::parse(
            r#"
            listen = "127.0.0.1:7425"
            [[upstream]]
            name = "local"
            provider = "openai-compatible"
            base_url = "http://127.0.0.1:18080/v1"
            api_key_env = "LOCAL_KEY"
            [[model]]
            id = "coder"
            upstream = "local"
            upstream_model = "qwen2.5-coder"
            capabilities = ["chat", "completion"]
            price = { input = "3.00", output = "15.00", cache_read = "0.30", cache_write = "3.75" }
            [[model]]
            id = "lookup"
            upstream = "builtin"
            price = "free"
            "#,
        )
        .unwrap();
        assert_eq!(config.models.len(), 2);
    }
}
