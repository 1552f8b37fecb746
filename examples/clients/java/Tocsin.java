import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Prints the events of the given feeds, each once and in order, including any missed while disconnected.
 *
 * <p>java Tocsin.java http://localhost:4001 all topic:orders (set TOKEN if the server requires one)
 *
 * <p>Standard library only, so it prints the raw JSON. Follows the rules in docs/protocol.md, "Server-sent events".
 */
public class Tocsin {
  /** The server sends a comment at least every 25 s. After this long without a line, the connection is dead. */
  static final Duration SILENCE = Duration.ofSeconds(60);

  static final Timer timer = new Timer(true);
  static volatile long lastLineAt;
  static String lastId = null;
  static long waitMs = 1000;
  static final Map<String, String> fields = new HashMap<>();

  static void processLine(String line) {
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

  /** Reads one stream until it ends or falls silent. */
  static void read(InputStream body) throws IOException {
    lastLineAt = System.nanoTime();
    TimerTask watch =
        new TimerTask() {
          @Override
          public void run() {
            if (System.nanoTime() - lastLineAt < SILENCE.toNanos()) return;
            try {
              body.close();
            } catch (IOException error) {
              // Already closed.
            }
          }
        };
    timer.schedule(watch, 1000, 1000);
    try {
      BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        lastLineAt = System.nanoTime();
        processLine(line);
      }
    } finally {
      watch.cancel();
    }
  }

  public static void main(String[] args) throws Exception {
    String query =
        Arrays.stream(args)
            .skip(1)
            .map(feed -> "feed=" + URLEncoder.encode(feed, StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    HttpClient http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(SILENCE).build();
    while (true) {
      HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(args[0] + "/app/stream?" + query));
      if (System.getenv("TOKEN") != null) request.header("Authorization", "Bearer " + System.getenv("TOKEN"));
      if (lastId != null) request.header("Last-Event-ID", lastId);
      try {
        // This timeout covers only the start of the response. A timeout on the request could also cover the body, which
        // never ends.
        var pending = http.sendAsync(request.build(), BodyHandlers.ofInputStream());
        var response = pending.get(SILENCE.toSeconds(), TimeUnit.SECONDS);
        int status = response.statusCode();
        try (InputStream body = response.body()) {
          if (status == 200) {
            read(body);
          } else if (status != 429 && status < 500) {
            System.err.println(status + ": " + new String(body.readAllBytes(), StandardCharsets.UTF_8));
            System.exit(1);
          }
        }
      } catch (IOException | ExecutionException | TimeoutException error) {
        System.err.println("reconnecting: " + error);
      }
      fields.clear();
      Thread.sleep((long) (waitMs * ThreadLocalRandom.current().nextDouble(0.5, 1.5)));
    }
  }
}
