use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use clap::Args;
use jiff::Timestamp;
use protocol::{Code, Money, Problem};
use serde::Serialize;
use usage::{Client, pricing::ServiceTier};
use uuid::Uuid;

use super::{answers, answers::Answer, run};
use crate::{
    book::{Added, Origin, Row, portable},
    checkout::Checkout,
    command::branch::{add, place::Sources},
    context::Context,
    failure::Failure,
    gathering::{Priced, Sums},
    output::Output,
    table::{amount, count},
};

/// A response with everything that a model wrote is far below.
const FILE_BYTES_MAX: u64 = 64 << 20;

#[derive(Args)]
pub struct Record {
    /// Responses of providers: JSON, several in a row, or the events of streams
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["input", "command"])]
    from: Vec<PathBuf>,
    /// The model, where the responses do not say it; required by hand
    #[arg(long, value_name = "MODEL", conflicts_with = "command")]
    model: Option<String>,
    /// Who served the model [default: as the responses look]
    #[arg(long, value_name = "NAME", conflicts_with = "command")]
    provider: Option<String>,
    /// By hand: input tokens that came from no cache
    #[arg(
        long,
        value_name = "N",
        requires = "model",
        requires = "output",
        conflicts_with = "command"
    )]
    input: Option<u64>,
    /// By hand: output tokens
    #[arg(long, value_name = "N", requires = "input")]
    output: Option<u64>,
    /// What it was for
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Another branch than that of the job or checkout
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// Run a command on the gateway's credit, and record its receipts. TOKEN_TRACKER_KEY holds the key
    /// that the job redeems for itself; else the device that is signed in is used
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<std::ffi::OsString>,
    #[command(flatten)]
    sources: Sources,
}

/// What is known of a row besides its numbers.
pub struct Place {
    pub repository: String,
    pub branch: String,
    pub note: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recorded {
    repository: String,
    branch: String,
    sums: Sums,
    /// Answers that were errors, and those that do not say what they consumed.
    errors: usize,
    silent: usize,
    #[serde(flatten)]
    changes: Added,
}

impl Record {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let checkout = self.sources.checkout()?;
        let place = self.place(&checkout)?;
        if !self.command.is_empty() {
            return run::run(context, &self.command, &place, &self.sources).await;
        }
        let (rows, errors, silent) = match (self.input, self.from.as_slice()) {
            (Some(_), _) => (vec![self.by_hand(&place)], 0, 0),
            (None, []) => return Err(nothing()),
            (None, files) => self.in_files(files, &place)?,
        };
        let recorded = keep(&self.sources, place, rows, (errors, silent))?;
        let text = text(&recorded);
        Ok(Output::new(text, &recorded)?)
    }

    fn place(&self, checkout: &Checkout) -> Result<Place, Failure> {
        Ok(Place {
            repository: checkout.repository.clone(),
            branch: checkout.branch_or(self.branch.as_deref())?,
            note: self.note.clone().filter(|note| !note.is_empty()),
        })
    }

    fn by_hand(&self, place: &Place) -> Row {
        Row {
            origin: Origin::Manual,
            model: self.model.clone(),
            provider: self.provider.clone(),
            input_tokens: self.input.unwrap_or(0),
            output_tokens: self.output.unwrap_or(0),
            ..empty(Uuid::now_v7().to_string(), place)
        }
    }

    fn in_files(&self, files: &[PathBuf], place: &Place) -> Result<(Vec<Row>, usize, usize), Failure> {
        let (mut rows, mut errors, mut silent) = (Vec::new(), 0, 0);
        for file in files {
            let name = file
                .file_name()
                .map_or_else(|| "-".into(), |name| name.to_string_lossy().into_owned());
            let wrong = |text: String| {
                Failure::from(
                    Problem::new(Code::InvalidRequest, format!("{name}: {text}.")).with_hint(
                        "Save the response as the provider sent it, JSON or its stream of events.",
                    ),
                )
            };
            let bytes = read(file).map_err(wrong)?;
            let found = answers::read(&bytes).map_err(wrong)?;
            if found.answers.is_empty() && found.errors == 0 {
                return Err(wrong(
                    "no response in it says what it consumed; OpenAI's streams do with stream_options.include_usage"
                        .into(),
                ));
            }
            rows.extend(
                found
                    .answers
                    .into_iter()
                    .map(|(id, answer)| self.row(id, answer, place)),
            );
            errors += found.errors;
            silent += found.silent;
        }
        Ok((rows, errors, silent))
    }

