import io.dapr.client.DaprClient;
import io.dapr.client.DaprClientBuilder;
import io.dapr.exceptions.DaprException;
import java.time.Duration;
import java.util.Map;
import reactor.util.retry.Retry;

/**
 * Publishes one notification through the Dapr sidecar: {@code dapr run --app-id shop -- mvn -q compile exec:java
 * -Dexec.args=order-7-shipped}.
 */
public final class Publish {
  private Publish() {}

  public static void main(String[] args) throws Exception {
    if (args.length != 1) {
      System.err.println("usage: Publish <id>");
      System.exit(2);
    }
    // Every attempt uses the same id, so a notification that arrives twice is shown once.
    Map<String, String> notification =
        Map.of("id", args[0], "title", "Published from Java", "severity", "success");
    // Reads DAPR_GRPC_PORT and DAPR_API_TOKEN.
    try (DaprClient client = new DaprClientBuilder().build()) {
      client
          .publishEvent("notification-pubsub", "notifications", notification)
          .retryWhen(
              Retry.backoff(4, Duration.ofSeconds(1)).filter(DaprException.class::isInstance))
          .block(Duration.ofSeconds(30));
    }
    System.out.println("published " + args[0]);
  }
}
