use proptest::prelude::*;

use super::{super::Long, *};

fn rate(text: &str) -> Rate {
    text.parse().unwrap()
}

fn rates(texts: [&str; 4]) -> Rates {
    let [input, output, cache_read, cache_write] = texts.map(rate);
    Rates {
        input,
        output,
        cache_read,
        cache_write,
        cache_write_1h: None,
    }
}

fn sonnet() -> Price {
    Price::of(rates(["3.00", "15.00", "0.30", "3.75"]))
}

/// Dearer above 200,000 tokens, at priority and for an hour, with searches.
fn full() -> Price {
    let mut price = sonnet();
    price.standard.rates.cache_write_1h = Some(rate("6.00"));
    let long = Rates {
        cache_write_1h: Some(rate("12.00")),
        ..rates(["6.00", "22.50", "0.60", "7.50"])
    };
    price.standard.long = vec![Long {
        above: 200_000,
        rates: long,
    }];
    price.tiers = vec![
        TierPrice {
            tier: ServiceTier::Priority,
            schedule: Schedule::of(rates(["5.00", "25.00", "0.50", "6.25"])),
        },
        TierPrice {
            tier: ServiceTier::Flex,
            schedule: Schedule::of(rates(["1.50", "7.50", "0.15", "1.875"])),
        },
    ];
    price.web_search = Some(rate("10000"));
    price
}

fn output(tokens: u64) -> TokenUsage {
    TokenUsage {
        output_tokens: tokens,
        ..TokenUsage::default()
    }
}

fn nano(amount: i64) -> Option<Money> {
    Some(Money::from_nano_usd(amount))
}

fn ceiling(input_tokens: u64, output_tokens: u64) -> Ceiling {
    Ceiling {
        input_tokens,
        output_tokens,
        ..Ceiling::default()
    }
}

#[test]
fn a_request_is_charged_to_the_nano_dollar() {
    let usage = TokenUsage {
        input_tokens: 1_000,
        output_tokens: 200,
        cache_read_tokens: 5_000,
        cache_write_tokens: 400,
        reasoning_tokens: 150,
    };
    assert_eq!(
        sonnet().cost(&usage),
        nano(3_000_000 + 3_000_000 + 1_500_000 + 1_500_000)
    );
}

#[test]
fn a_request_is_rounded_up_once() {
    let price = Price::flat(rate("0.0000001"), rate("0.0000001"));
    let usage = TokenUsage {
        input_tokens: 1,
        output_tokens: 1,
        ..TokenUsage::default()
    };
    assert_eq!(price.cost(&usage), nano(1));
    let price = Price::flat(rate("1"), rate("1")).with_multiplier("1.0005".parse().unwrap());
    assert_eq!(price.cost(&usage), nano(2_001));
    assert_eq!(price.stated(Money::from_nano_usd(1_999)), nano(2_000));
}

#[test]
fn input_that_is_kept_for_an_hour_has_its_own_rate() {
    let used = Consumption {
        tokens: TokenUsage {
            cache_write_tokens: 1_000,
            ..TokenUsage::default()
        },
        cache_write_1h_tokens: 400,
        ..Consumption::default()
    };
    assert_eq!(full().charge(&used), nano(600 * 3_750 + 400 * 6_000));
    // More than was written at all is not charged twice.
    let contradictory = Consumption {
        cache_write_1h_tokens: 5_000,
        ..used
    };
    assert_eq!(full().charge(&contradictory), nano(1_000 * 6_000));
    let asked = Ceiling {
        keeps_for_an_hour: true,
        ..ceiling(1_000, 0)
    };
    assert_eq!(full().upper_bound(&asked), nano(1_000 * 6_000));
    assert_eq!(full().upper_bound(&ceiling(1_000, 0)), nano(1_000 * 3_750));
    assert!(full().knows_hour(ServiceTier::Standard));
    assert!(!full().knows_hour(ServiceTier::Priority));
    assert!(!sonnet().knows_hour(ServiceTier::Standard));
}

