use clap::Args;
use protocol::api::Preferences;

use crate::{context::Context, failure::Failure, output::Output, table::facts};

/// Without any option it shows what is preferred now.
#[derive(Args)]
pub struct Prefer {
    /// The models that come first, in this order
    #[arg(value_name = "MODEL")]
    order: Vec<String>,
    /// Models that are never chosen
    #[arg(long, value_name = "MODEL,…", value_delimiter = ',')]
    exclude: Vec<String>,
    /// Leave the choice to the gateway again
    #[arg(long, conflicts_with_all = ["order", "exclude"])]
    clear: bool,
}

impl Prefer {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let device = context.device().await?;
        let wish = Preferences {
            order: self.order,
            exclude: self.exclude,
        };
        let preferences = if self.clear || wish != Preferences::default() {
            device.client.set_preferences(&wish).await?
        } else {
            device.client.preferences().await?
        };
        Ok(Output::new(text(&preferences), &preferences)?)
    }
}

fn text(preferences: &Preferences) -> String {
    if *preferences == Preferences::default() {
        return "Nothing is preferred: the gateway chooses by its own list.".into();
    }
    let list = |models: &[String]| match models {
        [] => "none".to_owned(),
        models => models.join(", "),
    };
    facts(&[
        ("first", list(&preferences.order)),
        ("never", list(&preferences.exclude)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_are_shown() {
        let preferences = Preferences {
            order: vec!["a".into(), "b".into()],
            exclude: Vec::new(),
        };
        insta::assert_snapshot!(text(&preferences), @r"
          first  a, b
          never  none
        ");
        assert!(text(&Preferences::default()).starts_with("Nothing is preferred"));
    }
}
