//! The texts that prove something, one table. Sources: the clients' own source code
//! and their error messages as logged.

use super::Hint::{
    CommandObject, CommandText, GaveUp, PythonFamily, RedisWord, ReplyCode, ReplyError, RubySuffix,
};
use super::Sign::{self, Hint as H, Mark as M, Of};
use super::checks::{
    Check, after_redirection, anywhere, capital_next, cluster_reply, code_word, eval_word, jedis_cluster,
    logger, moving_count, name_start, name_then_args, no_english_word, php_class, server_logfmt,
    slot_and_endpoint, slot_from, word,
};
use crate::model::Client::*;
use crate::model::PathMark::{
    ClusterClient, Escaped, Followed, Pipeline, PubSub, Script, StandaloneClient, Transaction,
};

/// A text, whether its letters' case matters, what must stand around it, and what it
/// then proves.
pub(super) struct Needle {
    pub(super) text: &'static str,
    pub(super) exact: bool,
    pub(super) check: Check,
    pub(super) signs: &'static [Sign],
}

/// Case of the letters does not matter: pipelines lower-case whole lines.
const fn any(text: &'static str, check: Check, signs: &'static [Sign]) -> Needle {
    Needle { text, exact: false, check, signs }
}

/// Only these bytes.
const fn exact(text: &'static str, check: Check, signs: &'static [Sign]) -> Needle {
    Needle { text, exact: true, check, signs }
}

/// Everything that is looked for.
pub(super) fn all() -> impl Iterator<Item = &'static Needle> {
    [WORDS, PYTHON, JVM, JAVASCRIPT, GO, DOTNET, RUST, RUBY, PHP, OTHERS, TOOLS, SERVER, PATHS]
        .into_iter()
        .flatten()
}

const WORDS: &[Needle] = &[
    any("redis", no_english_word, &[H(RedisWord)]),
    any("valkey", anywhere, &[H(RedisWord)]),
    any("hashslot", anywhere, &[H(RedisWord)]),
    any("hash slot", anywhere, &[H(RedisWord)]),
];

