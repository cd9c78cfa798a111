//! Driven by the data files of `tests/data`.

use super::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    lines: Vec<String>,
    client: Option<String>,
}

#[derive(Deserialize)]
struct Trap {
    line: String,
}

fn read<T: serde::de::DeserializeOwned>(name: &str) -> Vec<T> {
    let path = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn decide(finder: &EvidenceFinder, lines: &[impl AsRef<str>]) -> Evidence {
    let mut found = Needles::default();
    for line in lines {
        finder.collect(line.as_ref().as_bytes(), &mut found);
    }
    found.decide()
}

#[test]
fn each_needle_passes_the_gate() {
    for needle in needles::all() {
        let lower = needle.text.to_ascii_lowercase();
        let forms = [needle.text, if needle.exact { needle.text } else { &lower }];
        for form in forms {
            assert!(STEMS.iter().any(|stem| form.contains(stem)), "no stem in {form}");
        }
    }
}

#[test]
fn precedence_names_each_client_once() {
    for client in Client::ALL {
        assert_eq!(PRECEDENCE.iter().filter(|c| *c == client).count(), 1, "{client}");
    }
}

#[test]
fn clients_of_all_known_records() {
    let finder = EvidenceFinder::new();
    let mut wrong = Vec::new();
    for file in ["examples.json", "easily_missed.json", "catalogue.json"] {
        for case in read::<Case>(file) {
            let client = decide(&finder, &case.lines).client;
            if client.map(Client::id) != case.client.as_deref() {
                wrong.push(format!("{file}: {:?}: {client:?}, not {:?}", case.lines, case.client));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// A needle is found wherever it stands in a long line.
#[test]
fn what_stands_around_changes_nothing() {
    let finder = EvidenceFinder::new();
    let filler = "0123 abc, ".repeat(30);
    for case in read::<Case>("catalogue.json") {
        let alone = decide(&finder, &case.lines);
        let within: Vec<_> = case.lines.iter().map(|line| format!("{filler}{line} {filler}")).collect();
        let server = alone.client == Some(Client::RedisServer);
        assert!(server || decide(&finder, &within) == alone, "{:?}", case.lines);
    }
}

#[test]
fn signs_of_lines_merge() {
    let finder = EvidenceFinder::new();
    for case in read::<Case>("examples.json") {
        let mut apart = Needles::default();
        for line in case.lines.iter().rev() {
            let mut one = Needles::default();
            finder.collect(line.as_bytes(), &mut one);
            apart |= one;
        }
        assert_eq!(apart.decide(), decide(&finder, &case.lines), "{:?}", case.lines);
    }
}

/// Look-alikes prove nothing, unless they name a client's class.
#[test]
fn traps_prove_nothing_absurd() {
    let finder = EvidenceFinder::new();
    let named = [
        ("JedisMovedDataException", Client::Jedis),
        ("redis.exceptions.MovedError", Client::RedisPy),
        ("ClusterTopologyRefreshOptions", Client::Lettuce),
    ];
    for trap in read::<Trap>("traps.json") {
        let evidence = decide(&finder, &[&trap.line]);
        let client = named.iter().find(|(name, _)| trap.line.contains(name)).map(|(_, client)| *client);
        assert!(evidence.client.is_none() || evidence.client == client, "{}: {evidence:?}", trap.line);
        let word = trap.line.to_lowercase().contains("redis");
        assert_eq!(evidence.redis, word || evidence.client.is_some(), "{}: {evidence:?}", trap.line);
    }
}

#[test]
fn redis_words() {
    let finder = EvidenceFinder::new();
    for line in
        ["app.redis_cache: x", "REDIS down", "valkey://h", "RedisTemplate", "hash slot 5", "(redis-1)"]
    {
        assert!(decide(&finder, &[line]).redis, "{line}");
    }
    for line in [
        "redistribute 12 rows",
        "Redistribution of 3999 10.0.0.1:6379",
        "rediscovered 12 10.0.0.1:6379",
        "predisposed",
        "redisplay",
        "order 12182 10.0.0.12:6379",
        "REDISTRICTING",
        "",
    ] {
        assert!(!decide(&finder, &[line]).redis, "{line}");
    }
}

/// Other systems' texts that come close to a needle.
#[test]
fn clients_that_are_not_proven() {
    let finder = EvidenceFinder::new();
    for line in [
        "MOVED 1 10.0.0.1:6379",
        "ReplyError: MOVED 1 10.0.0.1:6379",
        "spring.data.redis.cluster.nodes=10.0.0.1:6379",
        "redis.cluster.enabled=true",
        "rediscluster.redis.opstreelabs.in/v1beta2 created",
        "Moved: 12 files",
        "Ask: 5 lots",
        "Moving slot machines from here",
        "(error) in line 5",
        "12:30 Nov 2026 meeting",
        "Build 26877:M failed on 21 Nov 2026",
        "com.example.RedisException: x",
        "Cluster Error: node left",
        "command: 'GET'",
        "connected to primary (redis://10.0.0.11:6379)",
        "ResponseError: MOVED 6918 172.16.49.96:7384",
    ] {
        assert_eq!(decide(&finder, &[line]).client, None, "{line}");
    }
}

#[test]
fn words_before_a_needle_decide() {
    let finder = EvidenceFinder::new();
    let cases = [
        ("aioredis.exceptions.ReplyError: MOVED 1 h:6379", Client::Aioredis),
        ("coredis.exceptions.MovedError: 1 10.0.0.1:6379", Client::Coredis),
        (r#"{"exc":"Traceback\nredis.exceptions.MovedError: 1 10.0.0.1:6379"}"#, Client::RedisPy),
        (r#"{"t":"x\n\tat redis.clients.jedis.Protocol.f(P.java:1)"}"#, Client::Jedis),
        ("io.lettuce.core.RedisException: Cannot determine a partition for slot 1", Client::Lettuce),
        ("org.redisson.client.RedisException: ERR MOVED 1 h:6379", Client::Redisson),
        ("pod-1 | 812:M 21 Nov 2026 02:10:00.001 * Ready to accept connections", Client::RedisServer),
        ("12:S 3 Nov 2026 02:10:00.001 # Cluster state changed: ok", Client::RedisServer),
        ("i.l.c.p.CommandHandler - error='MOVED 1 h:6379'", Client::Lettuce),
        ("Sidekiq: Redis::CommandError: MOVED 1 10.0.0.1:6379", Client::RedisRb),
    ];
    for (line, client) in cases {
        assert_eq!(decide(&finder, &[line]).client, Some(client), "{line}");
    }
}

#[test]
fn code_paths() {
    use PathMark::{
        ClusterClient as C, Escaped as E, Followed as F, Pipeline as P, PubSub, Script,
        StandaloneClient as S, Transaction as T,
    };
    let finder = EvidenceFinder::new();
    let cases: [(&[&str], &[PathMark]); 40] = [
        (&["get failed: MOVED 1 10.0.0.1:6379"], &[]),
        (&["redis.exceptions.MovedError: 1 10.0.0.1:6379"], &[E]),
        (&["redis.exceptions.ResponseError: MOVED 1 10.0.0.1:6379"], &[S, E]),
        (&["  File \"/app/redis/client.py\", line 9", "redis.exceptions.AskError: 1 h:6379"], &[S, E]),
        (
            &[
                "File \"/x/redis/cluster.py\"",
                "File \"/x/redis/client.py\"",
                "redis.exceptions.MovedError: 1 a:6379",
            ],
            &[C, E],
        ),
        (&["ERROR redis.cluster: MovedError", "redis.exceptions.MovedError: 1 a:6379"], &[C, F]),
        (&["DEBUG redis.cluster: ASK error received for command GET y, on node a:6379"], &[C, F]),
        (&["ERROR redis.cluster: x", "redis.exceptions.ClusterError: TTL exhausted."], &[C, E]),
        (&["ResponseError: Command # 1 (GET foo) of pipeline caused error: MOVED 1 a:6379"], &[S, P, E]),
        (&["MovedError('Command # 1 (GET foo) of pipeline caused error: 1 a:6379')"], &[P, E]),
        (&["consumer: Cannot connect to redis://10.0.0.11:6379/0: MOVED 1 a:6379."], &[S, E]),
        (&["redis.exceptions.ExecAbortError: Transaction discarded because of previous errors."], &[T, E]),
        (
            &[
                "redis.clients.jedis.exceptions.JedisMovedDataException: MOVED 1 a:6379",
                "\tat redis.clients.jedis.Jedis.get(Jedis.java:152)",
            ],
            &[S, E],
        ),
        (
            &[
                "redis.clients.jedis.exceptions.JedisClusterException: CLUSTERDOWN The cluster is down",
                "\tat redis.clients.jedis.JedisPool.x",
            ],
            &[S, E],
        ),
        (
            &[
                "redis.clients.jedis.exceptions.JedisClusterOperationException: No more cluster attempts left.",
            ],
            &[C, E],
        ),
        (&["r.c.j.executors.ClusterCommandExecutor - Redirected by server to 10.0.0.12:6379"], &[C, F]),
        (
            &[
                "\tat o.s.d.r.connection.lettuce.LettuceConnection.get",
                "io.lettuce.core.RedisCommandExecutionException: MOVED 1 a:6379",
            ],
            &[S, E],
        ),
        (&["\tat o.s.d.r.connection.lettuce.LettuceClusterConnection.get", "\tat LettuceConnection.x"], &[C]),
        (&["\tat io.lettuce.core.cluster.ClusterDistributionChannelWriter.write"], &[C]),
        (
            &[
                "\tat org.springframework.data.redis.core.RedisTemplate.executePipelined(RedisTemplate.java:1)",
            ],
            &[P],
        ),
        (
            &[
                "org.redisson.client.RedisException: MOVED redirection loop detected. Node //a:1 has further redirect to //a:1",
            ],
            &[E],
        ),
        (&["ReplyError: MOVED 1 a:6379"], &[E]),
        (&["Error: Too many Cluster redirections. Last error: ReplyError: MOVED 1 a:6379"], &[C, E]),
        (&["ioredis:cluster command get is moved to 10.0.0.11:6379"], &[C, F]),
        (
            &[
                "MaxCommandRedirectionsError: Too many Cluster redirections",
                "  [cause]: SimpleError: MOVED 1 a:6379",
            ],
            &[C, E],
        ),
        (
            &[
                "github.com/redis/go-redis/v9.(*ClusterClient).process",
                "\t/x/go-redis/v9@v9.7.0/osscluster.go:1040",
            ],
            &[C],
        ),
        (&["github.com/redis/go-redis/v9.(*Client).Process"], &[S]),
        (
            &[
                "StackExchange.Redis.RedisServerException: Key has MOVED to Endpoint a:1 and hashslot 2 but CommandFlags.NoRedirect was",
            ],
            &[C, E],
        ),
        (&["Pipeline failure: [(Index 0, error: Moved: 12182 10.0.0.12:6379)]"], &[P, E]),
        (
            &[
                "cluster - Received request error An error was signalled by the server: - Ask: 5061 10.0.0.12:6379 on node",
            ],
            &[C, F],
        ),
        (
            &[
                "logger_core: moved_error - Scenario 3 (Slot Migration): slot=1081, new_primary=10.0.0.11:6379",
            ],
            &[C, F],
        ),
        (&["[info] Cluster :c ask redirection for slot 5061 to 10.0.0.12:6379"], &[C, F]),
        (&["RedisException: MOVED 12182 10.0.0.12:6379"], &[S, E]),
        (&["RedisClusterException: Timed out attempting to find data in the correct node!"], &[C, E]),
        (
            &[
                "#3 Predis\\Connection\\StreamConnection->read",
                "Predis\\Response\\ServerException: MOVED 1 a:6379",
            ],
            &[S, E],
        ),
        (&["(error) MOVED 12182 10.0.0.12:6379"], &[S, E]),
        (&["-> Redirected to slot [12182] located at 10.0.0.12:6379"], &[C, F]),
        (
            &[
                "(error) ERR Script attempted to access a non local key in a cluster node script: 6b, on @user_script:1.",
            ],
            &[Script, E],
        ),
        (&["[type=EVALSHA, output=ValueOutput [output=null, error='MOVED 1 a:6379']"], &[Script]),
        (&["[type=SSUBSCRIBE, output=PubSubOutput [output=null, error='MOVED 1 a:6379']"], &[PubSub]),
    ];
    for (lines, marks) in cases {
        let found = decide(&finder, lines).marks;
        let found: Vec<_> = PathMark::ALL.into_iter().filter(|m| found.contains(*m)).collect();
        let mut marks = marks.to_vec();
        marks.sort_unstable();
        assert_eq!(found, marks, "{lines:?}");
    }
}

proptest::proptest! {
    /// No bytes make it panic, and the shortcuts (gate, lead) lose nothing.
    #[test]
    fn any_bytes(head in "[ -~]{0,80}", tail in proptest::collection::vec(proptest::num::u8::ANY, 0..80), pick in 0usize..400) {
        let needle = needles::all().nth(pick).map_or("", |n| n.text);
        let text = [head.as_bytes(), needle.as_bytes(), &tail].concat();
        let mut found = Needles::default();
        finder().collect(&text, &mut found);
        proptest::prop_assert_eq!(found, thorough(&text));
        let _ = (found.decide(), command(&text), answering_node(&text));
    }
}

/// The same by brute force.
fn thorough(text: &[u8]) -> Needles {
    let mut bits = if checks::server_line(text) { Sign::Of(Client::RedisServer).bit() } else { 0 };
    for needle in needles::all() {
        let len = needle.text.len();
        for (start, window) in text.windows(len).enumerate() {
            let same = if needle.exact {
                window == needle.text.as_bytes()
            } else {
                window.eq_ignore_ascii_case(needle.text.as_bytes())
            };
            if same && (needle.check)(text, start, start + len) {
                bits |= needle.signs.iter().fold(0, |bits, sign| bits | sign.bit());
            }
        }
    }
    Needles(bits)
}

fn finder() -> &'static EvidenceFinder {
    static FINDER: OnceLock<EvidenceFinder> = OnceLock::new();
    FINDER.get_or_init(EvidenceFinder::new)
}
