//! Interned targets and reporters: small numbers that mean something only within one
//! tally, so merging translates them.

use crate::model::{Endpoint, EndpointRef, FixedHash};
use hashbrown::{Equivalent, HashMap};
use rustc_hash::FxBuildHasher;
use std::hash::Hash;

/// Number of a target in one tally. [`NONE`] means that none is printed.
pub(super) type TargetId = u32;
/// Number of a reporter in one tally. [`NONE`] means that none is known.
pub(super) type ReporterId = u32;
/// No target, no reporter.
pub(super) const NONE: u32 = u32::MAX;
/// The target or reporter of rows that hold what was folded.
pub(super) const FOLDED: u32 = u32::MAX - 1;

/// How many reporters are told apart before folding begins (outside contract).
pub(super) const REPORTER_LIMIT: usize = 10_000;

/// A label's fixed hash, for sampling.
pub(super) fn label_hash(label: &str) -> u64 {
    FixedHash::default().with(label.as_bytes()).finish()
}

/// A target's fixed hash, for sampling.
pub(super) fn target_hash(target: EndpointRef<'_>) -> u64 {
    FixedHash::default()
        .with(target.host.as_bytes())
        .with_number(target.port.map_or(u64::MAX, u64::from))
        .finish()
}

/// Whether a key with this hash is kept at this level: each level keeps half of the
/// keys of the level before. A level only ever rises, and any subset of the input
/// raises it at most as far as the whole does, so the final level is the same for any
/// order of merging.
pub(super) fn survives(hash: u64, level: u32) -> bool {
    hash.leading_zeros() >= level
}

/// Values with numbers.
#[derive(Clone, Debug)]
pub(super) struct Interned<T> {
    ids: HashMap<T, u32, FxBuildHasher>,
    values: Vec<(T, u64)>,
    last: u32,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self { ids: HashMap::default(), values: Vec::new(), last: NONE }
    }
}

impl<T: Hash + Eq + Clone> Interned<T> {
    /// The value's number, a new one if need be.
    pub(super) fn intern<Q>(&mut self, value: &Q, own: impl Fn(&Q) -> (T, u64)) -> u32
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        // Neighbouring events mostly share their target and reporter.
        if let Some((last, _)) = self.values.get(self.last as usize)
            && value.equivalent(last)
        {
            return self.last;
        }
        self.last = match self.ids.get(value) {
            Some(&id) => id,
            None => {
                let id = u32::try_from(self.values.len()).unwrap_or(FOLDED);
                let (value, hash) = own(value);
                self.ids.insert(value.clone(), id);
                self.values.push((value, hash));
                id
            }
        };
        self.last
    }

    /// The value with this number; `None` for [`NONE`] and [`FOLDED`].
    pub(super) fn get(&self, id: u32) -> Option<&T> {
        self.values.get(id as usize).map(|(value, _)| value)
    }

    /// The fixed hash of the value with this number; of nothing for [`NONE`].
    pub(super) fn hash(&self, id: u32) -> u64 {
        self.values.get(id as usize).map_or(0x9e37_79b9_7f4a_7c15, |&(_, hash)| hash)
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Values with their fixed hashes, in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(T, u64)> {
        self.values.iter()
    }
}

impl Interned<Endpoint> {
    /// The target's number.
    pub(super) fn target(&mut self, target: Option<EndpointRef<'_>>) -> TargetId {
        target.map_or(NONE, |target| self.intern(&target, |&t| (EndpointRef::to_owned(t), target_hash(t))))
    }
}

impl Interned<Box<str>> {
    /// The label's number.
    pub(super) fn label(&mut self, label: &str) -> ReporterId {
        self.intern(label, |l| (l.into(), label_hash(l)))
    }
}

impl Equivalent<Endpoint> for EndpointRef<'_> {
    fn equivalent(&self, key: &Endpoint) -> bool {
        *self == key.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owned_and_a_borrowed_target_are_one_key() {
        let mut targets = Interned::<Endpoint>::default();
        let (target, _) = EndpointRef::parse_prefix(b"10.0.0.1:6379").unwrap();
        let (other, _) = EndpointRef::parse_prefix(b":6379").unwrap();
        let id = targets.target(Some(target));
        assert_ne!(targets.target(Some(other)), id);
        assert_eq!(targets.target(Some(target)), id);
        assert_eq!(targets.target(None), NONE);
        assert_eq!(targets.len(), 2);
    }
}