const PYTHON: &[Needle] = &[
    any("redis.exceptions.", name_start, &[Of(RedisPy), M(Escaped)]),
    any("django_redis", word, &[Of(RedisPy)]),
    exact("ConnectionInterrupted: Redis ", anywhere, &[Of(RedisPy), M(Escaped)]),
    // Kombu's transport is the plain client.
    exact("consumer: Cannot connect to redis", anywhere, &[Of(RedisPy), M(StandaloneClient), M(Escaped)]),
    // A redirection that the cluster client logs itself is one that it follows.
    exact("redis.cluster", logger, &[Of(RedisPy), M(ClusterClient), M(Followed)]),
    exact("redis.connection", logger, &[Of(RedisPy)]),
    exact("redis.asyncio.cluster", logger, &[Of(RedisPy), M(ClusterClient)]),
    exact("redis/cluster.py", word, &[Of(RedisPy), M(ClusterClient)]),
    exact("redis/asyncio/cluster.py", word, &[Of(RedisPy), M(ClusterClient)]),
    exact("redis/client.py", word, &[Of(RedisPy), M(StandaloneClient)]),
    exact("redis/asyncio/client.py", word, &[Of(RedisPy), M(StandaloneClient)]),
    exact("redis/connection.py", word, &[Of(RedisPy)]),
    exact("redis/asyncio/connection.py", word, &[Of(RedisPy)]),
    exact("redis/_parsers/", word, &[Of(RedisPy)]),
    exact("redis/exceptions.py", word, &[Of(RedisPy)]),
    exact("redis\\cluster.py", word, &[Of(RedisPy), M(ClusterClient)]),
    exact("redis\\client.py", word, &[Of(RedisPy), M(StandaloneClient)]),
    exact("redis\\connection.py", word, &[Of(RedisPy)]),
    // Only a plain connection leaves the code word in place (before 6.0).
    exact("exceptions.ResponseError: MOVED ", anywhere, &[M(StandaloneClient)]),
    exact("exceptions.ResponseError: ASK ", anywhere, &[M(StandaloneClient)]),
    exact("pipeline caused error: MOVED ", anywhere, &[M(StandaloneClient)]),
    exact("pipeline caused error: ASK ", anywhere, &[M(StandaloneClient)]),
    exact("exceptions.RedisClusterException", anywhere, &[M(ClusterClient)]),
    exact("exceptions.ClusterError", anywhere, &[M(ClusterClient), H(GaveUp)]),
    exact("SlotNotCoveredError", anywhere, &[H(PythonFamily), M(ClusterClient), M(Escaped)]),
    exact("error received for command ", anywhere, &[H(PythonFamily), M(ClusterClient), M(Followed)]),
    exact("of pipeline caused error: ", anywhere, &[H(PythonFamily), M(Pipeline), M(Escaped)]),
    exact("ClusterCrossSlotError(", word, &[H(PythonFamily), M(Escaped)]),
    exact("MovedError('", word, &[H(PythonFamily), M(Escaped)]),
    exact("MovedError(\"", word, &[H(PythonFamily), M(Escaped)]),
    exact("AskError('", word, &[H(PythonFamily), M(Escaped)]),
    exact("AskError(\"", word, &[H(PythonFamily), M(Escaped)]),
    exact("server:MovedError", word, &[H(PythonFamily), M(Escaped)]),
    exact("server:AskError", word, &[H(PythonFamily), M(Escaped)]),
    exact("server:TryAgainError", word, &[H(PythonFamily), M(Escaped)]),
    exact("server:ClusterDownError", word, &[H(PythonFamily), M(Escaped)]),
    exact("server:ClusterCrossSlotError", word, &[H(PythonFamily), M(Escaped)]),
    exact("server:RedisClusterException", word, &[H(PythonFamily), M(Escaped)]),
    exact("network:BusyLoadingError", word, &[H(PythonFamily), M(Escaped)]),
    any("rediscluster.exceptions.", name_start, &[Of(RedisPyCluster), M(ClusterClient), M(Escaped)]),
    exact("rediscluster.client", logger, &[Of(RedisPyCluster), M(ClusterClient), M(Followed)]),
    exact("rediscluster.connection", logger, &[Of(RedisPyCluster), M(ClusterClient)]),
    exact("rediscluster.nodemanager", logger, &[Of(RedisPyCluster), M(ClusterClient)]),
    exact("rediscluster/client.py", word, &[Of(RedisPyCluster), M(ClusterClient)]),
    exact("rediscluster/connection.py", word, &[Of(RedisPyCluster), M(ClusterClient)]),
    exact("rediscluster/nodemanager.py", word, &[Of(RedisPyCluster), M(ClusterClient)]),
    exact("rediscluster/pipeline.py", word, &[Of(RedisPyCluster), M(ClusterClient), M(Pipeline)]),
    exact(
        "not covered by the cluster. \"skip_full_coverage_check=",
        anywhere,
        &[Of(RedisPyCluster), M(ClusterClient)],
    ),
    any("aioredis.", name_start, &[Of(Aioredis)]),
    exact("aioredis/", word, &[Of(Aioredis)]),
    any("coredis.exceptions.", name_start, &[Of(Coredis), M(Escaped)]),
    exact("coredis.", name_start, &[Of(Coredis)]),
    exact("coredis/", word, &[Of(Coredis)]),
    exact("coredis/client/cluster.py", word, &[Of(Coredis), M(ClusterClient)]),
    any("valkey.exceptions.", name_start, &[Of(ValkeyPy), M(Escaped)]),
    exact("valkey.cluster", logger, &[Of(ValkeyPy), M(ClusterClient)]),
    exact("valkey.connection", logger, &[Of(ValkeyPy)]),
    exact("valkey/cluster.py", word, &[Of(ValkeyPy), M(ClusterClient)]),
    exact("valkey/asyncio/cluster.py", word, &[Of(ValkeyPy), M(ClusterClient)]),
    exact("valkey/client.py", word, &[Of(ValkeyPy), M(StandaloneClient)]),
    exact("valkey/asyncio/client.py", word, &[Of(ValkeyPy), M(StandaloneClient)]),
    exact("valkey/connection.py", word, &[Of(ValkeyPy)]),
    exact("valkey/_parsers/", word, &[Of(ValkeyPy)]),
];

