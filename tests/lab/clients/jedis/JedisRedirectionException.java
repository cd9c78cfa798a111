package redis.clients.jedis.exceptions;

import java.util.function.Consumer;
import redis.clients.jedis.HostAndPort;

/**
 * Stands before Jedis's own class of this name on the class path and does the same, and tells of each object made: the
 * cluster client follows redirections silently but for DEBUG lines that print neither slot nor kind.
 */
public class JedisRedirectionException extends JedisDataException {
  private static final long serialVersionUID = 3878126572474819403L;

  public static Consumer<JedisRedirectionException> made = e -> {};

  private final HostAndPort targetNode;
  private final int slot;

  public JedisRedirectionException(String message, HostAndPort targetNode, int slot) {
    super(message);
    this.targetNode = targetNode;
    this.slot = slot;
    made.accept(this);
  }

  public JedisRedirectionException(Throwable cause, HostAndPort targetNode, int slot) {
    super(cause);
    this.targetNode = targetNode;
    this.slot = slot;
    made.accept(this);
  }

  public JedisRedirectionException(String message, Throwable cause, HostAndPort targetNode, int slot) {
    super(message, cause);
    this.targetNode = targetNode;
    this.slot = slot;
    made.accept(this);
  }

  public final HostAndPort getTargetNode() {
    return targetNode;
  }

  public final int getSlot() {
    return slot;
  }
}
