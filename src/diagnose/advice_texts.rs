//! The texts of advice, as one table: what to do, why not, and where that is known from.
//!
//! A second language is one more field of [`Words`]; nothing else knows the words.

#[cfg(test)]
use super::advice::Param;
use super::advice::{AdviceId, Step};
use crate::model::Client;

/// A text in every language there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// English.
    pub en: &'static str,
}

/// A piece of advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdviceText {
    /// Which.
    pub id: AdviceId,
    /// For whom; `None` is for everybody without a text of their own.
    pub client: Option<Client>,
    /// What to do, what not to do, or what to run. May hold placeholders.
    pub text: Words,
    /// Why; empty where the text says it all.
    pub why: Words,
    /// Where it is known from: `owner/name#n` is an issue or pull request on GitHub.
    pub sources: &'static [&'static str],
}

/// The text for a client, else the one for everybody.
pub fn advice_text(id: AdviceId, client: Option<Client>) -> Option<&'static AdviceText> {
    let own = TABLE.iter().find(|row| row.id == id && row.client == client);
    own.or_else(|| TABLE.iter().find(|row| row.id == id && row.client.is_none()))
}

/// Whether a client has a text of its own.
pub(crate) fn has_own(id: AdviceId, client: Client) -> bool {
    TABLE.iter().any(|row| row.id == id && row.client == Some(client))
}

impl Step {
    /// Its text in English, with the placeholders filled in.
    pub fn text_en(&self) -> String {
        let Some(row) = advice_text(self.id, self.client) else { return self.id.id().to_owned() };
        self.params
            .iter()
            .fold(row.text.en.to_owned(), |text, (param, value)| text.replace(param.placeholder(), value))
    }

    /// Why, in English; empty where the text says it all.
    pub fn why_en(&self) -> &'static str {
        advice_text(self.id, self.client).map_or("", |row| row.why.en)
    }

    /// Where it is known from.
    pub fn sources(&self) -> &'static [&'static str] {
        advice_text(self.id, self.client).map_or(&[], |row| row.sources)
    }
}

/// Every placeholder that a text may hold.
#[cfg(test)]
const PLACEHOLDERS: [Param; 4] = [Param::Slot, Param::Target, Param::Source, Param::Command];

const fn row(
    id: AdviceId,
    client: Option<Client>,
    en: &'static str,
    why: &'static str,
    sources: &'static [&'static str],
) -> AdviceText {
    AdviceText { id, client, text: Words { en }, why: Words { en: why }, sources }
}

use AdviceId as A;
use Client as C;