const JVM: &[Needle] = &[
    any("redis.clients.jedis", anywhere, &[Of(Jedis)]),
    // Loggers abbreviated by logback and log4j2.
    exact("r.c.j.", name_start, &[Of(Jedis)]),
    exact("r.c.jedis.", name_start, &[Of(Jedis)]),
    any("redis.clients.jedis.exceptions.", anywhere, &[Of(Jedis), M(Escaped)]),
    any("JedisMovedDataException", word, &[Of(Jedis), M(Escaped)]),
    any("JedisAskDataException", word, &[Of(Jedis), M(Escaped)]),
    any("JedisDataException", word, &[Of(Jedis), M(Escaped)]),
    any("JedisConnectionException", word, &[Of(Jedis), M(Escaped)]),
    exact("JedisCluster", jedis_cluster, &[Of(Jedis), M(ClusterClient)]),
    exact("JedisNoReachableClusterNode", word, &[Of(Jedis), M(ClusterClient)]),
    exact("ClusterCommandExecutor", word, &[M(ClusterClient)]),
    exact("No more cluster attempts left.", anywhere, &[Of(Jedis), M(ClusterClient), M(Escaped), H(GaveUp)]),
    exact(
        "Cluster retry deadline exceeded.",
        anywhere,
        &[Of(Jedis), M(ClusterClient), M(Escaped), H(GaveUp)],
    ),
    exact("Too many Cluster redirections?", anywhere, &[Of(Jedis), M(ClusterClient), M(Escaped), H(GaveUp)]),
    exact("Redirected by server to ", anywhere, &[Of(Jedis), M(ClusterClient), M(Followed)]),
    exact("redis.clients.jedis.Jedis.", anywhere, &[M(StandaloneClient)]),
    exact("redis.clients.jedis.JedisPool", anywhere, &[M(StandaloneClient)]),
    exact("connection.jedis.JedisConnection.", anywhere, &[M(StandaloneClient)]),
    exact("redis.clients.jedis.Pipeline", anywhere, &[M(Pipeline)]),
    exact("redis.clients.jedis.MultiNodePipeline", anywhere, &[M(Pipeline)]),
    exact("redis.clients.jedis.Transaction", anywhere, &[M(Transaction)]),
    any("io.lettuce.", name_start, &[Of(Lettuce)]),
    any("com.lambdaworks.redis", name_start, &[Of(Lettuce)]),
    exact("i.l.core.", name_start, &[Of(Lettuce)]),
    exact("i.l.c.", name_start, &[Of(Lettuce)]),
    exact("[lettuce-", anywhere, &[Of(Lettuce)]),
    any("RedisCommandExecutionException", word, &[Of(Lettuce), M(Escaped)]),
    exact("[output=null, error='", anywhere, &[Of(Lettuce)]),
    exact("PartitionSelectorException", word, &[Of(Lettuce), M(ClusterClient), M(Escaped)]),
    exact("Cannot determine a partition ", anywhere, &[Of(Lettuce), M(ClusterClient)]),
    exact("UnknownPartitionException", word, &[Of(Lettuce), M(ClusterClient), M(Escaped)]),
    exact("ClusterTopologyRefresh", word, &[Of(Lettuce), M(ClusterClient)]),
    exact("io.lettuce.core.cluster.", name_start, &[M(ClusterClient)]),
    exact("lambdaworks.redis.cluster.", anywhere, &[M(ClusterClient)]),
    exact("RedisAdvancedCluster", anywhere, &[Of(Lettuce), M(ClusterClient)]),
    exact("ClusterDistributionChannelWriter", word, &[Of(Lettuce), M(ClusterClient)]),
    exact("StatefulRedisClusterConnection", word, &[Of(Lettuce), M(ClusterClient)]),
    exact("RedisClusterClient", word, &[M(ClusterClient)]),
    exact("LettuceClusterConnection", word, &[Of(Lettuce), M(ClusterClient)]),
    exact("LettuceConnection", word, &[Of(Lettuce), M(StandaloneClient)]),
    any("org.redisson", name_start, &[Of(Redisson)]),
    exact("redisson-netty", anywhere, &[Of(Redisson)]),
    any("org.redisson.client.Redis", name_start, &[M(Escaped)]),
    exact("RedisMovedException", word, &[Of(Redisson), M(Escaped)]),
    exact("RedisAskException", word, &[Of(Redisson), M(Escaped)]),
    // Thrown by the single-server mode too, so it is no mark of a cluster client.
    exact("MOVED redirection loop detected", anywhere, &[Of(Redisson), M(Escaped), H(GaveUp)]),
    exact("Node for slot: ", word, &[Of(Redisson)]),
    exact("Redis cluster nodes configuration got from ", anywhere, &[Of(Redisson), M(ClusterClient)]),
    exact("ClusterConnectionManager", word, &[Of(Redisson), M(ClusterClient)]),
    exact("org.redisson.cluster.", name_start, &[M(ClusterClient)]),
    exact("org.redisson.connection.SingleConnectionManager", name_start, &[M(StandaloneClient)]),
    exact("org.redisson.command.CommandBatchService", name_start, &[M(Pipeline)]),
    any("io.vertx.redis", name_start, &[Of(VertxRedis)]),
    any("io.quarkus.redis", name_start, &[Of(VertxRedis)]),
    exact(
        "Redirect inside a transaction: ",
        anywhere,
        &[Of(VertxRedis), M(ClusterClient), M(Transaction), M(Escaped)],
    ),
    exact("Failed ASKING: ", anywhere, &[Of(VertxRedis), M(ClusterClient), M(Escaped)]),
    exact("Keys of command or batch: \"", anywhere, &[Of(VertxRedis), M(ClusterClient)]),
    exact("executePipelined", anywhere, &[M(Pipeline)]),
];

