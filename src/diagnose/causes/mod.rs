//! The fingerprints of all causes, by family. Each file adds the evidence that it finds
//! to a [`Board`]; none decides.

mod address;
mod client;
mod conflict;
mod migration;
mod topology;

pub(crate) use migration::score as score_migration;

use super::campaign::Campaign;
use super::cause::Board;
use super::clusters::Clusters;
use super::features::{Features, Shape, Succession};
use super::incident::Kind;
use super::takeover::Takeover;
use super::thresholds::Thresholds;
use super::timeline::Lane;

/// A set of MOVED with all that is known around it.
pub(crate) struct Scene<'s, 'd> {
    pub(crate) lane: &'s Lane<'d>,
    pub(crate) features: &'s Features,
    /// The same without first lessons of a resharding nearby.
    pub(crate) structure: &'s Features,
    /// Whether the shape of the hits says anything about the client.
    pub(crate) shape_counts: bool,
    pub(crate) kind: Kind,
    pub(crate) campaigns: &'s [Campaign],
    pub(crate) clusters: &'s Clusters,
    /// A change of owner that these hits were picked for.
    pub(crate) takeover: Option<&'s Succession>,
    /// Changes of owner found in the lane so far.
    pub(crate) takeovers: &'s [Takeover],
    pub(crate) thresholds: &'s Thresholds,
}

impl Scene<'_, '_> {
    /// Wide with two targets or more.
    fn wide(&self) -> bool {
        self.shape_counts && self.structure.spread.shape == Shape::Wide && self.structure.target_count() >= 2
    }

    /// Wide, and the targets come in a random order.
    fn wide_and_mixed(&self) -> bool {
        self.wide() && self.structure.rhythm.interleaving.is_some_and(|j| j >= self.thresholds.mixed)
    }

    /// Too few slots for a spread, and several targets in a random order.
    fn few_slots_mixed(&self) -> bool {
        let s = self.structure;
        matches!(s.spread.shape, Shape::Point | Shape::Undecided)
            && self.shape_counts
            && s.target_count() >= 2
            && s.rhythm.interleaving.is_some_and(|j| j >= self.thresholds.mixed)
    }

    /// Lessons come again and again.
    fn unlearned(&self) -> bool {
        let (l, t) = (&self.features.learning, self.thresholds);
        l.late_share >= t.late_share && l.late >= t.late_events.min(self.features.events / 2)
            || l.minutes >= t.repeat_minutes
    }
}

/// All evidence about a set of MOVED.
pub(crate) fn score_moved(scene: &Scene<'_, '_>) -> Board {
    let mut board = Board::default();
    client::score(scene, &mut board);
    topology::score(scene, &mut board);
    conflict::score(scene, &mut board);
    address::score(scene, &mut board);
    board
}
