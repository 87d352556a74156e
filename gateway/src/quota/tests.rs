use super::{admission::admit, reservation::reserve, spend::Spend, *};

fn scope(number: u8) -> Scope {
    Scope::Key(KeyId::from_bytes([number; 16]))
}

fn scoped(store: &Store, number: u8, limits: Limits) -> Scoped {
    (scope(number), limits, store.of(scope(number)))
}

fn rpm(limit: u32) -> Limits {
    Limits {
        rpm: Some(limit),
        ..Limits::default()
    }
}

fn tpm(limit: u64) -> Limits {
    Limits {
        tpm: Some(limit),
        ..Limits::default()
    }
}

fn tokens(input: u64, most: u64) -> Tokens {
    Tokens { input, most }
}

#[test]
fn requests_beyond_the_limit_wait_for_the_next_place() {
    let store = Store::default();
    let one = || vec![scoped(&store, 1, rpm(2))];
    let _first = admit(one(), tokens(1, 1), 0).ok().unwrap();
    drop(admit(one(), tokens(1, 1), 0).ok().unwrap());
    let exceeded = admit(one(), tokens(1, 1), 0).err().unwrap();
    assert_eq!((exceeded.kind, exceeded.wait_ms), (Kind::Requests, 30_000));
    let other = vec![scoped(&store, 2, rpm(2))];
    assert!(admit(other, tokens(1, 1), 0).is_ok(), "others have their own");
    assert!(admit(one(), tokens(1, 1), 30_000).is_ok());
}

#[test]
fn what_one_scope_refuses_is_counted_by_none() {
    let store = Store::default();
    let both = || vec![scoped(&store, 1, rpm(10)), scoped(&store, 2, rpm(1))];
    drop(admit(both(), tokens(1, 1), 0).ok().unwrap());
    for _ in 0..20 {
        let exceeded = admit(both(), tokens(1, 1), 0).err().unwrap();
        assert_eq!(exceeded.scope, scope(2));
        assert_eq!(exceeded.standing.requests.unwrap().left, 0);
    }
    let key_alone = vec![scoped(&store, 1, rpm(10))];
    let admitted = admit(key_alone, tokens(1, 1), 0).ok().unwrap();
    assert_eq!(admitted.standing().requests.unwrap().left, 8);
}

#[test]
fn tokens_are_taken_at_their_most_and_given_back() {
    let store = Store::default();
    let one = || vec![scoped(&store, 1, tpm(1_000))];
    let left = || {
        let counters = store.of(scope(1));
        let counts = counters.lock();
        counts.tokens.unwrap().left()
    };
    let running = admit(one(), tokens(100, 8_000), 0).ok().unwrap();
    assert_eq!(left(), 0);
    let exceeded = admit(one(), tokens(10, 20), 0).err().unwrap();
    assert_eq!((exceeded.kind, exceeded.wait_ms), (Kind::Tokens, 600));
    running.note_used(300);
    drop(running);
    assert_eq!(left(), 700);
    // What nobody used is all given back.
    drop(admit(one(), tokens(100, 200), 0).ok().unwrap());
    assert_eq!(left(), 700);
    // What was used beyond what was there is owed.
    let long = admit(one(), tokens(100, 8_000), 0).ok().unwrap();
    long.note_used(700);
    long.note_used(500);
    drop(long);
    let exceeded = admit(one(), tokens(1, 1), 0).err().unwrap();
    assert_eq!(exceeded.wait_ms, 500 * 60 + 60);
}

#[test]
fn requests_at_the_same_time_are_counted_until_they_are_over() {
    let store = Store::default();
    let limits = Limits {
        streams: Some(1),
        ..Limits::default()
    };
    let one = || vec![scoped(&store, 1, limits)];
    let running = admit(one(), tokens(1, 1), 0).ok().unwrap();
    assert_eq!(admit(one(), tokens(1, 1), 0).err().unwrap().kind, Kind::Streams);
    drop(running);
    assert!(admit(one(), tokens(1, 1), 0).is_ok());
}

fn capped(store: &Store, number: u8, cap: i64) -> Scoped {
    let limits = Limits {
        spend_per_day_nano_usd: Some(Money::from_nano_usd(cap)),
        ..Limits::default()
    };
    let scoped = scoped(store, number, limits);
    let windows = [Span::Day, Span::Month].map(|span| (span.window(&TimeZone::UTC, 0), Money::ZERO));
    let fresh = || Spend::new(windows[0], windows[1], None, 0);
    scoped.2.lock().spend.get_or_insert_with(fresh);
    scoped
}

#[test]
fn requests_at_once_cannot_pass_a_cap_together() {
    let store = Store::default();
    let take = |amount| {
        let scopes = vec![capped(&store, 1, 100), capped(&store, 2, 1_000)];
        reserve(scopes, TimeZone::UTC, Money::from_nano_usd(amount), 0)
    };
    let first = take(60).ok().unwrap();
    let cap = take(41).err().unwrap();
    assert_eq!((cap.scope, cap.room.left.nano_usd()), (scope(1), 40));
    let second = take(40).ok().unwrap();
    first.settle(Money::from_nano_usd(10), 0);
    drop(second);
    assert_eq!(take(91).err().unwrap().room.left.nano_usd(), 90);
    // Settling twice, and dropping after it, change nothing more.
    first.settle(Money::from_nano_usd(10), 0);
    drop(first);
    assert_eq!(take(91).err().unwrap().room.left.nano_usd(), 90);
    let counters = store.of(scope(2));
    let room = counters.lock().spend.as_ref().map(Spend::held);
    assert_eq!(room, Some(0));
}
