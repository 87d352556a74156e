use std::collections::HashSet;

use crate::config::{Config, ConfigError, MaxPriceConfig, ModelConfig, parse_multiplier};

/// What each model says of itself and of others.
pub(super) fn models(config: &Config, upstreams: &HashSet<&str>) -> Result<(), ConfigError> {
    let mut ids = HashSet::new();
    for model in &config.models {
        if model.id.is_empty() || model.id.contains(char::is_whitespace) {
            let text = format!(
                "model \"{}\": an id has at least one character and no spaces",
                model.id
            );
            return Err(ConfigError::Invalid(text));
        }
        if !ids.insert(&model.id) {
            let text = format!("two models have the id \"{}\"", model.id);
            return Err(ConfigError::Invalid(text));
        }
        match &model.choose {
            Some(choose) => auto(config, model, choose)?,
            None => plain(model, upstreams)?,
        }
    }
    Ok(())
}

/// Models that are found later may be named too, so not every name can be checked here.
fn auto(config: &Config, model: &ModelConfig, choose: &[String]) -> Result<(), ConfigError> {
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
    match model.max_price.as_ref().map(MaxPriceConfig::max_price) {
        Some(Err(text)) => invalid(text),
        Some(Ok(_)) | None => Ok(()),
    }
}

fn plain(model: &ModelConfig, upstreams: &HashSet<&str>) -> Result<(), ConfigError> {
    let invalid = |text: String| Err(ConfigError::Invalid(format!("model \"{}\": {text}", model.id)));
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
    if let Some(unknown) = named.into_iter().find(|name| !upstreams.contains(name.as_str())) {
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
    if let Err(text) = parse_multiplier(model.multiplier.as_deref()) {
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
    use crate::config::check::tests::refusal;

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
    fn a_model_that_chooses_is_nothing_else() {
        let auto = |more: &str| refusal(&format!("[[model]]\nid = \"auto\"\nchoose = [\"a\"]\n{more}"));
        assert!(auto("price = \"free\"").contains("price belongs to the models"));
        assert!(auto("upstream = \"builtin\"").contains("upstream belongs"));
        assert!(auto("max_price = \"cheap\"").contains("max_price"));
        assert!(auto("max_price = { inptu = \"1\" }").contains("did you mean \"model.max_price.input\""));
        let more = "[[model]]\nid = \"b\"\nchoose = [\"auto\"]";
        assert!(auto(more).contains("chooses itself"));
        assert!(refusal("[[model]]\nid = \"auto\"\nchoose = []").contains("at least one"));
        assert!(refusal("[[model]]\nid = \"au to\"\nchoose = [\"a\"]").contains("no spaces"));
        assert!(refusal("[[model]]\nid = \"auto\"\nchoose = [\"a\", \"a\"]").contains("twice"));
        let plain = "[[model]]\nid = \"m\"\nupstream = \"builtin\"\nmax_price = \"1\"";
        assert!(refusal(plain).contains("max_price belongs"));
    }
}
