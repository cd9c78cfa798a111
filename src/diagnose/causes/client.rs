//! Causes that lie in the client: which kind of client it is, and which path of it was
//! taken.

use super::super::cause::{Board, DECISIVE, STRONG, WEAK};
use super::super::fact::Fact;
use super::super::features::{DecayTrend, Onset, Pace};
use super::super::incident::{CauseId, Kind};
use super::Scene;
use crate::model::{Client, PathMark, Signal};

/// Clients that have no cluster mode of their own.
const WITHOUT_CLUSTER: &[Client] = &[
    Client::Redigo,
    Client::Redix,
    Client::LuaRestyRedis,
    Client::PerlRedis,
    Client::Eredis,
    Client::Hiredis,
];

/// Commands that clients are known to send to the wrong node, because their keys are not
/// where keys usually are, or because the client takes them for keyless.
const ODD_COMMANDS: &[&str] = &[
    "XREAD",
    "XREADGROUP",
    "XACK",
    "XINFO",
    "XCLAIM",
    "XPENDING",
    "MEMORY",
    "OBJECT",
    "EVAL",
    "EVALSHA",
    "EVAL_RO",
    "EVALSHA_RO",
    "FCALL",
    "SINTERCARD",
    "ZINTERCARD",
    "LMPOP",
    "ZMPOP",
    "BLMPOP",
    "BZMPOP",
    "MIGRATE",
    "BITOP",
    "GEORADIUS",
    "SORT",
    "SSUBSCRIBE",
    "SPUBLISH",
    "DUMP",
    "DEBUG",
    "TOUCH",
    "UNLINK",
];

/// Everyday commands that only read.
const READS: &[&str] = &[
    "GET",
    "MGET",
    "EXISTS",
    "TTL",
    "PTTL",
    "TYPE",
    "STRLEN",
    "GETRANGE",
    "GETBIT",
    "HGET",
    "HMGET",
    "HGETALL",
    "HEXISTS",
    "HLEN",
    "HKEYS",
    "HVALS",
    "LRANGE",
    "LLEN",
    "LINDEX",
    "SMEMBERS",
    "SISMEMBER",
    "SMISMEMBER",
    "SCARD",
    "ZRANGE",
    "ZREVRANGE",
    "ZRANGEBYSCORE",
    "ZSCORE",
    "ZRANK",
    "ZREVRANK",
    "ZCARD",
    "ZCOUNT",
    "XRANGE",
    "XREVRANGE",
    "XLEN",
    "BITCOUNT",
    "PFCOUNT",
    "GEOPOS",
    "GEODIST",
    "GEOSEARCH",
];

pub(crate) fn score(scene: &Scene<'_, '_>, board: &mut Board) {
    standalone(scene, board);
    replica_reads(scene, board);
    proxy(scene, board);
    special_path(scene, board);
    one_command(scene, board);
    timer(scene, board);
}

fn standalone(scene: &Scene<'_, '_>, board: &mut Board) {
    use CauseId::StandaloneClient as This;
    let (f, s, t) = (scene.features, scene.structure, scene.thresholds);
    let (plain, aware) = (f.path.marked(PathMark::StandaloneClient), f.path.cluster_aware());
    let marks_say_plain = plain > 0 && aware * 10 <= plain;
    board.add_if(marks_say_plain, This, DECISIVE, || Fact::StandaloneCode {
        events: plain,
        of: f.path.events,
    });
    board.against(aware > 0 && aware * 10 >= f.path.events, &[This], 4);
    let mainly = |events: u64| events.saturating_mul(2) >= f.path.events;
    let cli = |c: &&(Client, u64)| c.0 == Client::RedisCli && mainly(c.1);
    if let Some(&(client, events)) = f.path.clients.iter().find(cli) {
        // redis-cli prints `(error) MOVED` only without `-c`.
        let moved = f.path.followed_share() < 0.5;
        board.add_if(moved, This, DECISIVE, || Fact::ClientWithoutCluster { client, events });
    }
    if let Some(&(client, events)) =
        f.path.clients.iter().find(|c| WITHOUT_CLUSTER.contains(&c.0) && mainly(c.1))
    {
        board.add_if(aware == 0, This, STRONG, || Fact::ClientWithoutCluster { client, events });
    }
    if !scene.wide() {
        board.against(s.target_count() == 1 && s.slot_count() >= t.spread_slots, &[This], 1);
        // A plain client's storm on few slots still has no one to learn.
        board.add_if(marks_say_plain && scene.unlearned(), This, WEAK, || late(scene));
        few_keys(scene, board);
        half_of_the_slots(scene, board);
        return;
    }
    let wide = || Fact::WideSpread { slots: s.slot_count(), targets: s.target_count(), low: s.spread.low };
    match s.rhythm.interleaving {
        Some(j) if j >= t.mixed => {
            board.add(This, STRONG, wide());
        }
        Some(j) => board.against(j < t.sequential, &[This], 2),
        None => board.add(This, WEAK, wide()),
    }
    let consistent = s.conflict.unordered_share() <= 0.0 && s.conflict.reseen >= 3;
    board.add_if(consistent, This, WEAK, || Fact::OneMap { reseen: s.conflict.reseen });
    board.against(s.conflict.unordered_share() >= t.conflict_share, &[This], 2);
    board.add_if(one_master_missing(scene), This, WEAK, || Fact::OneMasterMissing {
        gap: s.spread.gap,
        targets: s.target_count(),
    });
    if scene.unlearned() {
        board.add(This, WEAK, late(scene));
    }
    board.add_if(f.decay.trend == DecayTrend::Persistent, This, WEAK, || Fact::Persistent {
        second_half: f.decay.second_half,
        of: f.events,
    });
    board.against(f.decay.trend == DecayTrend::Decayed, &[This], 1);
    board.add_if(f.life.onset == Onset::Born, This, STRONG, || Fact::Born { reporters: f.life.reporters });
    board.against(f.life.onset == Onset::MidLife, &[This], 1);
}

