import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prints feeds' events, each once and in order, including any missed while disconnected.
 *
 * <p>java Tocsin.java http://localhost:4001 all topic:orders (set TOKEN if the server requires one)
 *
 * <p>Standard library only, so it prints the raw JSON. Follows the rules in docs/protocol.md, "Server-sent events".
 */
public class Tocsin {
  static String lastId = null;
  static long waitMs = 1000;
  static final Map<String, String> fields = new HashMap<>();

  static void take(String line) {
    if (!line.isEmpty()) {
      int colon = line.indexOf(':');
      String name = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1);
      fields.put(name, value.startsWith(" ") ? value.substring(1) : value);
      return;
    }
    if (fields.containsKey("retry")) waitMs = Long.parseLong(fields.get("retry"));
    String event = fields.getOrDefault("event", "");
    if (event.equals("subscribed") || event.equals("publications")) System.out.println(fields.get("data"));
    if (fields.containsKey("id")) lastId = fields.get("id");
    fields.clear();
  }

  public static void main(String[] args) throws Exception {
    String query =
        Arrays.stream(args)
            .skip(1)
            .map(feed -> "feed=" + URLEncoder.encode(feed, StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    while (true) {
      HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(args[0] + "/app/stream?" + query));
      if (System.getenv("TOKEN") != null) request.header("Authorization", "Bearer " + System.getenv("TOKEN"));
      if (lastId != null) request.header("Last-Event-ID", lastId);
      try {
        var response = http.send(request.build(), BodyHandlers.ofLines());
        int status = response.statusCode();
        if (status != 200 && status != 429 && status != 503) {
          System.err.println(status + ": " + response.body().collect(Collectors.joining()));
          System.exit(1);
        }
        try (Stream<String> lines = response.body()) {
          if (status == 200) lines.forEach(Tocsin::take);
        }
      } catch (java.io.IOException | java.io.UncheckedIOException error) {
        System.err.println("connecting again: " + error);
      }
      fields.clear();
      Thread.sleep((long) (waitMs * ThreadLocalRandom.current().nextDouble(0.5, 1.5)));
    }
  }
}
