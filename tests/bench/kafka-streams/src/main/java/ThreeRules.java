import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * The three simplest rows of Table 3 on Kafka Streams: infection and atrial fibrillation (a finding that is present),
 * platelets (the latest result against two limits). The latest value of every code of a patient is kept in a state
 * store with a changelog; a transition is an alert with the id of the record that caused it.
 *
 * <p>{@code ThreeRules SERVERS APPLICATION-ID STATE-FOLDER}. Prints {@code first record} when it reads the first one.
 */
public final class ThreeRules {
  private static final String INPUT = "il2.vitals";
  private static final String OUTPUT = "il2.alerts";
  private static final String STORE = "patients";
  private static final Set<String> FINDINGS = Set.of("infection", "atrial-fibrillation");
  private static final double PLATELETS_RELATIVE = 50;
  private static final double PLATELETS_ABSOLUTE = 30;
  private static final Map<String, Integer> RANK = Map.of("clear", 0, "relative", 1, "absolute", 2);

  public static void main(String[] arguments) {
    KafkaStreams streams = new KafkaStreams(topology(), settings(arguments));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(5))));
    streams.start();
  }

  private static Properties settings(String[] arguments) {
    Properties given = new Properties();
    given.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[0]);
    given.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments[1]);
    given.put(StreamsConfig.STATE_DIR_CONFIG, arguments[2]);
    given.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    given.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
    given.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 1);
    given.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return given;
  }

  private static Topology topology() {
    Topology topology = new Topology();
    topology.addSource("records", Serdes.ByteArray().deserializer(), Serdes.ByteArray().deserializer(), INPUT);
    topology.addProcessor("rules", Rules::new, "records");
    topology.addStateStore(
        Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STORE), Serdes.String(), Serdes.ByteArray())
            .withCachingEnabled()
            .withLoggingEnabled(Map.of()),
        "rules");
    topology.addSink("alerts", OUTPUT, Serdes.ByteArray().serializer(), Serdes.ByteArray().serializer(), "rules");
    return topology;
  }

  private static final class Rules implements Processor<byte[], byte[], byte[], byte[]> {
    private static boolean begun;
    private final ObjectMapper json = new ObjectMapper();
    private ProcessorContext<byte[], byte[]> context;
    private KeyValueStore<String, byte[]> patients;

    @Override
    public void init(ProcessorContext<byte[], byte[]> given) {
      context = given;
      patients = given.getStateStore(STORE);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      if (!begun) {
        begun = true;
        System.out.println("first record");
      }
      try {
        decide(record, json.readTree(record.value()));
      } catch (IOException fault) {
        System.err.println("not JSON: " + fault.getMessage());
      }
    }

    private void decide(Record<byte[], byte[]> record, JsonNode event) throws IOException {
      String patient = event.path("patient").asText();
      byte[] kept = patients.get(patient);
      ObjectNode state = kept == null ? json.createObjectNode() : (ObjectNode) json.readTree(kept);
      if (event.has("readings")) {
        for (JsonNode reading : event.get("readings")) {
          learn(record, event, state, reading.path("code").asText(), reading.path("value"));
        }
      } else if (event.has("code")) {
        learn(record, event, state, event.get("code").asText(), event.path("present"));
      }
      patients.put(patient, json.writeValueAsBytes(state));
    }

    /** Keeps the value if it is the latest of its code, and sends the transition that it makes. */
    private void learn(
        Record<byte[], byte[]> record, JsonNode event, ObjectNode state, String code, JsonNode value)
        throws IOException {
      long at = Instant.parse(event.path("at").asText()).toEpochMilli();
      JsonNode before = state.path(code);
      if (before.path("at").asLong(Long.MIN_VALUE) > at) {
        return;
      }
      String was = before.path("level").asText("clear");
      String level = level(code, value);
      ObjectNode latest = state.putObject(code);
      latest.put("at", at);
      latest.set("value", value);
      latest.put("level", level);
      if (!was.equals(level)) {
        context.forward(record.withValue(alert(event, code, was, level)));
      }
    }

    private static String level(String code, JsonNode value) {
      if (FINDINGS.contains(code)) {
        return value.asBoolean() ? "absolute" : "clear";
      }
      if (!code.equals("platelets")) {
        return "clear";
      }
      double count = value.asDouble();
      return count < PLATELETS_ABSOLUTE ? "absolute" : count <= PLATELETS_RELATIVE ? "relative" : "clear";
    }

    private byte[] alert(JsonNode event, String code, String was, String level) throws IOException {
      ObjectNode alert = json.createObjectNode();
      alert.set("patient", event.get("patient"));
      alert.put("subject", code);
      alert.put("kind", "criterion");
      alert.put("level", level);
      alert.put("transition", transition(was, level));
      alert.set("at", event.get("at"));
      alert.putArray("evidence").add(event.get("id"));
      return json.writeValueAsBytes(alert);
    }

    private static String transition(String was, String level) {
      if (was.equals("clear")) {
        return "opened";
      }
      if (level.equals("clear")) {
        return "resolved";
      }
      return RANK.get(level) > RANK.get(was) ? "worsened" : "improved";
    }
  }
}