/// An application with a handful of keys shows too few slots for a spread; that several
/// targets come in a random order, again and again, tells it still.
fn few_keys(scene: &Scene<'_, '_>, board: &mut Board) {
    use CauseId::StandaloneClient as This;
    let (s, t) = (scene.structure, scene.thresholds);
    if !scene.few_slots_mixed() || !scene.unlearned() {
        return;
    }
    let interleaving = s.rhythm.interleaving.unwrap_or(t.mixed);
    board.add(This, STRONG, Fact::MixedTargets { interleaving, targets: s.target_count() });
    let one_map = s.conflict.unordered_share() <= 0.0 && s.conflict.reseen >= 3;
    board.add_if(one_map, This, WEAK, || Fact::OneMap { reseen: s.conflict.reseen });
    board.add(This, WEAK, late(scene));
    board.against(scene.features.life.onset == Onset::MidLife, &[This], 1);
}

/// With two masters a plain client is sent to the other one for half of the slots: the
/// same picture as a stale map of half of them.
fn half_of_the_slots(scene: &Scene<'_, '_>, board: &mut Board) {
    let (f, t) = (scene.features, scene.thresholds);
    let half =
        f.target_count() == 1 && f.slot_count() >= t.spread_slots && (0.4..0.6).contains(&f.spread.low);
    if half && scene.unlearned() && f.life.onset != Onset::MidLife {
        let fact = Fact::WideSpread { slots: f.slot_count(), targets: 1, low: f.spread.low };
        board.add(CauseId::StandaloneClient, STRONG, fact.clone());
        board.add(CauseId::StandaloneClient, STRONG, fact);
    }
}

fn late(scene: &Scene<'_, '_>) -> Fact {
    let l = &scene.features.learning;
    if l.late > 0 {
        Fact::LateRepeats {
            late: l.late,
            of: scene.features.located,
            after: scene.thresholds.lesson_wait / 1_000,
        }
    } else {
        Fact::SameLesson { minutes: l.minutes }
    }
}

/// The largest gap is as wide as the share of one master more than there are targets.
fn one_master_missing(scene: &Scene<'_, '_>) -> bool {
    let s = scene.structure;
    let share = 1.0 / (s.target_count() as f64 + 1.0);
    s.spread.gap_chance < 0.01 && (0.6..1.6).contains(&(s.spread.gap / share))
}

/// With this many slots no gap of half a master's share is left.
fn no_master_missing(scene: &Scene<'_, '_>) -> bool {
    let s = scene.structure;
    s.slot_count() >= 30 && s.spread.gap < 0.5 / (s.target_count() as f64 + 1.0)
}

fn replica_reads(scene: &Scene<'_, '_>, board: &mut Board) {
    use CauseId::ReplicaReads as This;
    let (f, s) = (scene.features, scene.structure);
    let aware = f.path.cluster_aware();
    let no_gap = no_master_missing(scene);
    if !scene.wide() {
        return;
    }
    if aware > 0 {
        board.add(This, STRONG, Fact::ClusterCode { events: aware, of: f.path.events });
        board.add(
            This,
            WEAK,
            Fact::WideSpread { slots: s.slot_count(), targets: s.target_count(), low: s.spread.low },
        );
    }
    let reads: u64 = f.path.commands.iter().filter(|c| READS.contains(&c.0.as_str())).map(|c| c.1).sum();
    let all: u64 = f.path.commands.iter().map(|c| c.1).sum();
    let only_reads = all >= 5 && reads == all;
    board.add_if(only_reads, This, STRONG, || Fact::ReadCommandsOnly { events: reads });
    board.against(all >= 5 && reads * 2 < all, &[This], 3);
    let gap = s.spread.gap;
    board.add_if(no_gap && (aware > 0 || only_reads), This, WEAK, || Fact::NoMasterMissing {
        gap,
        targets: s.target_count(),
    });
    board.against(f.path.marked(PathMark::StandaloneClient) > 0, &[This], 3);
}