/// Every text: for each id one for everybody, and those of single clients.
pub(crate) const TABLE: &[AdviceText] = &[
    // A client that knows the cluster.
    row(
        A::UseClusterClient,
        None,
        "Connect with the client's cluster mode: redis-py RedisCluster, Jedis JedisCluster, Lettuce RedisClusterClient (Spring: spring.data.redis.cluster.nodes), ioredis new Redis.Cluster, node-redis createCluster, go-redis NewClusterClient, Redisson useClusterServers(), Predis ['cluster' => 'redis'], phpredis RedisCluster, redis-cli -c.",
        "A client without the slot map is sent elsewhere for every slot that its node does not own.",
        &["redis/go-redis#1633", "redis/lettuce#2225"],
    ),
    row(
        A::UseClusterClient,
        Some(C::RedisPy),
        "Use redis.cluster.RedisCluster (asyncio: redis.asyncio.cluster.RedisCluster) instead of redis.Redis. Celery has no cluster broker: give it a non-cluster instance.",
        "",
        &["redis/redis-py"],
    ),
    row(
        A::UseClusterClient,
        Some(C::ValkeyPy),
        "Use valkey.cluster.ValkeyCluster (asyncio: valkey.asyncio.cluster.ValkeyCluster) instead of valkey.Valkey.",
        "",
        &["valkey-io/valkey-py"],
    ),
    row(
        A::UseClusterClient,
        Some(C::Coredis),
        "Use coredis.RedisCluster instead of coredis.Redis.",
        "",
        &["alisaifee/coredis"],
    ),
    row(
        A::UseClusterClient,
        Some(C::Aioredis),
        "aioredis has no cluster mode and lives on inside redis-py: move to redis.asyncio.cluster.RedisCluster.",
        "",
        &["redis/redis-py"],
    ),
    row(
        A::UseClusterClient,
        Some(C::Jedis),
        "Use JedisCluster (Jedis 7 and later: RedisClusterClient) instead of Jedis or JedisPool.",
        "",
        &["redis/jedis"],
    ),
    row(
        A::UseClusterClient,
        Some(C::Lettuce),
        "Use RedisClusterClient instead of RedisClient; with Spring set spring.data.redis.cluster.nodes (before Boot 3: spring.redis.cluster.nodes) instead of .host.",
        "",
        &["redis/lettuce#2225", "spring-projects/spring-data-redis#1470"],
    ),
    row(
        A::UseClusterClient,
        Some(C::Redisson),
        "Configure Config.useClusterServers() with nodeAddresses instead of useSingleServer().",
        "",
        &["redisson/redisson#4340"],
    ),
    row(
        A::UseClusterClient,
        Some(C::VertxRedis),
        "Set RedisOptions.setType(RedisClientType.CLUSTER) and list several nodes.",
        "",
        &["vert-x3/vertx-redis-client"],
    ),
    row(
        A::UseClusterClient,
        Some(C::Ioredis),
        "Use new Redis.Cluster([{ host, port }]) instead of new Redis().",
        "",
        &["redis/ioredis"],
    ),
    row(
        A::UseClusterClient,
        Some(C::NodeRedis),
        "Use createCluster({ rootNodes: [...] }) instead of createClient(). Releases before 4 have no cluster mode: upgrade.",
        "",
        &["redis/node-redis"],
    ),
    row(
        A::UseClusterClient,
        Some(C::GoRedis),
        "Use redis.NewClusterClient. NewUniversalClient with a single address stays a plain client unless IsClusterMode is set.",
        "",
        &["redis/go-redis#1633", "redis/go-redis#917"],
    ),
    row(
        A::UseClusterClient,
        Some(C::Redigo),
        "redigo knows no cluster: put mna/redisc on top of it, or move to go-redis NewClusterClient.",
        "",
        &["mna/redisc"],
    ),
    row(
        A::UseClusterClient,
        Some(C::Rueidis),
        "Let rueidis.NewClient find the cluster: leave ForceSingleClient unset.",
        "",
        &["redis/rueidis"],
    ),
    row(
        A::UseClusterClient,
        Some(C::Radix),
        "Use radix.NewCluster (v4: ClusterConfig) instead of a Pool.",
        "",
        &["mediocregopher/radix"],
    ),
    row(
        A::UseClusterClient,
        Some(C::Predis),
        "Create the client with ['cluster' => 'redis'] and several nodes. Laravel: list them under redis.clusters with options.cluster = redis. Horizon before 2026 needs a non-cluster instance.",
        "",
        &["predis/predis"],
    ),
    row(
        A::UseClusterClient,
        Some(C::Phpredis),
        "Use the RedisCluster class instead of Redis.",
        "",
        &["phpredis/phpredis"],
    ),
    row(
        A::UseClusterClient,
        Some(C::RedisRb),
        "Use Redis::Cluster.new(nodes: [...]) from the redis-clustering gem (redis-rb 4: Redis.new(cluster: [...])).",
        "",
        &["redis/redis-rb"],
    ),
    row(
        A::UseClusterClient,
        Some(C::RedisClientRb),
        "Use RedisClient.cluster(nodes: [...]) from the redis-cluster-client gem.",
        "",
        &["redis-rb/redis-cluster-client"],
    ),
    row(
        A::UseClusterClient,
        Some(C::RedisRs),
        "Use redis::cluster::ClusterClient (cargo feature cluster, or cluster-async) instead of redis::Client.",
        "",
        &["redis-rs/redis-rs"],
    ),
    row(
        A::UseClusterClient,
        Some(C::Fred),
        "Use a clustered server config, or a URL that begins with redis-cluster://.",
        "",
        &["aembke/fred.rs"],
    ),
    row(
        A::UseClusterClient,
        Some(C::Rustis),
        "Connect with a URL that begins with redis+cluster://.",
        "",
        &["dahomey-technologies/rustis"],
    ),
    row(
        A::UseClusterClient,
        Some(C::StackExchangeRedis),
        "List several nodes in the connection string and remove proxies in front of them: the library finds the cluster by itself. Upgrade to 2.6.86 or later, where MOVED updates its map.",
        "",
        &["StackExchange/StackExchange.Redis#2324"],
    ),
    row(
        A::UseClusterClient,
        Some(C::ValkeyGlide),
        "Use GlideClusterClient instead of GlideClient.",
        "",
        &["valkey-io/valkey-glide"],
    ),
    row(
        A::UseClusterClient,
        Some(C::Hiredis),
        "hiredis knows no cluster: use libvalkey or hiredis-cluster.",
        "",
        &["valkey-io/libvalkey"],
    ),
    row(
        A::UseClusterClient,
        Some(C::RedisPlusPlus),
        "Use sw::redis::RedisCluster instead of sw::redis::Redis.",
        "",
        &["sewenew/redis-plus-plus"],
    ),
    row(
        A::UseClusterClient,
        Some(C::Redix),
        "Redix knows no cluster: choose a cluster-aware Elixir client, or use a non-cluster instance.",
        "",
        &["whatyouhide/redix#311"],
    ),
    row(
        A::UseClusterClient,
        Some(C::Eredis),
        "eredis knows no cluster: use eredis_cluster.",
        "",
        &["adrienmo/eredis_cluster"],
    ),
    row(
        A::UseClusterClient,
        Some(C::LuaRestyRedis),
        "lua-resty-redis knows no cluster: use lua-resty-redis-cluster.",
        "",
        &["steve0511/resty-redis-cluster"],
    ),
    row(
        A::UseClusterClient,
        Some(C::PerlRedis),
        "The Redis module knows no cluster: use Redis::ClusterRider.",
        "",
        &[],
    ),
    row(
        A::UseClusterClient,
        Some(C::RedisCli),
        "Start redis-cli with -c (and redis-benchmark with --cluster).",
        "",
        &[],
    ),
    row(
        A::UseNonClusterInstance,
        None,
        "If the framework has no cluster support, give it an instance that is no cluster.",
        "",
        &[],
    ),
    // A map that does not learn.
    row(
        A::RefreshSlotMap,
        None,
        "Let the client refresh its slot map by itself, on redirections and every 30 to 60 s: the option is called topology refresh (Lettuce, Jedis), slotsRefreshInterval (ioredis), ClusterStateReloadInterval (go-redis), periodicChecks (Valkey GLIDE).",
        "A client that never reloads its map is redirected for the moved slots until it restarts.",
        &["redis/lettuce#955", "redis/jedis#4041", "redis/ioredis#390"],
    ),
    row(
        A::RefreshSlotMap,
        Some(C::Lettuce),
        "Up to 6.x set ClusterTopologyRefreshOptions.enableAdaptiveRefreshTrigger(MOVED_REDIRECT, PERSISTENT_RECONNECTS) and enablePeriodicRefresh(30 to 60 s); Spring: spring.data.redis.lettuce.cluster.refresh.adaptive=true and .period=60s. From 7.0 the adaptive triggers are on.",
        "",
        &["redis/lettuce#955"],
    ),
    row(
        A::RefreshSlotMap,
        Some(C::Jedis),
        "Set topologyRefreshPeriod (Jedis 5.1 or later) on the cluster client.",
        "",
        &["redis/jedis#4041"],
    ),
    row(
        A::RefreshSlotMap,
        Some(C::Ioredis),
        "Set slotsRefreshInterval, and raise slotsRefreshTimeout: its 1000 ms are too short for large clusters.",
        "",
        &["redis/ioredis#390"],
    ),
    row(
        A::RefreshSlotMap,
        Some(C::RedisPy),
        "Lower reinitialize_steps of RedisCluster (default 5 MOVED before a full reload; 0 never reloads); rc.nodes_manager.initialize() reloads by hand.",
        "",
        &[],
    ),
    row(
        A::RefreshSlotMap,
        Some(C::GoRedis),
        "Lower ClusterOptions.ClusterStateReloadInterval (60 s, before 2026 10 s).",
        "",
        &[],
    ),
    row(
        A::RefreshSlotMap,
        Some(C::NodeRedis),
        "createCluster rediscovers on MOVED but never by itself: upgrade, and recreate the client on repeated MOVED.",
        "",
        &["redis/node-redis#3256"],
    ),
    row(
        A::RefreshSlotMap,
        Some(C::ValkeyGlide),
        "Leave periodicChecks enabled, or set its interval (default 60 s).",
        "",
        &[],
    ),
    row(
        A::RefreshSlotMap,
        Some(C::Phpredis),
        "Look at redis.clusters.cache_slots: a persistent slot cache outlives the topology that it was read from.",
        "",
        &[],
    ),
    row(
        A::RefreshSlotMap,
        Some(C::StackExchangeRedis),
        "Upgrade to 2.6.86 or later, which reconfigures on MOVED; configCheckSeconds (60) is the period.",
        "",
        &["StackExchange/StackExchange.Redis#2324"],
    ),
    row(
        A::RefreshSlotMap,
        Some(C::Redisson),
        "Lower scanInterval (5000 ms), and check in the INFO lines that the topology scan still reaches a node.",
        "",
        &["redisson/redisson#3162"],
    ),
    // Nothing wrong.
    row(A::NothingToDo, None, "Nothing: every client learned the new owner and went on.", "", &[]),
    row(A::RetryIdempotently, None, "If single commands failed, retry them where that is safe.", "", &[]),
    // Migrations.
    row(
        A::WaitForMigration,
        None,
        "Wait. A slot on its way answers ASK until it has arrived; run `CLUSTER NODES` twice, ten seconds apart, to see that it moves.",
        "",
        &["redis/redis#7929"],
    ),
    row(
        A::ClientMustSendAsking,
        None,
        "Clients have to send ASKING to the target and keep their slot map; every cluster client does.",
        "",
        &[],
    ),
    row(
        A::ReversedOnPurpose,
        None,
        "Find out whether someone sent these slots back on purpose: a reshard was undone, or two reshards work against each other.",
        "",
        &[],
    ),
    row(
        A::ProveNoReshardRuns,
        None,
        "First prove that no reshard is alive: no redis-cli --cluster process, operator job or provider maintenance, and the same open slots in CLUSTER NODES on every node, twice, ten seconds apart.",
        "A slot that still moves looks like a stuck one.",
        &["redis/redis#9421"],
    ),
    row(
        A::FindWhatBlocksMigrate,
        None,
        "Look for what stops the keys: a huge key in the slot, or IOERR, NOAUTH, BUSYKEY or LOADING in the output of the reshard.",
        "",
        &["redis/redis#4333", "redis/redis#2764"],
    ),
    row(
        A::FinishOpenSlot,
        None,
        "Only when those two steps show that nothing moves any more, all masters are reachable and a backup exists: resume the interrupted reshard; redis-cli --cluster fix is the last resort.",
        "New keys are being created on the target; closing the slot the wrong way orphans them.",
        &["redis/redis#4937", "redis/redis#1616"],
    ),
    // Failover.
    row(
        A::RetryThroughFailover,
        None,
        "Let commands be retried for as long as a failover takes: cluster-node-timeout (15 s unless changed) and about five seconds more.",
        "",
        &["redis/lettuce#1152", "redis/jedis#1120"],
    ),
    row(
        A::FindWhyNodeDied,
        None,
        "Find out why the old owner died or was thought dead: out of memory, a long command, a fork, the network.",
        "",
        &[],
    ),
    // Several owners.
    row(
        A::CompareClusterNodes,
        None,
        "Compare CLUSTER NODES and the config epochs of every node, the replicas too: find which nodes disagree about the slot, and since when.",
        "",
        &["redis/redis#3776", "redis/redis#10346"],
    ),
    row(
        A::SeparateTheClusters,
        None,
        "Compare the node ids that CLUSTER NODES shows at one address of each group. If they are two clusters, read their logs apart; if one client reaches both, its seeds or recycled pod addresses lead it into the wrong one.",
        "",
        &["redis/jedis#3595", "redis/jedis#2504"],
    ),
    row(
        A::OneNameForm,
        None,
        "Let all nodes announce one form of address (cluster-announce-ip, or cluster-announce-hostname with cluster-preferred-endpoint-type), and write seeds in the same form.",
        "",
        &[],
    ),
    // Addresses.
    row(
        A::AnnounceAddress,
        None,
        "Let every node announce an address that clients can reach: cluster-announce-ip with -port (or -tls-port) and -bus-port, or cluster-announce-hostname with cluster-preferred-endpoint-type hostname. A cluster that was created with 127.0.0.1 has to be created again.",
        "",
        &["redis/redis#2527", "Grokzen/docker-redis-cluster#34"],
    ),
    row(
        A::ManagedNetwork,
        None,
        "Open the network to every node, not just to the endpoint: security groups and routes; on Azure ports 13000+ (plain), 15000+ (TLS) or 8500 to 8599. With TLS by address, keep the name for verification (ioredis: dnsLookup: (a, cb) => cb(null, a)).",
        "",
        &["redis/ioredis#1587"],
    ),
    row(
        A::MapAddresses,
        None,
        "Or translate addresses in the client: natMap (ioredis), nodeAddressMap (node-redis), address_remap (redis-py), hostAndPortMapper (Jedis), natMapper (Redisson), MappingSocketAddressResolver (Lettuce).",
        "",
        &[],
    ),
    row(
        A::MapAddresses,
        Some(C::Ioredis),
        "Or translate addresses in the client: natMap.",
        "",
        &["redis/ioredis#1587"],
    ),
    row(
        A::MapAddresses,
        Some(C::NodeRedis),
        "Or translate addresses in the client: nodeAddressMap.",
        "",
        &[],
    ),
    row(A::MapAddresses, Some(C::RedisPy), "Or translate addresses in the client: address_remap.", "", &[]),
    row(A::MapAddresses, Some(C::Jedis), "Or translate addresses in the client: hostAndPortMapper.", "", &[]),
    row(A::MapAddresses, Some(C::Redisson), "Or translate addresses in the client: natMapper.", "", &[]),
    row(
        A::MapAddresses,
        Some(C::Lettuce),
        "Or translate addresses in the client: MappingSocketAddressResolver.",
        "",
        &[],
    ),
    row(
        A::ReadFromReplicas,
        None,
        "Read from replicas with the client's own mode, which sends READONLY on every connection: ReadFrom (Lettuce), ReadOnly or RouteByLatency (go-redis), scaleReads (ioredis), load_balancing_strategy (redis-py), useReplicas (node-redis), PreferReplica (StackExchange.Redis).",
        "READONLY is a state of the connection and lost on reconnect: a replica then answers MOVED for every key.",
        &["redis/redis-rb#1017"],
    ),
    row(
        A::ReadFromReplicas,
        Some(C::Lettuce),
        "Set ReadFrom on the cluster connection; it sends READONLY on every replica connection.",
        "",
        &[],
    ),
    row(
        A::ReadFromReplicas,
        Some(C::GoRedis),
        "Set ReadOnly, RouteByLatency or RouteRandomly in ClusterOptions.",
        "",
        &[],
    ),
    row(A::ReadFromReplicas, Some(C::Ioredis), "Set scaleReads: \"slave\" or \"all\".", "", &[]),
    row(A::ReadFromReplicas, Some(C::RedisPy), "Set load_balancing_strategy on RedisCluster.", "", &[]),
    row(
        A::ReadFromReplicas,
        Some(C::NodeRedis),
        "Set useReplicas; a write command alone means that the client takes it for a read (EXPIRE did).",
        "",
        &["redis/node-redis#3044"],
    ),
    row(A::ReadFromReplicas, Some(C::StackExchangeRedis), "Use CommandFlags.PreferReplica.", "", &[]),
    row(
        A::AnnounceHostname,
        None,
        "Set cluster-announce-hostname on every node, or go back to cluster-preferred-endpoint-type ip: a node without a name is announced as \"?\".",
        "",
        &["redis/lettuce#2290"],
    ),
    row(
        A::UpgradeForEmptyEndpoint,
        None,
        "Upgrade the client: an empty host means the host that was asked, and older clients do not know that.",
        "",
        &["phpredis/phpredis#2646", "redis/lettuce#2290"],
    ),
    row(
        A::StableNames,
        None,
        "Give nodes stable host names and announce them.",
        "",
        &["OT-CONTAINER-KIT/redis-operator#1782"],
    ),
    row(
        A::RefreshFromSeeds,
        None,
        "Let the client find nodes again through the seeds' names rather than the addresses it has learned.",
        "",
        &[],
    ),
    row(
        A::RefreshFromSeeds,
        Some(C::Lettuce),
        "Set dynamicRefreshSources(false), and a JVM DNS cache of 5 to 10 s.",
        "",
        &[],
    ),
    row(A::RefreshFromSeeds, Some(C::ValkeyGlide), "Set refreshTopologyFromInitialNodes.", "", &[]),
    row(
        A::RefreshFromSeeds,
        Some(C::Jedis),
        "Set a JVM DNS cache of 5 to 10 s (networkaddress.cache.ttl), so that the seeds' names lead to the new addresses.",
        "",
        &[],
    ),
    row(
        A::RollOneAtATime,
        None,
        "Replace one pod at a time, and wait until the cluster is ok again in between.",
        "",
        &[],
    ),
    row(
        A::UpgradeForAsking,
        None,
        "Upgrade the client, and any proxy in between: ASKING has to reach the target right before the command, on the same connection.",
        "",
        &[
            "redis/jedis#716",
            "redis/redis#6757",
            "RedisLabs/redis-cluster-proxy#52",
            "envoyproxy/envoy#31024",
        ],
    ),
    row(
        A::ReconnectOnSelfMoved,
        None,
        "Upgrade to a client that reconnects when a node redirects to itself.",
        "",
        &["redis/ioredis#1865"],
    ),
    row(
        A::ReconnectOnSelfMoved,
        Some(C::StackExchangeRedis),
        "Upgrade to 2.11.8 or later, which reconnects when a node redirects to itself.",
        "",
        &["StackExchange/StackExchange.Redis#3003"],
    ),
    row(
        A::ReconnectOnSelfMoved,
        Some(C::Ioredis),
        "Upgrade to a release that reconnects when a node redirects to itself.",
        "",
        &["redis/ioredis#2135"],
    ),
    row(
        A::ReconnectOnSelfMoved,
        Some(C::ValkeyGlide),
        "Upgrade to a release that reconnects when a node redirects to itself.",
        "",
        &["valkey-io/valkey-glide#5893"],
    ),
    row(
        A::ReconnectOnSelfMoved,
        Some(C::Redisson),
        "Use useClusterServers() against a cluster, and check that no address of the configuration is a balancer's.",
        "",
        &["redisson/redisson#3162", "redisson/redisson#4340"],
    ),
    row(
        A::ReconnectOnSelfMoved,
        Some(C::Envoy),
        "Use the cluster type envoy.clusters.redis and enable_redirection.",
        "",
        &["envoyproxy/envoy#21564"],
    ),
    row(
        A::NoBalancerInFront,
        None,
        "Take balancers and round-robin names out of the way to cluster nodes: every connection has to end at the node that it names.",
        "",
        &["redis/ioredis#1865"],
    ),
    row(
        A::UpgradePipeline,
        None,
        "Upgrade the client: pipelines, MULTI, scripts and sharded publish/subscribe learned to follow redirections late.",
        "",
        &["redis/jedis#3915", "redis/node-redis#3394", "redis/ioredis#2075"],
    ),
    row(
        A::RetryWholeTransaction,
        None,
        "Retry a refused transaction or pipeline as a whole, from its first command.",
        "",
        &["redis/ioredis#1987"],
    ),
    row(
        A::PlainCommandAsNudge,
        None,
        "Send a plain command now and then, or refresh the slot map periodically: a client that only sends pipelines may never reload it.",
        "",
        &["whatyouhide/redix#321"],
    ),
    row(
        A::RepairOwner,
        None,
        "Repair the owner that cannot be reached, or the network to it. The redirection only tells where the slot lives.",
        "",
        &["redis/go-redis#753", "redis/ioredis#1195"],
    ),
    row(
        A::FewerCrossNodeRetries,
        None,
        "Lower retries that go to another node: they only bring the same redirection back.",
        "",
        &["redis/go-redis#1001"],
    ),
    row(
        A::UpgradeForCommand,
        None,
        "Upgrade the client: this one sends {command} to the wrong node, and all else right.",
        "",
        &["redis/go-redis#1501", "redis-rs/redis-rs#1814", "whatyouhide/redix#311"],
    ),
    row(
        A::CredentialsOnAllNodes,
        None,
        "Give user name, password and TLS as defaults of the whole cluster client, not with each seed: nodes that it learns of need them too.",
        "",
        &["kamailio/kamailio#4907"],
    ),
    row(
        A::FindTheTool,
        None,
        "Find what asks at this interval: an exporter, a health check, a cron job, redis-benchmark without --cluster. Let it use cluster mode or a key of its own node.",
        "",
        &[],
    ),
    // Other errors.
    row(
        A::UseHashTags,
        None,
        "Put the same hash tag {...} into all keys that one command, transaction or script uses.",
        "Keys of one command have to share a slot, even when all their slots are on one node.",
        &[],
    ),
    row(
        A::RestoreQuorum,
        None,
        "Bring the missing masters back, or promote their replicas; then check that all 16384 slots are covered.",
        "",
        &[],
    ),
    row(
        A::ReachAnyNode,
        None,
        "Check from the client's machine that at least one seed resolves and accepts a connection, with the right port, TLS and credentials.",
        "",
        &[],
    ),
    row(
        A::WriteToMaster,
        None,
        "Send writes to masters: through cluster mode, or by leaving READONLY connections to reads.",
        "",
        &[],
    ),
    row(
        A::WaitForLoading,
        None,
        "Wait until the node has loaded its data or found its master again; retry meanwhile.",
        "",
        &[],
    ),
    row(
        A::CheckCredentials,
        None,
        "Check user name, password and ACL against the node that refused.",
        "",
        &[],
    ),
    row(
        A::FindRedirectLoop,
        None,
        "Find what sends the client round: the redirection behind the limit, or plain connection failures that the client words alike.",
        "Jedis words connection failures as too many redirections as well.",
        &["redis/jedis#1088"],
    ),
    row(
        A::LongerLog,
        None,
        "Undecided. Take a log from process start to two minutes after the last hit, and run the commands below, in this order.",
        "",
        &[],
    ),
    row(A::RuleWorkarounds, None, "See the workarounds of the rule.", "", &[]),
    // Dead ends.
    row(
        A::NotAnotherSeed,
        None,
        "Another node in the URL.",
        "It only moves the gap: every node sends away what it does not own.",
        &[],
    ),
    row(
        A::NotMoreRetries,
        None,
        "More addresses, retries or a longer limit on the same client.",
        "The same node gives the same answer.",
        &[],
    ),
    row(
        A::NotFollowByHand,
        None,
        "Following MOVED by hand in the application.",
        "Without a slot map every command takes two round trips, and ASK and failovers are still missing.",
        &[],
    ),
    row(
        A::NotRestart,
        None,
        "Restarting clients.",
        "It reads the map once more and hides the cause until the next change.",
        &["StackExchange/StackExchange.Redis#1266"],
    ),
    row(
        A::NotRaiseMaxRedirects,
        None,
        "Raising the redirect limit.",
        "A map or a client that is wrong is wrong after more redirections too.",
        &["redis/ioredis#787"],
    ),
    row(
        A::NotClusterSlotsCall,
        None,
        "Calling rc.cluster_slots().",
        "It returns the map and changes nothing; rc.nodes_manager.initialize() reloads it.",
        &[],
    ),
    row(
        A::NotRebalanceOrFix,
        None,
        "Running rebalance or --cluster fix.",
        "The servers' slots are not what is wrong: MOVED is an answer, not a loss of data.",
        &[],
    ),
    row(
        A::NotFixWhileMigrating,
        None,
        "Running --cluster fix, rebalance or SETSLOT, or restarting nodes, while a migration may be running.",
        "They decide about open slots while keys are on two nodes.",
        &["redis/redis#9463", "redis/redis#4937"],
    ),
    row(
        A::NotRefreshOnAsk,
        None,
        "Refreshing the slot map on ASK.",
        "The map is right until the slot has arrived; reloading on every ASK is a storm of its own.",
        &["redis/rueidis#589"],
    ),
    row(
        A::NotStableBothSides,
        None,
        "SETSLOT ... STABLE on both nodes.",
        "Keys that were created on the target drop out of sight.",
        &["redis/redis#4937"],
    ),
    row(
        A::NotFixUnreachable,
        None,
        "--cluster-fix-with-unreachable-masters, killing nodes or FLUSHALL.",
        "redis-cli itself warns that data gets lost.",
        &[],
    ),
    row(
        A::NotLongerTimeouts,
        None,
        "Longer connect timeouts.",
        "An address that cannot be reached stays so.",
        &[],
    ),
    row(
        A::NotSeedPortOnly,
        None,
        "Publishing the seed's port only.",
        "Redirections name every node.",
        &["Grokzen/docker-redis-cluster#34"],
    ),
    row(
        A::NotAnnounceOnManaged,
        None,
        "Setting cluster-announce options on a managed service.",
        "The provider sets them.",
        &[],
    ),
    row(
        A::NotStoreAskInMap,
        None,
        "Storing the target of an ASK in the slot map.",
        "The source still owns the slot; the next command for it would be sent back.",
        &["redis/jedis#716"],
    ),
    row(
        A::NotCallItSplitBrain,
        None,
        "Calling every change of targets a split brain.",
        "A slot that closes, two clusters in one log and one node with two names look alike at first sight.",
        &["redis/ioredis#787", "redis/redis#1799"],
    ),
    row(
        A::NotRestartAllPods,
        None,
        "Restarting all pods at once.",
        "When all addresses change together, no client knows a living one.",
        &[],
    ),
    // Read-only commands.
    row(
        A::SeeClusterNodesTwice,
        None,
        "`redis-cli {target} CLUSTER NODES` on every node, twice, ten seconds apart: open slots ([slot->-id]) that change move, frozen ones are stuck.",
        "",
        &[],
    ),
    row(
        A::SeeClusterInfo,
        None,
        "`redis-cli {target} CLUSTER INFO`: cluster_state, cluster_slots_ok, cluster_known_nodes and the epochs.",
        "",
        &[],
    ),
    row(
        A::SeeKeysInSlot,
        None,
        "`redis-cli {source} CLUSTER COUNTKEYSINSLOT {slot}`, then the same with {target}: one falls while the other rises.",
        "",
        &[],
    ),
    row(
        A::SeeClusterCheck,
        None,
        "`redis-cli --cluster check HOST:PORT` (reads only): open slots, uncovered slots, nodes that disagree.",
        "",
        &[],
    ),
    row(
        A::SeeMigrationStatus,
        None,
        "`CLUSTER GETSLOTMIGRATIONS` (Valkey 9) or `CLUSTER MIGRATION STATUS ALL` (Redis 8.4): migrations that the servers run themselves.",
        "",
        &[],
    ),
    row(
        A::SeeErrorstats,
        None,
        "`redis-cli {target} INFO errorstats` on every node, twice, a minute apart: how fast errorstat_MOVED and errorstat_ASK grow.",
        "",
        &[],
    ),
    row(
        A::SeeClientList,
        None,
        "`redis-cli {target} CLIENT LIST`: lib-name, lib-ver and addr tell which client is redirected (Redis 7.2 or later).",
        "",
        &[],
    ),
    row(
        A::SeeServerLog,
        None,
        "Server logs: \"Marking node ... as failing\", \"Failover election won\".",
        "",
        &[],
    ),
    row(A::SeeReachability, None, "From the client's machine: `redis-cli {target} PING`.", "", &[]),
    row(
        A::SeeFixed,
        None,
        "Fixed means: errorstat_MOVED grows by about 0 on all nodes over five minutes of normal traffic, no slot is open, and the same redirection does not come back for four minutes.",
        "",
        &[],
    ),
    row(
        A::SeeSlotStats,
        None,
        "`redis-cli {target} CLUSTER SLOT-STATS SLOTSRANGE {slot} {slot}` (Valkey 8, Redis 8.2 or later): what the hot slot costs.",
        "",
        &[],
    ),
    row(
        A::SeeLogFromStart,
        None,
        "The client's constructor, version and its log from process start.",
        "",
        &[],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_has_a_text_for_everybody() {
        for &id in AdviceId::ALL {
            assert!(TABLE.iter().any(|row| row.id == id && row.client.is_none()), "{}", id.id());
        }
    }

    #[test]
    fn no_text_twice_and_no_loose_placeholder() {
        for (i, row) in TABLE.iter().enumerate() {
            let twice = TABLE[i + 1..].iter().any(|other| (other.id, other.client) == (row.id, row.client));
            assert!(!twice, "{} {:?}", row.id.id(), row.client);
            let mut text = row.text.en.to_owned();
            for param in PLACEHOLDERS {
                text = text.replace(param.placeholder(), "");
            }
            let odd = text
                .replace("{...}", "")
                .replace("[{ host, port }]", "")
                .replace("({ rootNodes: [...] })", "");
            assert!(!odd.contains('{'), "{}: {}", row.id.id(), row.text.en);
            assert!(!row.text.en.is_empty());
        }
    }

    #[test]
    fn dead_ends_say_why() {
        for row in TABLE.iter().filter(|row| row.id.id().starts_with("not-")) {
            assert!(!row.why.en.is_empty(), "{}", row.id.id());
        }
    }

    #[test]
    fn sources_are_threads_or_repositories() {
        for source in TABLE.iter().flat_map(|row| row.sources) {
            let (repository, number) = source.split_once('#').unwrap_or((source, "1"));
            assert_eq!(repository.split('/').count(), 2, "{source}");
            assert!(number.parse::<u32>().is_ok(), "{source}");
        }
    }
}