#[test]
fn a_long_prompt_is_dearer_as_a_whole_from_its_first_token_on() {
    let used = |input_tokens, cache_read_tokens| Consumption {
        tokens: TokenUsage {
            input_tokens,
            cache_read_tokens,
            ..output(10)
        },
        ..Consumption::default()
    };
    let price = full();
    assert_eq!(
        price.charge(&used(200_000, 0)),
        nano(200_000 * 3_000 + 10 * 15_000)
    );
    assert_eq!(
        price.charge(&used(200_001, 0)),
        nano(200_001 * 6_000 + 10 * 22_500)
    );
    // What was read from the cache is part of the prompt.
    assert_eq!(
        price.charge(&used(1, 200_000)),
        nano(6_000 + 200_000 * 600 + 10 * 22_500)
    );
    // A hold is dear only where the prompt can get so long.
    assert_eq!(
        price.upper_bound(&ceiling(200_000, 10)),
        nano(200_000 * 3_750 + 10 * 15_000)
    );
    assert_eq!(
        price.upper_bound(&ceiling(200_001, 10)),
        nano(200_001 * 7_500 + 10 * 22_500)
    );
}

#[test]
fn a_tier_is_charged_as_it_was_served_and_held_at_the_dearer_one() {
    let served = |tier| Consumption {
        tokens: output(1_000),
        tier,
        ..Consumption::default()
    };
    let asked = |tier| Ceiling {
        tier,
        ..ceiling(0, 1_000)
    };
    let cases = [
        (ServiceTier::Standard, 15_000, 15_000),
        (ServiceTier::Priority, 25_000, 25_000),
        // It may be served at the standard tier after all.
        (ServiceTier::Flex, 7_500, 15_000),
        (ServiceTier::Other, 15_000, 15_000),
    ];
    for (tier, charged, held) in cases {
        assert_eq!(full().charge(&served(tier)), nano(1_000 * charged), "{tier:?}");
        assert_eq!(full().upper_bound(&asked(tier)), nano(1_000 * held), "{tier:?}");
        assert_eq!(
            full().at_tier(tier).cost(&output(1_000)),
            nano(1_000 * charged),
            "{tier:?}"
        );
    }
    let known = |price: &Price| {
        use ServiceTier::{Fast, Flex, Other, Priority, Standard};
        [Standard, Flex, Priority, Fast, Other].map(|tier| price.knows_tier(tier))
    };
    assert_eq!(known(&full()), [true, true, true, false, false]);
    assert_eq!(known(&sonnet()), [true, true, false, false, false]);
}

#[test]
fn searches_are_paid_by_the_piece() {
    let used = Consumption {
        web_searches: 3,
        ..Consumption::default()
    };
    assert_eq!(full().charge(&used), nano(30_000_000));
    let most = Ceiling {
        web_searches: 5,
        ..Ceiling::default()
    };
    assert_eq!(full().upper_bound(&most), nano(50_000_000));
    assert_eq!(
        full().affordable_output(Money::from_nano_usd(49_999_999), &most),
        0
    );
}

#[test]
fn an_absurd_count_is_no_price() {
    assert_eq!(sonnet().cost(&output(u64::MAX)), None);
    let most = ceiling(u64::MAX, u64::MAX);
    assert_eq!(sonnet().upper_bound(&most), None);
    assert_eq!(sonnet().affordable_output(Money::MAX, &most), 0);
    let rate = Rate::from_nano_usd(i64::MAX).unwrap();
    let dear = Price::flat(rate, rate).with_multiplier(Multiplier::from_millionths(u32::MAX));
    assert_eq!(dear.upper_bound(&most), None);
    assert_eq!(dear.stated(Money::MAX), None);
}

#[test]
fn free_is_free_in_every_way() {
    assert!(Price::FREE.is_free());
    assert!(full().with_multiplier(Multiplier::from_millionths(0)).is_free());
    assert!(!Price::flat(Rate::FREE, rate("1")).is_free());
    let searches_cost = Price {
        web_search: Some(rate("1")),
        ..Price::FREE
    };
    assert!(!searches_cost.is_free());
    let most = ceiling(u64::MAX, u64::MAX);
    assert_eq!(Price::FREE.upper_bound(&most), Some(Money::ZERO));
    assert_eq!(
        Price::FREE.affordable_output(Money::ZERO, &ceiling(10, 0)),
        u64::MAX
    );
}

#[test]
fn a_hold_keeps_the_price_as_text() {
    let price = full().with_version("test");
    let text = serde_json::to_string(&price).unwrap();
    assert_eq!(serde_json::from_str::<Price>(&text).unwrap(), price);
    // As the holds of earlier versions are written.
    let old = r#"{"input":3000000000,"output":15000000000,"cache_read":300000000,"cache_write":3750000000,"multiplier":1000000}"#;
    assert_eq!(serde_json::from_str::<Price>(old).unwrap(), sonnet());
    assert_eq!(serde_json::to_string(&sonnet()).unwrap(), old);
}

