import com.google.gson.Gson;
import java.io.FileWriter;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.commands.JedisCommands;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/**
 * A small cart service on Jedis, logging with slf4j and logback. Usage: java Cart JOB.json
 *
 * <p>Ends by itself after the job's seconds, or when the job's stop file appears. For every redirection or cluster
 * error it logs, it notes beside the log what the exception object said.
 */
public class Cart {
  static final Logger log = LoggerFactory.getLogger("com.example.shop.Cart");

  static class Job {
    String mode, style, traffic, notes, stop;
    List<String> seeds;
    double rate, seconds;
    long seed;
    boolean debug;
  }

  static Job job;
  static PrintWriter notes;

  static void note(Integer req, String kind, Map<String, Object> what) {
    Map<String, Object> line = new LinkedHashMap<>();
    if (req != null) line.put("req", req);
    line.put("t", System.currentTimeMillis() / 1000.0);
    line.put("kind", kind);
    line.putAll(what);
    notes.println(new Gson().toJson(line));
    notes.flush();
  }

  /** Notes the exception, and, where the whole stack was logged, the ones printed below it. */
  static void tell(int req, Throwable e) {
    String text = String.valueOf(e.getMessage());
    if (e instanceof JedisRedirectionException) {
      HostAndPort to = ((JedisRedirectionException) e).getTargetNode();
      note(req, e instanceof JedisAskDataException ? "ask" : "moved",
          Map.of("slot", ((JedisRedirectionException) e).getSlot(), "host", to.getHost(), "port", to.getPort()));
    } else if (text.startsWith("No more cluster attempts left")) {
      note(req, "too-many-redirects", Map.of("text", text));
    } else if (text.startsWith("TRYAGAIN") || text.startsWith("CLUSTERDOWN") || text.startsWith("CROSSSLOT")) {
      note(req, text.split(" ")[0].toLowerCase(), Map.of("text", text));
    } else {
      note(req, e instanceof JedisConnectionException ? "unreachable" : "other", Map.of("text", text));
    }
    if (job.style.equals("exception")) {
      for (Throwable below : e.getSuppressed()) tell(req, below);
      if (e.getCause() instanceof JedisException) tell(req, e.getCause());
    }
  }

  /** A redirection that the cluster client follows by itself; its DEBUG line prints the target alone. */
  static void tellFollowed(JedisRedirectionException e) {
    HostAndPort to = e.getTargetNode();
    note(null, "redirect", Map.of("slot", e.getSlot(), "host", to.getHost(), "port", to.getPort(), "unprinted", "slot",
        "text", "Redirected by server to " + to, "was", e instanceof JedisAskDataException ? "ask" : "moved"));
  }

  static HostAndPort address(String seed) {
    int colon = seed.lastIndexOf(':');
    return new HostAndPort(seed.substring(0, colon), Integer.parseInt(seed.substring(colon + 1)));
  }

  static AutoCloseable connect() {
    if (job.mode.equals("plain")) return new Jedis(address(job.seeds.get(0)));
    Set<HostAndPort> seeds = new HashSet<>();
    for (String s : job.seeds) seeds.add(address(s));
    return new JedisCluster(seeds);
  }

  static void call(JedisCommands client, String[] words) {
    String[] args = Arrays.copyOfRange(words, 1, words.length);
    switch (words[0]) {
      case "GET": client.get(args[0]); break;
      case "SET": client.set(args[0], args[1]); break;
      case "MGET":
        if (client instanceof Jedis) ((Jedis) client).mget(args);
        else ((JedisCluster) client).mget(args);
        break;
      default: throw new IllegalArgumentException(words[0]);
    }
  }

  public static void main(String[] argv) throws Exception {
    job = new Gson().fromJson(Files.readString(Path.of(argv[0])), Job.class);
    notes = new PrintWriter(new FileWriter(job.notes, true));
    if (job.debug) JedisRedirectionException.made = Cart::tellFollowed;
    log.info("cart service starting, redis at {}", job.seeds.get(0));
    AutoCloseable client = connect();
    Random pick = new Random(job.seed);
    long start = System.nanoTime();
    double due = 0, beat = 5;
    int ok = 0, failed = 0, req = 0;
    while (true) {
      double now = (System.nanoTime() - start) / 1e9;
      if (now >= job.seconds || Files.exists(Path.of(job.stop))) break;
      req++;
      List<String> lines = Files.readAllLines(Path.of(job.traffic));
      String[] words = lines.get(pick.nextInt(lines.size())).split(" ");
      try {
        call((JedisCommands) client, words);
        ok++;
      } catch (JedisException e) {
        failed++;
        if (job.style.equals("exception")) log.error("cart {} failed req={}", words[0].toLowerCase(), req, e);
        else log.error("cart {} failed req={}: {}", words[0].toLowerCase(), req, e.getMessage());
        tell(req, e);
        if (e instanceof JedisConnectionException && client instanceof Jedis) {
          client.close();
          client = connect();
        }
      }
      now = (System.nanoTime() - start) / 1e9;
      if (now >= beat) {
        log.info("served {} requests, {} failed", ok, failed);
        beat += 5;
      }
      due = Math.max(due + 1 / job.rate, now);
      Thread.sleep((long) (1000 * Math.max(0, due - now)));
    }
    log.info("cart service stopping, served {} requests, {} failed", ok, failed);
    client.close();
  }
}