    fn row(&self, id: String, answer: Answer, place: &Place) -> Row {
        let Answer { usage, billing, .. } = answer;
        let tier = match billing.service_tier {
            Some(ServiceTier::Fast) => Some("fast"),
            Some(ServiceTier::Priority) => Some("priority"),
            Some(ServiceTier::Flex) => Some("flex"),
            _ => None,
        };
        let model = self.model.clone().or(answer.model);
        let served = self.provider.clone();
        Row {
            origin: Origin::Provider,
            at: answer.at.unwrap_or_else(Timestamp::now),
            model,
            provider: served.or_else(|| Some(answer.provider.to_owned())),
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            cache_read_tokens: usage.cache_read_tokens,
            cache_write_tokens: usage.cache_write_tokens,
            cache_write_1h_tokens: billing.cache_write_1h_tokens,
            reasoning_tokens: usage.reasoning_tokens,
            web_searches: u32::try_from(billing.web_searches).unwrap_or(u32::MAX),
            flags: tier.map(str::to_owned).into_iter().collect(),
            charged_nano_usd: billing.stated_cost,
            ..empty(id, place)
        }
    }
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    let cannot = |error: std::io::Error| format!("it cannot be read ({})", error.kind());
    let mut bytes = Vec::new();
    let file = File::open(file).map_err(cannot)?;
    file.take(FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(cannot)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err("it is larger than 64 MiB".into());
    }
    Ok(bytes)
}

fn nothing() -> Failure {
    Failure::usage(
        "There is nothing to record.",
        "Write `-- COMMAND`, or --from FILE, or --model with --input and --output.",
    )
}

/// A row of a job without its numbers.
pub fn empty(id: String, place: &Place) -> Row {
    Row {
        id,
        client: Client::Ci,
        at: Timestamp::now(),
        origin: Origin::Provider,
        repository: Some(place.repository.clone()),
        branch: Some(place.branch.clone()),
        model: None,
        provider: None,
        session: None,
        note: place.note.clone(),
        input_tokens: 0,
        output_tokens: 0,
        cache_read_tokens: 0,
        cache_write_tokens: 0,
        cache_write_1h_tokens: 0,
        reasoning_tokens: 0,
        web_searches: 0,
        flags: Vec::new(),
        charged_nano_usd: None::<Money>,
    }
}

/// Checks the rows like those of any file, and keeps them.
pub fn keep(
    sources: &Sources,
    place: Place,
    rows: Vec<Row>,
    (errors, silent): (usize, usize),
) -> Result<Recorded, Failure> {
    let now = Timestamp::now();
    let mut checked = Vec::new();
    for row in rows.into_iter().filter(|row| row.tokens().total() > 0) {
        let row = portable::check_row(row, now).map_err(|text| {
            Problem::new(
                Code::InvalidRequest,
                format!("A response cannot be recorded: {text}."),
            )
            .with_hint("Correct it, or say the model with --model.")
        })?;
        checked.push(row);
    }
    let changes = sources.book()?.add(&checked)?;
    let mut prices = sources.prices()?;
    let priced: Vec<Priced> = checked
        .into_iter()
        .map(|row| Priced {
            cost_nano_usd: add::cost(&row, &mut prices),
            row,
        })
        .collect();
    Ok(Recorded {
        repository: place.repository,
        branch: place.branch,
        sums: Sums::of(&priced),
        errors,
        silent,
        changes,
    })
}

pub fn text(recorded: &Recorded) -> String {
    let mut text = format!(
        "{} with {} tokens, {}, recorded for {}.",
        amount(recorded.sums.rows, "response"),
        count(recorded.sums.tokens.total()),
        crate::command::branch::show::cost(&recorded.sums),
        recorded.branch
    );
    if recorded.changes.known > 0 {
        text += &format!(" {} known before.", count(recorded.changes.known));
    }
    if recorded.errors > 0 {
        text += &format!(" {} without usage.", amount(recorded.errors as u64, "error"));
    }
    if recorded.silent > 0 {
        text += &format!(
            " {} not say what they consumed and are not counted.",
            match recorded.silent {
                1 => "1 response does".into(),
                silent => format!("{} responses do", count(silent as u64)),
            }
        );
    }
    text
}
