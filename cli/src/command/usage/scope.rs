//! Which logs a report is about, and which part of what they say.

use clap::Args;
use jiff::{Timestamp, civil::Date, civil::Weekday, tz::TimeZone};
pub use usage::graph::week_of;
use usage::{
    Client, Engine, Extent, Scan,
    discovery::Note,
    engine::Grain,
    fold::{Cell, Fold},
    rows::Days,
};

use super::place::Place;
use crate::failure::Failure;

#[derive(Args, Clone, Debug, Default)]
pub struct Scope {
    #[command(flatten)]
    place: Place,
    /// Whose days are counted, such as Europe/Berlin [default: this machine's]
    #[arg(long, value_name = "ZONE", value_parser = zone, help_heading = "Logs")]
    timezone: Option<TimeZone>,
    #[command(flatten)]
    clients: Clients,
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    period: Period,
}

macro_rules! clients {
    ($($flag:ident => $client:ident),* $(,)?) => {
        /// One flag for each client; without any, all are read.
        #[derive(Args, Clone, Debug, Default)]
        #[command(next_help_heading = "Clients")]
        struct Clients {
            $(#[arg(long, hide_short_help = true)] $flag: bool,)*
            /// Only this client; may be given several times
            #[arg(long, value_name = "NAME", value_parser = client)]
            client: Vec<Client>,
        }

        impl Clients {
            fn chosen(&self) -> Vec<Client> {
                let mut chosen = self.client.clone();
                $(if self.$flag { chosen.push(Client::$client); })*
                if chosen.is_empty() {
                    return Client::ALL.to_vec();
                }
                chosen.sort();
                chosen.dedup();
                chosen
            }
        }
    };
}

clients! {
    claude => Claude, codex => Codex, gemini => Gemini, opencode => OpenCode, cursor => Cursor,
    copilot => Copilot, amp => Amp, qwen => Qwen, kimi => Kimi, droid => Droid, pi => Pi,
    goose => Goose, roo => Roo, kilo => Kilo, cline => Cline, zed => Zed, token_tracker => TokenTracker,
    manual => Manual, ci => Ci,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Filters")]
struct Filter {
    /// Only models whose name contains this
    #[arg(long, value_name = "TEXT")]
    model: Option<String>,
    /// Only projects whose path contains this
    #[arg(long, value_name = "TEXT")]
    project: Option<String>,
    /// Only this git branch
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Time")]
struct Period {
    /// From this day on
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// Up to this day, which is included
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// Today alone
    #[arg(long, group = "span", conflicts_with_all = ["since", "until"])]
    today: bool,
    /// This week so far
    #[arg(long, group = "span", conflicts_with_all = ["since", "until"])]
    week: bool,
    /// This month so far
    #[arg(long, group = "span", conflicts_with_all = ["since", "until"])]
    month: bool,
    /// This year so far, or the year given
    #[arg(long, value_name = "YEAR", num_args = 0..=1, default_missing_value = "0", group = "span",
          conflicts_with_all = ["since", "until"])]
    year: Option<i16>,
    /// With which day weeks begin
    #[arg(long, value_name = "DAY", value_parser = weekday, default_value = "monday")]
    week_start: Option<Weekday>,
}

fn zone(name: &str) -> Result<TimeZone, String> {
    // Nobody's list of zones has to be looked through for this one.
    if name.eq_ignore_ascii_case("UTC") {
        return Ok(TimeZone::UTC);
    }
    TimeZone::get(name).map_err(|_| format!("{name} is no time zone; write one such as Europe/Berlin or UTC"))
}

fn client(name: &str) -> Result<Client, String> {
    let names: Vec<&str> = Client::ALL.iter().map(|client| client.name()).collect();
    Client::of(name).ok_or_else(|| format!("{name} is not read; known are {}", names.join(", ")))
}

fn weekday(name: &str) -> Result<Weekday, String> {
    match name {
        "monday" => Ok(Weekday::Monday),
        "saturday" => Ok(Weekday::Saturday),
        "sunday" => Ok(Weekday::Sunday),
        _ => Err("weeks begin with monday, saturday or sunday".into()),
    }
}

/// The logs as they are now, cut to what was asked for.
pub struct View {
    pub fold: Fold,
    pub notes: Vec<Note>,
    pub zone: TimeZone,
    pub week_start: Weekday,
    pub today: Date,
    pub now: Timestamp,
}

impl View {
    pub fn days(&self) -> Days {
        Days::new(self.zone.clone())
    }

    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.fold.cells.iter()
    }
}

impl Scope {
    pub fn view(&self) -> Result<View, Failure> {
        self.view_of(self.engine()?.scan())
    }