fn proxy(scene: &Scene<'_, '_>, board: &mut Board) {
    use CauseId::ProxyOrBalancer as This;
    let (f, s) = (scene.features, scene.structure);
    let answered: u64 = f.path.answered_by.iter().map(|a| a.1).sum();
    let own = f.path.self_redirects;
    if own >= 3 && own * 5 >= answered {
        board.add(This, DECISIVE, Fact::SelfRedirect { events: own, of: answered });
        board.add_if(own >= 10, This, STRONG, || Fact::SelfRedirect { events: own, of: answered });
    }
    let envoy =
        f.path.clients.iter().find(|c| c.0 == Client::Envoy && c.1.saturating_mul(2) >= f.path.events);
    if let Some(&(client, events)) = envoy {
        board.add(This, STRONG, Fact::ClientWithoutCluster { client, events });
    }
    let random_source = scene.wide_and_mixed() && no_master_missing(scene) && f.path.cluster_aware() == 0;
    if random_source {
        let gap = s.spread.gap;
        board.add(This, STRONG, Fact::NoMasterMissing { gap, targets: s.target_count() });
    }
}

fn special_path(scene: &Scene<'_, '_>, board: &mut Board) {
    use CauseId::PipelinePath as This;
    let f = scene.features;
    let plain = f.path.marked(PathMark::StandaloneClient) > 0 && f.path.cluster_aware() == 0;
    let marks = [PathMark::Pipeline, PathMark::Transaction, PathMark::Script, PathMark::PubSub];
    let most =
        marks.into_iter().map(|m| (f.path.marked(m), m)).max_by_key(|&(n, m)| (n, std::cmp::Reverse(m)));
    if let Some((events, mark)) = most.filter(|m| m.0 >= 2 && m.0 * 5 >= f.path.events * 4) {
        let of = f.path.events;
        board.add(This, if plain { WEAK } else { DECISIVE }, Fact::OnPath { mark, events, of });
        let aware = f.path.marked(PathMark::ClusterClient);
        board.add_if(aware > 0, This, STRONG, || Fact::ClusterCode { events: aware, of });
        board.against(!plain, &[CauseId::StaleSlotMap, CauseId::ReplicaReads], 4);
    }
    let aborted = f.near.count(Signal::ExecAbort);
    board.add_if(aborted >= 3 && aborted * 2 >= f.events, This, STRONG, || Fact::Nearby {
        signal: Signal::ExecAbort,
        events: aborted,
    });
}

fn one_command(scene: &Scene<'_, '_>, board: &mut Board) {
    use CauseId::MisroutedCommand as This;
    let f = scene.features;
    let all: u64 = f.path.commands.iter().map(|c| c.1).sum();
    let Some((command, events)) = f.path.commands.first() else { return };
    let single = *events >= 8 && events * 10 >= all * 9 && all * 2 >= f.path.events;
    let first_word = command.split(' ').next().unwrap_or_default();
    if !(single && ODD_COMMANDS.contains(&first_word)) {
        return;
    }
    let fact = || Fact::OneCommand { command: command.clone(), events: *events, of: all };
    board.add(This, STRONG, fact());
    let aware = f.path.cluster_aware();
    board.add_if(aware > 0, This, STRONG, || Fact::ClusterCode { events: aware, of: f.path.events });
    board.add_if(scene.wide(), This, WEAK, || Fact::WideSpread {
        slots: f.slot_count(),
        targets: f.target_count(),
        low: f.spread.low,
    });
    board.add_if(scene.unlearned(), This, WEAK, || late(scene));
    board.against(f.conflict.share() > 0.0, &[This], 1);
    board.against(f.path.marked(PathMark::StandaloneClient) > 0, &[This], 3);
    board.against(true, &[CauseId::StaleSlotMap], 1);
}

fn timer(scene: &Scene<'_, '_>, board: &mut Board) {
    use CauseId::PeriodicProbe as This;
    let f = scene.features;
    let few = f.slot_count() <= 3 && f.slot_count() > 0;
    if f.rhythm.pace != Pace::Timer || !few || f.life.reporters != 1 || scene.kind == Kind::Flapping {
        return;
    }
    let burstiness = f.rhythm.burstiness.unwrap_or(-1.0);
    board.add(This, DECISIVE, Fact::Timer { burstiness, period: f.rhythm.median_gap / 1_000 });
    board.add(This, STRONG, Fact::FewSlots { slots: f.slot_count() });
    board.against(true, &[CauseId::StaleSlotMap, CauseId::StandaloneClient], 2);
}