const JAVASCRIPT: &[Needle] = &[
    // The word start keeps Python's aioredis out.
    any("ioredis", word, &[Of(Ioredis)]),
    any("iovalkey", word, &[Of(Ioredis)]),
    exact("SimpleError [ReplyError]", word, &[Of(Ioredis), M(Escaped)]),
    exact(
        "Too many Cluster redirections. Last error",
        anywhere,
        &[Of(Ioredis), M(ClusterClient), M(Escaped), H(GaveUp)],
    ),
    exact("ClusterAllFailedError", word, &[Of(Ioredis), M(ClusterClient), M(Escaped)]),
    exact("Failed to refresh slots cache", anywhere, &[Of(Ioredis), M(ClusterClient), M(Escaped)]),
    exact("None of startup nodes is available", anywhere, &[Of(Ioredis), M(ClusterClient), M(Escaped)]),
    exact(
        "Cluster isn't ready and enableOfflineQueue",
        anywhere,
        &[Of(Ioredis), M(ClusterClient), M(Escaped)],
    ),
    exact(
        "keys in the pipeline should belong to the same slot",
        anywhere,
        &[Of(Ioredis), M(ClusterClient), M(Pipeline), M(Escaped)],
    ),
    exact("ioredis:cluster ", word, &[M(ClusterClient)]),
    exact("ioredis:cluster command ", word, &[M(Followed)]),
    exact("ioredis/built/cluster", word, &[M(ClusterClient)]),
    exact("ioredis/lib/cluster", word, &[M(ClusterClient)]),
    exact("ioredis/built/Pipeline", word, &[M(Pipeline)]),
    exact("ioredis/built/pipeline", word, &[M(Pipeline)]),
    // The user's hook runs before the client follows the redirection.
    exact("reconnectOnError", anywhere, &[M(Followed)]),
    exact("ReplyError", word, &[H(ReplyError), M(Escaped)]),
    exact("command: { name: '", anywhere, &[H(CommandObject)]),
    exact("\"command\":{\"name\":\"", anywhere, &[H(CommandObject)]),
    exact("\\\"command\\\":{\\\"name\\\":\\\"", anywhere, &[H(CommandObject)]),
    // What is left of an ioredis error after `JSON.stringify`.
    exact("\"command\":{\"name\":\"", name_then_args, &[Of(Ioredis)]),
    exact("\\\"command\\\":{\\\"name\\\":\\\"", name_then_args, &[Of(Ioredis)]),
    exact("command: '", capital_next, &[H(CommandText)]),
    exact("\"command\":\"", capital_next, &[H(CommandText)]),
    exact("\\\"command\\\":\\\"", capital_next, &[H(CommandText)]),
    exact("code: 'MOVED'", anywhere, &[H(ReplyCode)]),
    exact("code: 'ASK'", anywhere, &[H(ReplyCode)]),
    exact("\"code\":\"MOVED\"", anywhere, &[H(ReplyCode)]),
    exact("\"code\":\"ASK\"", anywhere, &[H(ReplyCode)]),
    any("@redis/client", anywhere, &[Of(NodeRedis)]),
    any("@node-redis/client", anywhere, &[Of(NodeRedis)]),
    exact("node_modules/redis/", anywhere, &[Of(NodeRedis)]),
    exact("@redis/client/dist/lib/cluster/", anywhere, &[M(ClusterClient)]),
    exact("@node-redis/client/dist/lib/cluster/", anywhere, &[M(ClusterClient)]),
    exact("ErrorReply: ", word, &[Of(NodeRedis), M(Escaped)]),
    exact("SimpleError: ", word, &[Of(NodeRedis), M(Escaped)]),
    exact("MaxCommandRedirectionsError", word, &[Of(NodeRedis), M(ClusterClient), M(Escaped), H(GaveUp)]),
    exact("RootNodesUnavailableError", word, &[Of(NodeRedis), M(ClusterClient), M(Escaped)]),
    exact("Too many Cluster redirections", anywhere, &[M(ClusterClient), M(Escaped), H(GaveUp)]),
];

