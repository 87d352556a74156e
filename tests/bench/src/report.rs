use std::{
    fmt::{self, Display},
    time::Duration,
};

/// One measured fact beside what was promised of it.
struct Line {
    what: String,
    measured: String,
    target: String,
    met: Option<bool>,
}

/// The table that a run prints, ready for the README.
#[derive(Default)]
pub struct Report {
    lines: Vec<Line>,
}

impl Report {
    /// A figure without a target.
    pub fn note(&mut self, what: impl Into<String>, measured: impl Display) {
        self.add(what.into(), measured.to_string(), "", None);
    }
    /// A time that is to stay below the target.
    pub fn at_most(&mut self, what: impl Into<String>, measured: Duration, target: Duration) {
        self.add(
            what.into(),
            millis(measured),
            &format!("≤ {}", millis(target)),
            Some(measured <= target),
        );
    }
    /// A number that is to reach the target.
    pub fn at_least(&mut self, what: impl Into<String>, measured: f64, target: f64) {
        let met = Some(measured >= target);
        self.add(
            what.into(),
            number(measured),
            &format!("≥ {}", number(target)),
            met,
        );
    }
    /// A number that is to stay below the target.
    pub fn below(&mut self, what: impl Into<String>, measured: f64, target: f64) {
        let met = Some(measured < target);
        self.add(
            what.into(),
            number(measured),
            &format!("< {}", number(target)),
            met,
        );
    }
    /// An amount of memory that is to stay below the target.
    pub fn below_mib(&mut self, what: impl Into<String>, measured: f64, target: f64) {
        self.add(
            what.into(),
            format!("{measured:.1} MiB"),
            &format!("≤ {target:.0} MiB"),
            Some(measured <= target),
        );
    }
    /// Something that is so or is not.
    pub fn holds(&mut self, what: impl Into<String>, measured: impl Display, met: bool) {
        self.add(what.into(), measured.to_string(), "all", Some(met));
    }

    fn add(&mut self, what: String, measured: String, target: &str, met: Option<bool>) {
        // Long work shows that it goes on.
        println!("  {what}: {measured}");
        self.lines.push(Line {
            what,
            measured,
            target: target.into(),
            met,
        });
    }
}

pub fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

fn number(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n| what | measured | target | |\n|---|--:|--:|---|")?;
        for Line {
            what,
            measured,
            target,
            met,
        } in &self.lines
        {
            let verdict = match met {
                Some(true) => "met",
                Some(false) => "**missed**",
                None => "",
            };
            writeln!(f, "| {what} | {measured} | {target} | {verdict} |")?;
        }
        Ok(())
    }
}
