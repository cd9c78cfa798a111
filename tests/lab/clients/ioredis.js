// A small cart service on ioredis, logging with console or pino. Usage: node ioredis.js JOB.json
//
// Ends by itself after the job's seconds, or when the job's stop file appears. For every redirection or cluster error
// it logs, it notes beside the log what the error object said.
"use strict";

const fs = require("fs");
const home = (name) => require(require.resolve(name, { paths: [__dirname] }));
const Redis = home("ioredis");
const version = home("ioredis/package.json").version;

const job = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const notes = fs.openSync(job.notes, "a");
const note = (req, what) => fs.writeSync(notes, JSON.stringify({ req, t: Date.now() / 1000, ...what }) + "\n");

const pino =
  job.style === "pino" &&
  home("pino")({ base: { service: "cart" }, timestamp: home("pino").stdTimeFunctions.isoTime }, home("pino").destination({ dest: 2, sync: true }));
const info = (text) => (pino ? pino.info(text) : console.log(text));
const failed = (name, req, err) => {
  if (pino) pino.error({ err, req }, `cart ${name} failed`);
  else console.error(`cart ${name} failed req=${req}`, err);
};

// The reply as sent, from the error object's message: kind, slot and target.
function parts(message) {
  const [kind, slot, target] = message.split(" ");
  if (kind === "MOVED" || kind === "ASK") {
    const colon = target.lastIndexOf(":");
    return { kind: kind.toLowerCase(), slot: Number(slot), host: target.slice(0, colon), port: Number(target.slice(colon + 1)) };
  }
  if (["TRYAGAIN", "CLUSTERDOWN", "CROSSSLOT"].includes(kind)) return { kind: kind.toLowerCase(), text: message };
  return { kind: /ECONNREFUSED|ETIMEDOUT|Connection is closed|ClusterAllFailed/.test(message) ? "unreachable" : "other", text: message };
}

function tell(req, err) {
  const last = /^Too many Cluster redirections\. Last error: \w*Error: (.*)$/s.exec(err.message);
  if (last) {
    note(req, { kind: "too-many-redirects", text: "Too many Cluster redirections" });
    const inner = parts(last[1]);
    if (!["unreachable", "other"].includes(inner.kind)) note(req, inner);
  } else {
    note(req, parts(err.message));
  }
}

// The cluster client follows redirections silently but for its DEBUG lines, which print no slot. Every reply it acts
// on passes through `handleError`.
function noteFollowed(cluster) {
  const was = cluster.handleError;
  cluster.handleError = function (error, ttl, handlers) {
    const p = parts(error.message);
    if (p.slot !== undefined) {
      const text = p.kind === "moved" ? `is moved to ${p.host}:${p.port}` : `is required to ask ${p.host}:${p.port}`;
      note(null, { ...p, text, unprinted: "slot", followed: true });
    }
    return was.call(this, error, ttl, handlers);
  };
}

function connect() {
  const seeds = job.seeds.map((s) => ({ host: s.slice(0, s.lastIndexOf(":")), port: Number(s.slice(s.lastIndexOf(":") + 1)) }));
  if (job.mode === "plain") return new Redis({ ...seeds[0], commandTimeout: 2000, maxRetriesPerRequest: 1 });
  const cluster = new Redis.Cluster(seeds, { redisOptions: { commandTimeout: 2000 } });
  if (job.debug) noteFollowed(cluster);
  return cluster;
}

// A small generator, so that a seed gives the same traffic.
let state = job.seed;
function pick(list) {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return list[Math.floor((state / 4294967296) * list.length)];
}
const sleep = (ms) => new Promise((r) => setTimeout(r, Math.max(0, ms)));

async function main() {
  info(`cart service starting, ioredis ${version}, redis at ${job.seeds[0]}`);
  const client = connect();
  if (job.mode === "cluster") client.on("error", (err) => (pino ? pino.error({ err }, "redis client error") : console.error("cart redis client error", err)));
  const end = Date.now() + job.seconds * 1000;
  let due = Date.now(), beat = Date.now() + 5000, ok = 0, bad = 0, req = 0;
  while (Date.now() < end && !fs.existsSync(job.stop)) {
    req += 1;
    const words = pick(fs.readFileSync(job.traffic, "utf8").trim().split("\n")).split(" ");
    const name = words[0].toLowerCase();
    try {
      await client[name](...words.slice(1));
      ok += 1;
    } catch (err) {
      bad += 1;
      failed(name, req, err);
      tell(req, err);
    }
    if (Date.now() >= beat) {
      info(`served ${ok} requests, ${bad} failed`);
      beat += 5000;
    }
    due = Math.max(due + 1000 / job.rate, Date.now());
    await sleep(due - Date.now());
  }
  info(`cart service stopping, served ${ok} requests, ${bad} failed`);
  client.disconnect();
}

main();
