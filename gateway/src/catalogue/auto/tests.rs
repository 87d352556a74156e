use providers::{catalogue::Dialect, fim::FimWay, openai::CapField};
use usage::pricing::{Price, Rate};

use super::*;
use crate::{
    catalogue::{Health, Pricing, Route, Speaks, Target, Upstream},
    fair_queue::{FairQueue, Rules},
};

/// A model with this price for a million output tokens, in dollars.
fn entry(id: &str, dollars: i64, capabilities: &[Capability]) -> Entry {
    let rate = Rate::from_nano_usd(dollars * 1_000_000_000).unwrap();
    let upstream = Arc::new(Upstream {
        name: id.into(),
        target: Target::Builtin,
        pricing_id: None,
        dialect: Dialect::OpenAi,
        cap_field: CapField::MaxTokens,
        speaks: Speaks {
            chat: true,
            completions: true,
            responses: false,
            messages: false,
        },
        takes_stream_options: true,
        is_free: false,
        states_cost: false,
        health: Arc::new(Health::default()),
        queue: FairQueue::new(Rules::UNLIMITED),
    });
    Entry {
        id: id.into(),
        capabilities: capabilities.to_vec(),
        context_window: None,
        output_max: None,
        routes: vec![Route {
            upstream,
            upstream_model: id.into(),
            price: Some(Pricing::new(Price::flat(rate, rate))),
            fim: FimWay::Builtin,
            images: None,
            context_window: None,
            weight: 1,
        }],
        auto: None,
    }
}

struct Setting {
    auto: Auto,
    catalogue: Catalogue,
    preferences: Preferences,
    job: Job,
    fit: fn(&Entry) -> Fit,
}

const CHAT: &[Capability] = &[Capability::Chat];

impl Setting {
    fn new(entries: Vec<Entry>) -> Self {
        Self {
            auto: Auto {
                choose: entries.iter().map(|entry| Arc::clone(&entry.id)).collect(),
                max_price: MaxPrice::default(),
                pricing: None,
            },
            catalogue: Catalogue::new(entries),
            preferences: Preferences::default(),
            job: Job {
                capability: Capability::Chat,
                has_tools: false,
                has_images: false,
                tokens: 1_000,
            },
            fit: |_| Fit::Affords(Afford::All),
        }
    }

    fn abc() -> Self {
        Self::new(["a", "b", "c"].map(|id| entry(id, 1, CHAT)).into())
    }

    fn prefers(mut self, order: &[&str], exclude: &[&str]) -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        self.preferences = Preferences {
            order: owned(order),
            exclude: owned(exclude),
        };
        self
    }

    fn choices(&self) -> Result<Vec<Choice>, String> {
        choose(
            &self.auto,
            &self.catalogue,
            &self.preferences,
            &self.job,
            NOW,
            self.fit,
        )
    }

    /// All that may be tried, each with its reason.
    #[track_caller]
    fn gives(&self, expected: &[&str]) {
        let choices = self.choices().unwrap();
        let shown: Vec<String> = choices
            .iter()
            .map(|choice| format!("{}: {}", choice.entry.id, choice.reason(&[])))
            .collect();
        assert_eq!(shown, expected);
    }

    fn take_down(&self, id: &str) {
        let entry = self.catalogue.find(id).unwrap();
        entry.routes[0].upstream.health.note_failure(NOW, Some(60_000));
    }
}

const NOW: i64 = 1_000_000;

#[test]
fn the_operators_list_is_followed() {
    Setting::abc().gives(&[
        "a: first in the gateway's list",
        "b: next in the gateway's list",
        "c: next in the gateway's list",
    ]);
}

#[test]
fn the_member_s_order_comes_first_and_never_is_never() {
    Setting::abc().prefers(&["c", "unknown"], &["a"]).gives(&[
        "c: preferred by the member",
        "b: next in the gateway's list; a is excluded by the member",
    ]);
    let all = Setting::abc()
        .prefers(&[], &["a", "b", "c"])
        .choices()
        .unwrap_err();
    assert_eq!(
        all,
        "a is excluded by the member; b is excluded by the member; c is excluded by the member"
    );
}

