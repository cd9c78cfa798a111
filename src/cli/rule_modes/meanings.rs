//! What each signal says about a cluster, and what it does not say, in a paragraph.
//!
//! Facts: the Redis Cluster specification
//! (<https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/>) and the
//! servers' own `cluster.c`.

use crate::model::Signal;

/// A signal's meaning; `code` in backticks.
pub(super) const fn of(signal: Signal) -> &'static str {
    match signal {
        Signal::Moved => {
            "`MOVED <slot> <host>:<port>`: the node that was asked does not own the key's slot, and believes that the \
             named node does. It does not say that the slot moved lately, that the named node is alive, or who \
             answered. A cluster client follows it and corrects its slot map, mostly without a word in the log. One \
             that is logged as an error has escaped: the client knows no cluster, its redirect limit was reached, or \
             the command took a path that does not follow redirections (pipeline, MULTI, script, publish/subscribe). \
             A few after a change of the topology are healthy; the same lesson over and over is a storm."
        }
        Signal::Ask => {
            "`ASK <slot> <host>:<port>`: the slot is being migrated from the node that answered to the named one, and \
             this key is not on the old node: it has moved already, or never existed. The client sends ASKING and the \
             command to the named node, this once, and keeps its slot map, which is right until the slot has \
             arrived. It is the normal sight of a migration key by key and needs no repair. Atomic slot migration \
             (Redis 8.4 and Valkey 9) never answers it."
        }
        Signal::Redirect => {
            "A redirection whose kind is not printed: `redis-cli -c` says `Redirected to slot [n] located at h:p` for \
             MOVED and ASK alike, and `str(e)` in redis-py 6 and later gives only `<slot> <host>:<port>`. Since many \
             programs print a number before an address, such a pair counts only with evidence of Redis in its record \
             or near it; and where the record or the same pair nearby tells the kind, it counts as that."
        }
        Signal::TryAgain => {
            "`TRYAGAIN`: a command with several keys met a slot that is being migrated while some of its keys are on \
             one node and some on the other. It cannot be served by either until they are together, so the client \
             retries a little later. Commands with one key never get it. When it goes on for minutes, the migration \
             does not move. Newer servers also answer it while they trim a slot that has left."
        }
        Signal::CrossSlot => {
            "`CROSSSLOT`: the keys of one command, transaction or script hash to different slots, which a cluster \
             refuses even where one node owns them all. It is the design of the keys and no trouble of the cluster: \
             no refresh, retry or migration cures it. Hash tags (`{user:1}:a`, `{user:1}:b`) put keys into one slot."
        }
        Signal::ClusterDown => {
            "`CLUSTERDOWN`: the node that answered cannot see a majority of the masters, or some slot has no owner \
             while `cluster-require-full-coverage` is `yes`. It tells of that node's view; others may see it \
             otherwise. During a failover it lasts for about the node timeout (15 s by default). `Hash slot not \
             served` says less: only that slot has no owner. A server's `Cluster state changed` is counted here too."
        }
        Signal::SlotUnserved => {
            "A slot without a known owner, as the client or the tool sees it: no node in its slot map serves the slot, \
             or `redis-cli --cluster check` finds slots that nobody covers. Either the cluster has lost a range, or \
             the client's map is incomplete, such as one that was read while the topology changed. `CLUSTER SHARDS` \
             or `CLUSTER SLOTS` on a few nodes tells which."
        }
        Signal::TooManyRedirects => {
            "The client gave up: it was sent around until its redirect limit was reached, or it noticed a loop. The \
             command failed for the user. The last redirection, where it is printed, is an event of its own. Some \
             clients also say this when they only met connection errors. A higher limit makes failures slower; the \
             redirections before it have the cause."
        }
        Signal::NoTopology => {
            "No node gave the client the slot map: none of the seeds answered `CLUSTER SLOTS` or `CLUSTER SHARDS` in \
             time, all refused the connection or the login, or they are no cluster nodes. Until one does, no command \
             can be routed."
        }
        Signal::ReadOnly => {
            "`READONLY`: a write ran on a replica. In a cluster a plain write to a replica is answered with MOVED, so \
             this comes from a script, or from an instance that is no cluster: there a connection that stays open \
             while its master becomes a replica meets it, as after a failover behind a balancer or a cached name."
        }
        Signal::MasterDown => {
            "`MASTERDOWN`: a replica has lost the link to its master and may not serve stale data, since \
             `replica-serve-stale-data` is `no`. It ends when the link is back or the replica is promoted."
        }
        Signal::Loading => {
            "`LOADING`: the node has just started, or has just received a full copy from its master, and still reads \
             its data set into memory. Commands work when that is done; retry with a pause, or use another replica. \
             Seen again and again, the node restarts."
        }
        Signal::ExecAbort => {
            "`EXECABORT`: a transaction was discarded since one of its commands was refused when it was queued, in a \
             cluster often with MOVED or ASK. Nothing of it was done. The whole transaction has to be sent again, to \
             the node that owns the slot."
        }
        Signal::Unreachable => {
            "A connect error or a timeout that names a node. Right after a redirection to that node, the address that \
             the cluster announces cannot be reached from here; before a new owner shows up, it is the sign of a \
             failover; alone, it is a matter of the node or the network. Since every program has such lines, it \
             counts only with evidence of Redis in its record or near it."
        }
        Signal::Auth => {
            "A node refuses the login: `NOAUTH`, `WRONGPASS`, `NOPERM` and the like. Right after a redirection it \
             means that the credentials went to the seeds and not to the nodes that they lead to. It counts only with \
             evidence of Redis in its record or near it."
        }
        Signal::Migration => {
            "A line that tells of a slot on its way: of redis-cli's reshard, rebalance, check or fix, of a server \
             (Valkey 8 and later log each step, Redis up to 8.0 does not log `CLUSTER SETSLOT`), or of an atomic slot \
             migration in Redis 8.4 and Valkey 9. It is the best evidence for what a burst of MOVED or ASK comes \
             from. A line that names several slots gives a hit for each, and one for all its ranges."
        }
        Signal::Failover => {
            "A server's line about a node that is marked as failing, an election, or a takeover of slots. The usual \
             order: connect errors, the failing mark after the node timeout, an election of one or two seconds, then \
             MOVED to the new owner for all slots of the old one. `CLUSTER FAILOVER` by hand has no errors before it."
        }
        Signal::Topology => {
            "A client reads its slot map anew, or a node has a new address. Alone it is no trouble: cluster clients do \
             it at a start, at intervals, or when a redirection teaches them. Beside a storm it tells whether the \
             client learns at all."
        }
        Signal::Other => {
            "A match of a rule that is not about redirections, such as one of your own (`--rules`). Its matches are \
             counted by rule, and each rule with matches is an incident of its own, with the rule's workarounds and \
             dead ends. Rules without a `signal` are of this kind."
        }
    }
}