const GO: &[Needle] = &[
    exact("github.com/redis/go-redis", anywhere, &[Of(GoRedis)]),
    exact("github.com/go-redis/redis", anywhere, &[Of(GoRedis)]),
    exact("osscluster.go", anywhere, &[Of(GoRedis), M(ClusterClient)]),
    exact("(*ClusterClient).", anywhere, &[M(ClusterClient)]),
    exact("/v9.(*Client).", anywhere, &[M(StandaloneClient)]),
    exact("/v8.(*Client).", anywhere, &[M(StandaloneClient)]),
    exact("/v7.(*Client).", anywhere, &[M(StandaloneClient)]),
    exact("proto.MovedError", name_start, &[Of(GoRedis), M(Escaped)]),
    exact("&proto.MovedError", anywhere, &[Of(GoRedis), M(Escaped)]),
    exact("&proto.AskError", anywhere, &[Of(GoRedis), M(Escaped)]),
    exact("proto.AskError", name_start, &[Of(GoRedis), M(Escaped)]),
    exact("proto.RedisError", name_start, &[Of(GoRedis), M(Escaped)]),
    exact("redis: cluster has no nodes", anywhere, &[Of(GoRedis), M(ClusterClient), M(Escaped)]),
    exact("redis: Watch requires all keys", anywhere, &[Of(GoRedis), M(ClusterClient), M(Transaction)]),
    exact("processPipeline", anywhere, &[M(Pipeline)]),
    exact("rocessTxPipeline", anywhere, &[M(Pipeline), M(Transaction)]),
    exact("(*Pipeline).", anywhere, &[M(Pipeline)]),
    exact("github.com/redis/rueidis", anywhere, &[Of(Rueidis)]),
    exact("github.com/rueian/rueidis", anywhere, &[Of(Rueidis)]),
    exact("github.com/valkey-io/valkey-go", anywhere, &[Of(Rueidis)]),
    exact("rueidis.", word, &[Of(Rueidis)]),
    exact("the slot has no redis node", anywhere, &[Of(Rueidis), M(ClusterClient), M(Escaped)]),
    exact("the slot has no valkey node", anywhere, &[Of(Rueidis), M(ClusterClient), M(Escaped)]),
    exact(
        "multi key command with different key slots are not allowed",
        anywhere,
        &[Of(Rueidis), M(ClusterClient)],
    ),
    exact("cross slot command in Dedicated is prohibited", anywhere, &[Of(Rueidis), M(ClusterClient)]),
    exact("no alive address in InitAddress", anywhere, &[Of(Rueidis)]),
    exact("github.com/gomodule/redigo", anywhere, &[Of(Redigo)]),
    exact("github.com/garyburd/redigo", anywhere, &[Of(Redigo)]),
    // redisc builds a cluster client on redigo; it has no id of its own.
    exact("redisc: ", word, &[M(ClusterClient)]),
    exact("redisc: too many attempts", word, &[M(Escaped), H(GaveUp)]),
    exact("github.com/mediocregopher/radix", anywhere, &[Of(Radix)]),
    exact(
        "cluster action redirected too many times",
        anywhere,
        &[Of(Radix), M(ClusterClient), M(Escaped), H(GaveUp)],
    ),
    exact("no cluster slots assigned", anywhere, &[Of(Radix), M(ClusterClient)]),
];

const DOTNET: &[Needle] = &[
    any("StackExchange.Redis", anywhere, &[Of(StackExchangeRedis)]),
    any("StackExchange.Redis.RedisServerException", anywhere, &[M(Escaped)]),
    any("StackExchange.Redis.RedisC", anywhere, &[M(Escaped)]),
    // Set by the library itself when it sends a command the second time.
    exact("CommandFlags.NoRedirect", anywhere, &[Of(StackExchangeRedis), M(ClusterClient), M(Escaped)]),
    exact("serving hashslot ", anywhere, &[Of(StackExchangeRedis), M(ClusterClient), M(Escaped)]),
    exact("ServiceStack.Redis", word, &[Of(DotnetOther)]),
    exact("FreeRedis.", word, &[Of(DotnetOther)]),
    exact("CSRedis.", word, &[Of(DotnetOther)]),
    exact("NewLife.Redis", word, &[Of(DotnetOther)]),
];

