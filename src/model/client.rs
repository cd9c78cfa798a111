//! The programs that print cluster errors.

use serde::Serialize;
use std::fmt;

macro_rules! clients {
    ($($variant:ident => $id:literal,)*) => {
        /// The client library, tool or server that a line or its record proves to have
        /// printed it. The ids are fixed by the outside contract.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
        #[allow(missing_docs, reason = "each variant is a product's name")]
        pub enum Client {
            $(#[serde(rename = $id)] $variant,)*
        }

        impl Client {
            /// Every client, in the contract's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The id used in every output.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }
        }
    };
}

clients! {
    RedisPy => "redis-py",
    RedisPyCluster => "redis-py-cluster",
    Aioredis => "aioredis",
    Coredis => "coredis",
    ValkeyPy => "valkey-py",
    Ioredis => "ioredis",
    NodeRedis => "node-redis",
    Jedis => "jedis",
    Lettuce => "lettuce",
    Redisson => "redisson",
    VertxRedis => "vertx-redis",
    GoRedis => "go-redis",
    Redigo => "redigo",
    Rueidis => "rueidis",
    Radix => "radix",
    StackExchangeRedis => "stackexchange-redis",
    RedisRs => "redis-rs",
    Fred => "fred",
    Rustis => "rustis",
    RedisRb => "redis-rb",
    RedisClientRb => "redis-client-rb",
    Phpredis => "phpredis",
    Predis => "predis",
    Hiredis => "hiredis",
    RedisPlusPlus => "redis-plus-plus",
    ValkeyGlide => "valkey-glide",
    Redix => "redix",
    Eredis => "eredis",
    LuaRestyRedis => "lua-resty-redis",
    RedisCli => "redis-cli",
    RedisServer => "redis-server",
    Envoy => "envoy",
    DotnetOther => "dotnet-other",
    PerlRedis => "perl-redis",
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