#[test]
fn a_version_changes_with_every_number() {
    let first = sonnet().with_version("config");
    assert!(first.version.starts_with("config "), "{}", first.version);
    assert_eq!(sonnet().with_version("config"), first);
    let mut other = sonnet();
    other.standard.rates.cache_read = rate("0.31");
    assert_ne!(other.with_version("config").version, first.version);
    let dearer = sonnet().with_multiplier("1.1".parse().unwrap());
    assert_ne!(dearer.with_version("config").version, first.version);
    assert_eq!(first.at_tier(ServiceTier::Flex).version, first.version);
}

fn any_rates() -> impl Strategy<Value = Rates> {
    let rate = || (0..200_000_000_000_i64).prop_map(|nano| Rate::from_nano_usd(nano).unwrap());
    (rate(), rate(), rate(), rate(), proptest::option::of(rate())).prop_map(
        |(input, output, cache_read, cache_write, cache_write_1h)| Rates {
            input,
            output,
            cache_read,
            cache_write,
            cache_write_1h,
        },
    )
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    let long = (0..3_000_000_u64, any_rates()).prop_map(|(above, rates)| Long { above, rates });
    let long = proptest::collection::vec(long, 0..3);
    (any_rates(), long).prop_map(|(rates, mut long)| {
        long.sort_by_key(|long| long.above);
        Schedule { rates, long }
    })
}

fn any_price() -> impl Strategy<Value = Price> {
    (any_schedule(), any_schedule(), 0..5_000_000_u32).prop_map(|(standard, priority, factor)| Price {
        standard,
        tiers: vec![TierPrice {
            tier: ServiceTier::Priority,
            schedule: priority,
        }],
        multiplier: Multiplier::from_millionths(factor),
        ..Price::FREE
    })
}

proptest! {
    #[test]
    fn the_charge_never_exceeds_the_bound(
        price in any_price(), input in 0..1_000_000_u64, read in 0..1_000_000_u64,
        write in 0..1_000_000_u64, output in 0..1_000_000_u64, hour in 0..1_000_000_u64,
        spare in 0..1_000_000_u64, asks_for_priority: bool, gets_priority: bool,
    ) {
        let tokens = TokenUsage {
            input_tokens: input, output_tokens: output, cache_read_tokens: read,
            cache_write_tokens: write, reasoning_tokens: 0,
        };
        let tier = |is_priority: bool| if is_priority { ServiceTier::Priority } else { ServiceTier::Standard };
        let used = Consumption {
            tokens, cache_write_1h_tokens: hour, tier: tier(asks_for_priority && gets_priority),
            ..Consumption::default()
        };
        let most = Ceiling {
            keeps_for_an_hour: true, tier: tier(asks_for_priority),
            ..ceiling(tokens.total_input() + spare, output)
        };
        prop_assert!(price.charge(&used) <= price.upper_bound(&most));
    }

    #[test]
    fn what_is_affordable_fits_and_one_more_does_not(
        price in any_price(), budget in 0..100_000_000_000_i64, input in 0..100_000_u64,
    ) {
        let budget = Money::from_nano_usd(budget);
        let output = price.affordable_output(budget, &ceiling(input, 0));
        prop_assume!(output < u64::MAX);
        let fits = |output| price.upper_bound(&ceiling(input, output)).is_some_and(|bound| bound <= budget);
        prop_assert!(output == 0 || fits(output));
        prop_assert!(!fits(output + 1));
    }

    #[test]
    fn the_charge_is_the_exact_ceiling(rates in any_rates(), factor in 0..5_000_000_u32, input in 0..10_000_000_u64, output in 0..10_000_000_u64) {
        let price = Price::of(rates).with_multiplier(Multiplier::from_millionths(factor));
        let usage = TokenUsage { input_tokens: input, output_tokens: output, ..TokenUsage::default() };
        let exact = (i128::from(input) * i128::from(rates.input.nano_usd())
            + i128::from(output) * i128::from(rates.output.nano_usd()))
            * i128::from(factor);
        let charged = i128::from(price.cost(&usage).unwrap().nano_usd()) * 1_000_000_000_000;
        prop_assert!(charged >= exact && charged - exact < 1_000_000_000_000);
    }
}
