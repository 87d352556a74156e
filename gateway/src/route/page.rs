//! Lists in pages: each begins after the last thing of the one before, so that nothing is there twice
//! or left out when things come and go meanwhile.

use axum::extract::{FromRequestParts, Query};
use http::request::Parts;
use protocol::{Code, Problem, api::PageQuery};
use uuid::Uuid;

use super::ApiError;

const LIMIT_MAX: u32 = 1_000;

/// What page is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Page(PageQuery);

impl<S: Send + Sync> FromRequestParts<S> for Page {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let wrong = || {
            Problem::new(Code::InvalidRequest, "A parameter of the query is not right.")
                .with_hint("after is the next of the page before, limit is a number from 1 to 1000.")
        };
        let query = Query::<PageQuery>::from_request_parts(parts, state).await;
        let Query(query) = query.map_err(|_| wrong())?;
        if query.limit.is_some_and(|limit| !(1..=LIMIT_MAX).contains(&limit)) {
            return Err(wrong().into());
        }
        Ok(Self(query))
    }
}

/// In which way ids go in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    OldestFirst,
    NewestFirst,
}

impl Page {
    /// The part that is asked for, and where the next one begins.
    pub fn of<T>(self, all: Vec<T>, order: Order, id: impl Fn(&T) -> Uuid) -> (Vec<T>, Option<Uuid>) {
        let is_before = |item: &T| match (self.0.after, order) {
            (None, _) => false,
            (Some(after), Order::OldestFirst) => id(item) <= after,
            (Some(after), Order::NewestFirst) => id(item) >= after,
        };
        let mut rest: Vec<T> = all.into_iter().skip_while(is_before).collect();
        let limit = self.0.limit.map_or(usize::MAX, |limit| limit as usize);
        let more = rest.len() > limit;
        rest.truncate(limit);
        let next = rest.last().filter(|_| more).map(id);
        (rest, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_also_when_something_went_in_between() {
        let id = |number: &u8| Uuid::from_bytes([*number; 16]);
        let ask = |all: &[u8], order, after: Option<u8>, limit| {
            let after = after.map(|after| id(&after));
            let page = Page(PageQuery { after, limit });
            page.of(all.to_vec(), order, id)
        };
        let all = [1, 2, 3, 4];
        assert_eq!(
            ask(&all, Order::OldestFirst, None, Some(2)),
            (vec![1, 2], Some(id(&2)))
        );
        assert_eq!(
            ask(&[1, 3, 4], Order::OldestFirst, Some(2), Some(2)),
            (vec![3, 4], None)
        );
        assert_eq!(
            ask(&[4, 3, 2, 1], Order::NewestFirst, Some(3), Some(1)),
            (vec![2], Some(id(&2)))
        );
        assert_eq!(ask(&all, Order::OldestFirst, None, None), (all.to_vec(), None));
    }
}