const RUST: &[Needle] = &[
    exact("An error was signalled by the server", anywhere, &[Of(RedisRs), M(Escaped)]),
    exact("An error was signalled by the server: - ", anywhere, &[Of(ValkeyGlide), M(Escaped)]),
    exact("Moved: ", slot_and_endpoint, &[Of(RedisRs), M(Escaped)]),
    exact("Ask: ", slot_and_endpoint, &[Of(RedisRs), M(Escaped)]),
    exact("TryAgain: Multiple keys request", word, &[Of(RedisRs), M(Escaped)]),
    exact("CrossSlot: Keys in request", word, &[Of(RedisRs), M(Escaped)]),
    exact("ClusterDown: The cluster is down", word, &[Of(RedisRs), M(Escaped)]),
    exact("ClusterDown: Hash slot not served", word, &[Of(RedisRs), M(Escaped)]),
    exact("MasterDown: Link with MASTER", word, &[Of(RedisRs), M(Escaped)]),
    exact("ReadOnly: You can", word, &[Of(RedisRs), M(Escaped)]),
    exact("BusyLoading: Redis is loading", word, &[Of(RedisRs), M(Escaped)]),
    exact("BusyLoading: Valkey is loading", word, &[Of(RedisRs), M(Escaped)]),
    exact("\"UNBLOCKED\": ", anywhere, &[Of(RedisRs), M(Escaped)]),
    exact("Pipeline failure: [(Index ", anywhere, &[Of(RedisRs), M(Pipeline), M(Escaped)]),
    exact("Pipeline failures: [(Index ", anywhere, &[Of(RedisRs), M(Pipeline), M(Escaped)]),
    exact("Transaction aborted: [(Index ", anywhere, &[Of(RedisRs), M(Transaction), M(Escaped)]),
    exact("Missing slot coverage", anywhere, &[Of(RedisRs), M(ClusterClient), M(Escaped)]),
    exact("It failed to check startup nodes.", anywhere, &[Of(RedisRs), M(ClusterClient), M(Escaped)]),
    exact("Failed to create initial connections", anywhere, &[Of(RedisRs), M(ClusterClient), M(Escaped)]),
    exact("async cluster client recovery: ", anywhere, &[Of(RedisRs), M(ClusterClient)]),
    exact("redis::cluster", name_start, &[Of(RedisRs), M(ClusterClient)]),
    exact("redis::aio::", name_start, &[Of(RedisRs)]),
    exact("Cluster Error: ", cluster_reply, &[Of(Fred), M(Escaped)]),
    exact(", kind: Cluster }", anywhere, &[Of(Fred), M(Escaped)]),
    exact("fred::", name_start, &[Of(Fred)]),
    exact("fred::router::clustered", name_start, &[M(ClusterClient)]),
    exact(
        "Routing Error: Too many redirections.",
        anywhere,
        &[Of(Fred), M(ClusterClient), M(Escaped), H(GaveUp)],
    ),
    exact(
        "Unknown Error: Too many redirections.",
        anywhere,
        &[Of(Fred), M(ClusterClient), M(Escaped), H(GaveUp)],
    ),
    exact(
        "Unknown Error: Max redirections exceeded",
        anywhere,
        &[Of(Fred), M(ClusterClient), M(Transaction), M(Escaped), H(GaveUp)],
    ),
    exact("Syncing cluster after ", anywhere, &[Of(Fred), M(ClusterClient), M(Followed)]),
    exact("Error syncing cluster after redirect", anywhere, &[Of(Fred), M(ClusterClient)]),
    exact("rustis::", name_start, &[Of(Rustis)]),
    exact("glide_shared.", name_start, &[Of(ValkeyGlide)]),
    exact("glide.exceptions.", name_start, &[Of(ValkeyGlide), M(Escaped)]),
    any("glide.api.models", name_start, &[Of(ValkeyGlide), M(Escaped)]),
    any("valkey-glide", anywhere, &[Of(ValkeyGlide)]),
    exact("logger_core", word, &[Of(ValkeyGlide)]),
    exact(
        "Received request error An error was signalled by",
        anywhere,
        &[Of(ValkeyGlide), M(ClusterClient), M(Followed)],
    ),
    exact("moved_error - ", anywhere, &[Of(ValkeyGlide), M(ClusterClient), M(Followed)]),
];

const RUBY: &[Needle] = &[
    exact("Redis::CommandError", name_start, &[Of(RedisRb), M(Escaped)]),
    exact("Redis::ReadOnlyError", name_start, &[Of(RedisRb), M(Escaped)]),
    exact("Redis::ConnectionError", name_start, &[Of(RedisRb), M(Escaped)]),
    exact("Redis::CannotConnectError", name_start, &[Of(RedisRb), M(Escaped)]),
    exact("Redis::TimeoutError", name_start, &[Of(RedisRb), M(Escaped)]),
    exact("Redis::BaseError", name_start, &[Of(RedisRb), M(Escaped)]),
    exact("Redis::Cluster::", name_start, &[Of(RedisRb), M(ClusterClient), M(Escaped)]),
    exact("CrossSlotPipeliningError", anywhere, &[M(Pipeline)]),
    exact("RedisCacheStore: ", word, &[Of(RedisRb), M(Escaped)]),
    exact("lib/redis/client.rb", anywhere, &[Of(RedisRb)]),
    exact("lib/redis/cluster", anywhere, &[Of(RedisRb), M(ClusterClient)]),
    exact("redis-clustering", anywhere, &[Of(RedisRb), M(ClusterClient)]),
    exact(" (redis://", after_redirection, &[H(RubySuffix)]),
    exact(" (rediss://", after_redirection, &[H(RubySuffix)]),
    exact("RedisClient::", name_start, &[Of(RedisClientRb), M(Escaped)]),
    exact("RedisClient::Cluster", name_start, &[M(ClusterClient)]),
    exact("redis_client/cluster", anywhere, &[Of(RedisClientRb), M(ClusterClient)]),
];