    /// The same for reports in which a day is one, and sessions are not told apart.
    pub fn view_by_day(&self) -> Result<View, Failure> {
        let extent = Extent {
            grain: Grain::Days(self.zone()),
            ..Extent::default()
        };
        self.view_of(self.engine()?.scan_part(&extent))
    }

    /// What a scan found, cut to what was asked for.
    pub fn view_of(&self, scan: Scan) -> Result<View, Failure> {
        let zone = self.zone();
        let now = Timestamp::now();
        let today = zone.to_datetime(now).date();
        let mut view = View {
            fold: scan.fold,
            notes: scan.notes,
            zone,
            week_start: self.week_start(),
            today,
            now,
        };
        self.cut(&mut view)?;
        Ok(view)
    }

    pub fn engine(&self) -> Result<Engine, Failure> {
        self.place.engine(self.clients.chosen())
    }

    pub fn zone(&self) -> TimeZone {
        self.timezone.clone().unwrap_or_else(TimeZone::system)
    }

    fn cut(&self, view: &mut View) -> Result<(), Failure> {
        let cells = std::mem::take(&mut view.fold.cells);
        let wanted = self.wanted(&view.fold, cells.iter().copied())?;
        view.fold.cells = match wanted.len() == cells.len() {
            true => cells,
            false => wanted.into_iter().map(|place| cells[place]).collect(),
        };
        Ok(())
    }

    /// The places of the cells that the filters keep.
    pub fn wanted(&self, fold: &Fold, cells: impl Iterator<Item = Cell>) -> Result<Vec<usize>, Failure> {
        let zone = self.zone();
        let today = zone.to_datetime(Timestamp::now()).date();
        let (since, until) = self.period.bounds(today, self.week_start())?;
        let mut days = Days::new(zone);
        let lower = |text: &Option<String>| text.as_ref().map(|text| text.to_lowercase());
        let (model, project) = (lower(&self.filter.model), lower(&self.filter.project));
        let contains = |wanted: &Option<String>, name: &str| {
            wanted
                .as_ref()
                .is_none_or(|wanted| name.to_lowercase().contains(wanted.as_str()))
        };
        let has_bounds = since.is_some() || until.is_some();
        let mut is_in_time = |quarter| {
            let day = days.day(quarter);
            since.is_none_or(|since| day >= since) && until.is_none_or(|until| day <= until)
        };
        let branch = self.filter.branch.as_deref();
        let is_wanted = |cell: Cell| {
            (!has_bounds || is_in_time(cell.key.quarter))
                && contains(&model, fold.name(cell.key.model))
                && contains(&project, fold.name(cell.key.project))
                && branch.is_none_or(|branch| fold.name(cell.key.branch) == branch)
        };
        let wanted = cells.map(is_wanted).enumerate();
        Ok(wanted
            .filter_map(|(place, is_wanted)| is_wanted.then_some(place))
            .collect())
    }

    /// Whether the filters by name keep this.
    pub fn is_wanted_name(&self, model: &str, project: &str, branch: &str) -> bool {
        let contains = |wanted: &Option<String>, name: &str| {
            wanted
                .as_ref()
                .is_none_or(|wanted| name.to_lowercase().contains(&wanted.to_lowercase()))
        };
        contains(&self.filter.model, model)
            && contains(&self.filter.project, project)
            && self.filter.branch.as_ref().is_none_or(|wanted| wanted == branch)
    }

    /// The first and the last day that were asked for.
    pub fn bounds(&self) -> Result<(Option<Date>, Option<Date>), Failure> {
        let today = self.zone().to_datetime(Timestamp::now()).date();
        self.period.bounds(today, self.week_start())
    }

    fn week_start(&self) -> Weekday {
        self.period.week_start.unwrap_or(Weekday::Monday)
    }

    /// Whether the person asked for a time; reports that show the newest have their own else.
    pub fn has_period(&self) -> bool {
        let period = &self.period;
        period.since.is_some()
            || period.until.is_some()
            || period.today
            || period.week
            || period.month
            || period.year.is_some()
    }
}

impl Period {
    fn bounds(&self, today: Date, week_start: Weekday) -> Result<(Option<Date>, Option<Date>), Failure> {
        let wrong = |_| Failure::usage("That year is not in the calendar.", "Write a year such as 2026.");
        if self.today {
            return Ok((Some(today), Some(today)));
        }
        if self.week {
            return Ok((Some(week_of(today, week_start)), Some(today)));
        }
        if self.month {
            return Ok((Some(today.first_of_month()), Some(today)));
        }
        match self.year {
            Some(0) => Ok((Some(today.first_of_year()), Some(today))),
            Some(year) => {
                let first = Date::new(year, 1, 1).map_err(wrong)?;
                Ok((Some(first), Some(first.last_of_year())))
            }
            None => Ok((self.since, self.until)),
        }
    }
}
