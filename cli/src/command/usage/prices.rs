//! Prices that the person brings along: tables of LiteLLM and models.dev, and overrides.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use protocol::{Code, Problem};
use serde::Serialize;
use usage::{
    Home,
    cost::{Book, ImportError, Table},
    pricing,
};

use crate::{
    failure::Failure,
    output::Output,
    table::{Column, count, render},
};

/// A table is a few megabytes.
const TABLE_BYTES_MAX: u64 = 64 << 20;

#[derive(Args)]
pub struct Prices {
    #[command(subcommand)]
    command: Option<Command>,
    /// A folder that stands for the home
    #[arg(long, value_name = "DIR", global = true)]
    home: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Which tables there are, the one that is asked first on top
    List,
    /// Use a table of LiteLLM or models.dev, as JSON
    Import(Import),
}

#[derive(Args)]
struct Import {
    /// LiteLLM's model_prices_and_context_window.json, or the api.json of models.dev
    file: PathBuf,
    /// The first day, of UTC, on which its prices hold [default: today]
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    source: String,
    /// Null for what holds always.
    from: Option<Date>,
    models: Option<usize>,
}

#[derive(Serialize)]
struct Problematic {
    path: PathBuf,
    text: String,
}

impl Prices {
    pub fn run(self) -> Result<Output, Failure> {
        let home = match self.home {
            Some(folder) => Some(Home::at(folder)),
            None => Home::of_environment(),
        };
        let home = home.ok_or_else(|| {
            Problem::new(Code::InvalidRequest, "This process has no home directory.")
                .with_hint("Set HOME, or name a folder with --home.")
        })?;
        match self.command {
            None | Some(Command::List) => list(&home),
            Some(Command::Import(import)) => import.run(&home),
        }
    }
}

fn list(home: &Home) -> Result<Output, Failure> {
    let book = Book::of(home);
    let mut listed = Vec::new();
    if book.overrides_count() > 0 {
        listed.push(Listed {
            source: "prices.toml".into(),
            from: None,
            models: Some(book.overrides_count()),
        });
    }
    listed.extend(book.tables().iter().map(|table| Listed {
        source: table.source.clone(),
        from: Some(table.from),
        models: Some(table.models_count()),
    }));
    listed.push(Listed {
        source: pricing::source().unwrap_or_default().to_owned(),
        from: None,
        models: None,
    });
    let rows = listed.iter().map(|listed| {
        vec![
            listed.source.clone(),
            listed
                .from
                .map_or_else(|| "always".into(), |from| from.to_string()),
            listed
                .models
                .map_or_else(|| "bundled".into(), |models| count(models as u64)),
        ]
    });
    let columns = &[
        Column::Text("SOURCE"),
        Column::Text("FROM"),
        Column::Number("MODELS"),
    ];
    let mut text = render(columns, rows.collect());
    let problems: Vec<Problematic> = book
        .problems()
        .iter()
        .map(|(path, text)| Problematic {
            path: path.clone(),
            text: text.clone(),
        })
        .collect();
    for problem in &problems {
        text += &format!("\nNot used: {} {}", problem.path.display(), problem.text);
    }
    Ok(Output::new(
        text,
        &serde_json::json!({ "tables": listed, "problems": problems }),
    )?)
}

impl Import {
    fn run(self, home: &Home) -> Result<Output, Failure> {
        let refused = |text: String, hint: &str| Problem::new(Code::InvalidRequest, text).with_hint(hint);
        let size = std::fs::metadata(&self.file).map(|metadata| metadata.len());
        if size.is_ok_and(|size| size > TABLE_BYTES_MAX) {
            let text = "That file is too large for a table of prices.";
            return Err(refused(
                text.into(),
                "Name the JSON file that LiteLLM or models.dev publish.",
            )
            .into());
        }
        let bytes = std::fs::read(&self.file).map_err(|error| {
            refused(
                format!("The table could not be read: {}.", error.kind()),
                "Check the path.",
            )
        })?;
        let today = TimeZone::UTC.to_datetime(Timestamp::now()).date();
        let table = Table::import(&bytes, self.from.unwrap_or(today)).map_err(|error| {
            let text = match error {
                ImportError::NotJson => "That file is not JSON with an object in it.",
                ImportError::NoPrices => "No price in that file is in a form that is known.",
            };
            refused(
                text.into(),
                "Name LiteLLM's model_prices_and_context_window.json or the api.json of models.dev.",
            )
        })?;
        let path = Book::keep(home, &table).map_err(|error| {
            refused(
                format!("The table could not be kept: {}.", error.kind()),
                "Check that the configuration folder can be written to.",
            )
        })?;
        let text = format!(
            "{} models of {} hold from {} on. To undo it, delete {}.",
            count(table.models_count() as u64),
            table.source,
            table.from,
            path.display()
        );
        let answer = serde_json::json!({
            "source": table.source, "from": table.from, "models": table.models_count(), "path": path
        });
        Ok(Output::new(text, &answer)?)
    }
}