const PHP: &[Needle] = &[
    // Thrown by the class `Redis`, which knows no cluster; `RedisCluster` has its own.
    exact("RedisException", php_class, &[Of(Phpredis), M(StandaloneClient), M(Escaped)]),
    exact("RedisClusterException", php_class, &[Of(Phpredis), M(ClusterClient), M(Escaped)]),
    exact("RedisCluster::", name_start, &[Of(Phpredis), M(ClusterClient)]),
    exact(
        "Timed out attempting to find data in the correct node",
        anywhere,
        &[Of(Phpredis), M(ClusterClient), M(Escaped), H(GaveUp)],
    ),
    exact("Couldn't map cluster keyspace", anywhere, &[Of(Phpredis), M(ClusterClient), M(Escaped)]),
    exact(
        "is not covered by any node in this cluster",
        anywhere,
        &[Of(Phpredis), M(ClusterClient), M(Escaped)],
    ),
    exact("Can't process MULTI sequence when cluster", anywhere, &[M(Transaction)]),
    any("Predis\\", word, &[Of(Predis)]),
    any("predis/predis", word, &[Of(Predis)]),
    any("Predis\\Response\\", word, &[M(Escaped)]),
    any("Predis\\\\Response\\\\", word, &[M(Escaped)]),
    exact("Predis\\Connection\\StreamConnection", anywhere, &[M(StandaloneClient)]),
    exact("Predis\\\\Connection\\\\StreamConnection", anywhere, &[M(StandaloneClient)]),
    exact("predis/src/Connection/StreamConnection.php", anywhere, &[M(StandaloneClient)]),
    exact("Predis\\Connection\\Cluster\\", anywhere, &[M(ClusterClient)]),
    exact("Predis\\\\Connection\\\\Cluster\\\\", anywhere, &[M(ClusterClient)]),
    exact("Connection/Cluster/RedisCluster.php", anywhere, &[M(ClusterClient)]),
    exact("Connection/Aggregate/RedisCluster.php", anywhere, &[M(ClusterClient)]),
    exact("predis/src/Cluster/", anywhere, &[M(ClusterClient)]),
    exact("Predis\\Pipeline\\", anywhere, &[M(Pipeline)]),
    exact("Predis\\\\Pipeline\\\\", anywhere, &[M(Pipeline)]),
];

const OTHERS: &[Needle] = &[
    exact("sw::redis::", anywhere, &[Of(RedisPlusPlus), M(Escaped)]),
    exact("sw::redis::RedisCluster", anywhere, &[M(ClusterClient)]),
    exact("ASKING node hasn't been set to IMPORTING state", anywhere, &[Of(RedisPlusPlus), M(ClusterClient)]),
    exact("Failed to update shards info", anywhere, &[Of(RedisPlusPlus), M(ClusterClient)]),
    exact("too many cluster retries", anywhere, &[Of(Hiredis), M(ClusterClient), M(Escaped), H(GaveUp)]),
    exact("slot not served by any node", anywhere, &[Of(Hiredis), M(ClusterClient), M(Escaped)]),
    any("hiredis", word, &[Of(Hiredis)]),
    exact("hircluster", word, &[Of(Hiredis), M(ClusterClient)]),
    any("libvalkey", word, &[Of(Hiredis)]),
    exact("{error,<<\"MOVED ", anywhere, &[Of(Eredis), M(Escaped)]),
    exact("{error,<<\"ASK ", anywhere, &[Of(Eredis), M(Escaped)]),
    exact("eredis", word, &[Of(Eredis)]),
    exact("eredis_cluster", word, &[M(ClusterClient)]),
    exact("Redix.", word, &[Of(Redix)]),
    exact("Redix.Error", word, &[M(Escaped)]),
    exact("Redix.ConnectionError", word, &[M(Escaped)]),
    exact("Redix.Cluster", word, &[M(ClusterClient)]),
    exact(" moved redirection for slot ", anywhere, &[Of(Redix), M(ClusterClient), M(Followed)]),
    exact(" ask redirection for slot ", anywhere, &[Of(Redix), M(ClusterClient), M(Followed)]),
    exact(" failed to refresh topology: ", anywhere, &[Of(Redix), M(ClusterClient)]),
    exact(":too_many_redirections", anywhere, &[M(ClusterClient), M(Escaped), H(GaveUp)]),
    exact("lua-resty-redis", anywhere, &[Of(LuaRestyRedis)]),
    exact("resty.redis", anywhere, &[Of(LuaRestyRedis)]),
    exact("resty/redis", anywhere, &[Of(LuaRestyRedis)]),
    exact("Redis.pm ", anywhere, &[Of(PerlRedis)]),
    exact("Redis::Fast", name_start, &[Of(PerlRedis)]),
    exact("Redis/Cluster/Fast", anywhere, &[Of(PerlRedis), M(ClusterClient)]),
    exact("network.redis_proxy", anywhere, &[Of(Envoy)]),
    exact("network/redis_proxy", anywhere, &[Of(Envoy)]),
];