#[test]
fn a_model_that_is_down_is_the_last_to_be_tried() {
    let setting = Setting::abc().prefers(&["b"], &[]);
    setting.take_down("b");
    setting.gives(&[
        "a: first in the gateway's list; b is down",
        "c: next in the gateway's list; b is down",
        "b: preferred by the member",
    ]);
    for id in ["a", "c"] {
        setting.take_down(id);
    }
    assert_eq!(&*setting.choices().unwrap()[0].entry.id, "b");
}

#[test]
fn what_was_tried_is_in_the_reason() {
    let setting = Setting::abc();
    let choices = setting.choices().unwrap();
    let failed = [("a".into(), Passed::Failed)];
    assert_eq!(
        choices[1].reason(&failed),
        "next in the gateway's list; a did not serve it"
    );
    let failed = [("a".into(), Passed::Unaffordable)];
    assert_eq!(
        choices[1].reason(&failed),
        "next in the gateway's list; a costs more than the balance"
    );
}

#[test]
fn the_job_decides() {
    let tools = &[Capability::Chat, Capability::Tools];
    let sees = &[Capability::Chat, Capability::Vision];
    let small = Entry {
        context_window: Some(999),
        ..entry("small", 1, CHAT)
    };
    let entries = vec![
        entry("fim", 1, &[Capability::Completion]),
        small,
        entry("plain", 1, CHAT),
        entry("tools", 1, tools),
        entry("eyes", 1, sees),
    ];
    let first = |change: fn(&mut Job)| {
        let mut setting = Setting::new(entries.clone());
        change(&mut setting.job);
        setting.choices().map(|choices| choices[0].entry.id.to_string())
    };
    assert_eq!(first(|_| {}).as_deref(), Ok("plain"));
    assert_eq!(first(|job| job.tokens = 999).as_deref(), Ok("small"));
    assert_eq!(first(|job| job.has_tools = true).as_deref(), Ok("tools"));
    assert_eq!(first(|job| job.has_images = true).as_deref(), Ok("eyes"));
    assert_eq!(
        first(|job| job.capability = Capability::Completion).as_deref(),
        Ok("fim")
    );
    let both = first(|job| {
        job.has_tools = true;
        job.has_images = true;
    });
    let reasons = both.unwrap_err();
    assert!(
        reasons.contains("tools cannot see images; eyes cannot use tools"),
        "{reasons}"
    );
}

#[test]
fn where_nobody_says_that_it_can_use_tools_nobody_is_passed_over_for_it() {
    let mut setting = Setting::abc();
    setting.job.has_tools = true;
    assert_eq!(setting.choices().unwrap().len(), 3);
}

#[test]
fn nothing_above_the_ceiling_is_chosen() {
    let entries = [("dear", 30), ("fair", 10), ("cheap", 1)].map(|(id, price)| entry(id, price, CHAT));
    let mut setting = Setting::new(entries.into());
    setting.auto.max_price.output = Some(Money::from_nano_usd(10_000_000_000));
    setting.gives(&[
        "fair: next in the gateway's list; dear is above the price ceiling",
        "cheap: next in the gateway's list; dear is above the price ceiling",
    ]);
    setting.auto.max_price.input = Some(Money::from_nano_usd(999_999_999));
    assert!(setting.choices().is_err());
}

#[test]
fn what_the_balance_pays_for_comes_before_what_it_pays_for_in_part() {
    let mut setting = Setting::abc();
    setting.fit = |entry| match &*entry.id {
        "a" => Fit::Affords(Afford::Nothing),
        "b" => Fit::Affords(Afford::Part),
        _ => Fit::Affords(Afford::All),
    };
    setting.gives(&[
        "c: next in the gateway's list; a costs more than the balance; \
         b would have its output cut by the balance",
        "b: next in the gateway's list; a costs more than the balance",
    ]);
    // Somebody has to say what is missing.
    setting.fit = |_| Fit::Affords(Afford::Nothing);
    assert_eq!(setting.choices().unwrap().len(), 3);
    setting.fit = |_| Fit::Cannot;
    assert!(setting.choices().is_err());
}

#[test]
fn what_is_not_served_is_passed_over() {
    let mut setting = Setting::abc();
    setting.auto.choose.insert(0, "gone".into());
    let choices = setting.choices().unwrap();
    assert_eq!(
        choices[0].reason(&[]),
        "next in the gateway's list; gone is not served at the moment"
    );
}
