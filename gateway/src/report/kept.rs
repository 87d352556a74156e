//! Which sums are kept: each set tells some things apart, and a question is answered from the smallest that can.

/// What a kept sum still tells apart besides the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kept(pub(super) u8);

impl Kept {
    pub const DEVICE: Self = Self(1);
    pub const MODEL: Self = Self(2);
    pub const KIND: Self = Self(4);
    pub const REPOSITORY: Self = Self(8);
    pub const BRANCH: Self = Self(16);
    pub const KEY: Self = Self(32);
    pub const NOTHING: Self = Self(0);
    pub(super) const ALL: Self = Self(63);

    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The smallest set of sums that still tells all of this apart.
    pub(super) fn found_in(self) -> Self {
        let fits = sets().filter(|set| set.has(self));
        // A set with a key in it is the larger one of two.
        fits.min_by_key(|set| (set.has(Self::KEY), set.0.count_ones()))
            .unwrap_or(Self::ALL)
    }
}

/// Besides [`Kept::ALL`] one row of usage goes into each of these, with its key and without it.
const PARTS: [Kept; 12] = [
    Kept::NOTHING,
    Kept::DEVICE,
    Kept::MODEL,
    Kept::KIND,
    Kept::REPOSITORY,
    Kept::BRANCH,
    Kept::MODEL.and(Kept::DEVICE),
    Kept::KIND.and(Kept::DEVICE),
    Kept::MODEL.and(Kept::KIND),
    Kept::MODEL.and(Kept::REPOSITORY),
    Kept::MODEL.and(Kept::BRANCH),
    Kept::REPOSITORY.and(Kept::BRANCH),
];

/// Every set that is kept.
pub(super) fn sets() -> impl Iterator<Item = Kept> {
    let with_key = PARTS.into_iter().map(|part| part.and(Kept::KEY));
    PARTS.into_iter().chain(with_key).chain([Kept::ALL])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_answered_from_the_smallest_set_that_can() {
        let repository_and_kind = Kept::REPOSITORY.and(Kept::KIND);
        assert_eq!(Kept::NOTHING.found_in(), Kept::NOTHING);
        assert_eq!(
            Kept::MODEL.and(Kept::BRANCH).found_in(),
            Kept::MODEL.and(Kept::BRANCH)
        );
        assert_eq!(repository_and_kind.found_in(), Kept::ALL);
        assert_eq!(Kept::KEY.and(Kept::MODEL).found_in(), Kept::KEY.and(Kept::MODEL));
    }
}