const TOOLS: &[Needle] = &[
    // Without -c the tool does not follow.
    exact("(error) MOVED ", anywhere, &[Of(RedisCli), M(StandaloneClient), M(Escaped)]),
    exact("(error) ASK ", anywhere, &[Of(RedisCli), M(StandaloneClient), M(Escaped)]),
    exact("(error) ", code_word, &[Of(RedisCli), M(Escaped)]),
    exact("-> Redirected to slot [", anywhere, &[Of(RedisCli), M(ClusterClient), M(Followed)]),
    exact("TYPE returned an error: ", anywhere, &[Of(RedisCli), M(Escaped)]),
    exact(" has slots in migrating state ", anywhere, &[Of(RedisCli)]),
    exact(" has slots in importing state ", anywhere, &[Of(RedisCli)]),
    exact("The following slots are open: ", anywhere, &[Of(RedisCli)]),
    exact(">>> Fixing open slot ", anywhere, &[Of(RedisCli)]),
    exact("Set as migrating in: ", anywhere, &[Of(RedisCli)]),
    exact("Set as importing in: ", anywhere, &[Of(RedisCli)]),
    exact(">>> Covering slot ", anywhere, &[Of(RedisCli)]),
    exact(" as STABLE in ", anywhere, &[Of(RedisCli)]),
    exact("All 16384 slots covered.", anywhere, &[Of(RedisCli)]),
    exact("Not all 16384 slots are covered by nodes", anywhere, &[Of(RedisCli)]),
    exact("agree about slots configuration", anywhere, &[Of(RedisCli)]),
    exact("Nodes don't agree about configuration", anywhere, &[Of(RedisCli)]),
    exact("Moving slot ", slot_from, &[Of(RedisCli)]),
    exact(" slots from ", moving_count, &[Of(RedisCli)]),
];

/// The plain line shape is found without needles (`checks::server_line`).
const SERVER: &[Needle] = &[exact(" role=", server_logfmt, &[Of(RedisServer)])];

/// Code paths that any client may show.
const PATHS: &[Needle] = &[
    exact("EXECABORT", word, &[M(Transaction), M(Escaped)]),
    exact("ExecAbortError", word, &[M(Transaction), M(Escaped)]),
    exact("ExecAbort: ", word, &[M(Transaction), M(Escaped)]),
    exact("CrossSlotTransactionError", word, &[M(Transaction)]),
    exact("Transaction discarded because of previous errors", anywhere, &[M(Transaction)]),
    exact("[type=EXEC, output=", anywhere, &[M(Transaction)]),
    exact("[type=MULTI, output=", anywhere, &[M(Transaction)]),
    exact("@user_script", anywhere, &[M(Script)]),
    any("non local key in a cluster node", anywhere, &[M(Script)]),
    exact("EVAL", eval_word, &[M(Script)]),
    exact("FCALL", word, &[M(Script)]),
    exact("command: { name: 'eval", anywhere, &[M(Script)]),
    exact("\"command\":{\"name\":\"eval", anywhere, &[M(Script)]),
    exact("SSUBSCRIBE", word, &[M(PubSub)]),
    exact("ssubscribe", word, &[M(PubSub)]),
    exact("SPUBLISH", word, &[M(PubSub)]),
    exact("spublish", word, &[M(PubSub)]),
    exact("ShardedPubSub", anywhere, &[M(PubSub)]),
    // An exception of any class, own wrappers too, whose message is the reply.
    exact("Exception: MOVED ", anywhere, &[M(Escaped)]),
    exact("Exception: ASK ", anywhere, &[M(Escaped)]),
    exact("Error: MOVED ", anywhere, &[M(Escaped)]),
    exact("Error: ASK ", anywhere, &[M(Escaped)]),
];
