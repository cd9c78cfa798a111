//! Every number that a verdict turns on, with the reason for it.

/// The thresholds of the definitions in docs/verdicts.md. Times are milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Thresholds {
    /// Hits further apart are two episodes. Fixed: a gap that adapts to the data would
    /// change hour 3 when hour 40 is appended.
    pub episode_gap: i64,
    /// The same in lines, where nothing is dated.
    pub episode_gap_lines: f64,
    /// Two episodes that share this part of their (slot, target) pairs are one condition.
    pub recurring_share: f64,
    /// A hit repeats a lesson late when its (reporter, slot, target) was first seen this
    /// long before: twice the longest common refresh period, so that no periodic
    /// refresh is mistaken for a client that does not learn.
    pub lesson_wait: i64,
    /// Fewer hits than this in every minute are scattered, not dense.
    pub dense_per_minute: u64,
    /// Events from which a storm can be told: there a halves test separates 4:1 at
    /// p < 0.01 and the spread of slots separates a third from two thirds.
    pub storm_events: u64,
    /// Share of late repeats from which nobody learns.
    pub late_share: f64,
    /// Late repeats that this needs at least.
    pub late_events: u64,
    /// Share of late repeats below which everybody learns.
    pub learned_share: f64,
    /// Minutes, no two adjacent, with hits on the same lesson.
    pub repeat_minutes: u64,
    /// A lower bound of the slots' spread from which they are wide.
    pub wide: f64,
    /// An upper bound of the slots' spread up to which they are narrow.
    pub narrow: f64,
    /// Slots from which spread means anything.
    pub spread_slots: usize,
    /// Target switches, compared with a random order, from which targets are mixed.
    pub mixed: f64,
    /// The same, up to which one target follows another.
    pub sequential: f64,
    /// Part of the events in the second half of the exposure up to which they decayed.
    pub decayed: f64,
    /// The same, from which they persist.
    pub persistent: f64,
    /// Chance of such a second half if nothing decayed.
    pub decay_chance: f64,
    /// Events that a test of halves needs.
    pub decay_events: u64,
    /// Quiet time after which a refresh or a storm is over, if logging goes on.
    pub silence: i64,
    /// A burst is over after this many times its median gap.
    pub silence_gaps: i64,
    /// Sampled logs need this many times the silence.
    pub sampled_silence: i64,
    /// A first hit this soon after a process start is born with it.
    pub born: i64,
    /// Clean log before the first hit that makes it mid-life.
    pub clean: i64,
    /// First hits of several reporters this close together are one event of the cluster.
    pub synchronised: i64,
    /// Reporters that this needs.
    pub synchronised_reporters: usize,
    /// Other signals count as neighbours within this time.
    pub near: i64,
    /// The same in lines, where nothing is dated.
    pub near_lines: f64,
    /// Errors this long before a new owner is named announce it.
    pub lead: i64,
    /// Burstiness below which a timer asks.
    pub timer: f64,
    /// Events that a timer needs.
    pub timer_events: u64,
    /// Burstiness above which hits come in bursts.
    pub bursty: f64,
    /// Rank correlation of slot and time from which slots move in order.
    pub in_order: f64,
    /// Slots that this needs.
    pub in_order_slots: usize,
    /// Alternations of one slot's target that make it flap.
    pub alternations: u64,
    /// Time over which they must go on: shorter is a slot that closes.
    pub flapping: i64,
    /// Share of re-seen slots with two targets from which nodes disagree.
    pub conflict_share: f64,
    /// Share of shared slots in conflict from which there are two maps.
    pub two_maps_share: f64,
    /// Shared slots that this needs.
    pub two_maps_slots: usize,
    /// Share of one slot from which it is hot.
    pub hot_share: f64,
    /// Windows to one target with a longer pause between them are two campaigns.
    pub campaign_gap: i64,
    /// A first lesson this long before a campaign's first ASK is the campaign's: a slot that
    /// nobody asked for while it was open shows MOVED alone.
    pub campaign_lead: i64,
    /// An ASK this close to the end of the log leaves its window in progress.
    pub window_open: i64,
    /// Time without ASK after which a window is presumed to have ended.
    pub window_quiet: i64,
    /// Both are at least this many times the slot's median gap between ASKs.
    pub window_gaps: i64,
    /// A longer window is slow: one MIGRATE timeout of redis-cli (60 s).
    pub slow: i64,
    /// A longer window is stuck, given enough ASKs.
    pub stuck: i64,
    /// ASKs that this needs.
    pub stuck_asks: u64,
    /// TRYAGAIN alongside for this long means stuck too.
    pub stuck_tryagain: i64,
    /// MOVED to the old owner alone for this long after the last ASK: aborted.
    pub aborted: i64,
    /// Clocks of different reporters are trusted to this.
    pub skew: i64,
    /// MOVED to the source this soon after ASK: the ASKING was lost.
    pub bounce: i64,
    /// Widest hole between two ASK slots of a campaign whose slots count as moved with
    /// it: a reshard takes a donor's slots in rising order, and cold ones show no ASK.
    pub campaign_hole: u16,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            episode_gap: 60_000,
            episode_gap_lines: 2_000.0,
            recurring_share: 0.5,
            lesson_wait: 120_000,
            dense_per_minute: 10,
            storm_events: 20,
            late_share: 0.2,
            late_events: 10,
            learned_share: 0.05,
            repeat_minutes: 3,
            wide: 0.5,
            narrow: 0.45,
            spread_slots: 12,
            mixed: 0.5,
            sequential: 0.3,
            decayed: 0.2,
            persistent: 0.35,
            decay_chance: 0.02,
            decay_events: 12,
            silence: 120_000,
            silence_gaps: 3,
            sampled_silence: 3,
            born: 60_000,
            clean: 120_000,
            synchronised: 30_000,
            synchronised_reporters: 3,
            near: 30_000,
            near_lines: 50.0,
            lead: 60_000,
            timer: -0.3,
            timer_events: 8,
            bursty: 0.5,
            in_order: 0.8,
            in_order_slots: 8,
            alternations: 3,
            flapping: 60_000,
            conflict_share: 0.1,
            two_maps_share: 0.8,
            two_maps_slots: 5,
            hot_share: 0.5,
            campaign_gap: 600_000,
            campaign_lead: 1_000,
            window_open: 30_000,
            window_quiet: 60_000,
            window_gaps: 3,
            slow: 60_000,
            stuck: 600_000,
            stuck_asks: 5,
            stuck_tryagain: 300_000,
            aborted: 600_000,
            skew: 2_000,
            bounce: 1_000,
            campaign_hole: 512,
        }
    }
}
