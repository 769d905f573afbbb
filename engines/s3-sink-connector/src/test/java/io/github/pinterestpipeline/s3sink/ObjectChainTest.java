package io.github.pinterestpipeline.s3sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.junit.jupiter.api.Test;

class ObjectChainTest {
  private static final TopicPartition PARTITION = new TopicPartition("orders", 1);
  private static final int SPAN = 100;
  private final InMemoryStore store = new InMemoryStore();
  private final ObjectKeys keys = new ObjectKeys("topics");
  private final ObjectChain chain = new ObjectChain(store, keys, SPAN);

  private void object(long start, long last) {
    store.putIfAbsent(
        keys.key(PARTITION, start), new byte[0], 0, StoredObject.metadata(last, 7, 1));
    store.calls.clear();
  }

  private long newestLast(long offset) {
    return chain.newest(PARTITION, offset).map(StoredObject::lastOffset).orElse(-1L);
  }

  @Test
  void findsNothingInAnEmptyBucket() {
    assertEquals(Optional.empty(), chain.newest(PARTITION, 0));
    assertEquals(1, store.calls.size());
  }

  @Test
  void needsOneListAndOneHeadWhereTheOffsetIsCommitted() {
    for (int i = 0; i < 50; i++) {
      object(i * 100L, i * 100L + 99);
    }
    assertEquals(4_999, newestLast(5_000));
    assertEquals(2, store.calls.size());
    assertEquals("list " + keys.key(PARTITION, 4_899), store.calls.get(0));
  }

  @Test
  void listsForwardInPages() {
    store.pageSize = 10;
    for (int i = 0; i < 95; i++) {
      object(i, i);
    }
    assertEquals(94, newestLast(0));
    assertEquals(11, store.calls.size());
  }

  @Test
  void gallopsBackToAnObjectFarBelow() {
    object(0, 9);
    object(10, 4_000_000);
    assertEquals(4_000_000, newestLast(5_000_000));
    assertTrue(store.calls.size() <= 8, () -> store.calls.toString());
  }

  @Test
  void gallopsToTheStartAndGivesUp() {
    assertEquals(-1, newestLast(Long.MAX_VALUE - 1));
    assertTrue(store.calls.size() <= 21, () -> store.calls.toString());
  }

  @Test
  void ignoresOtherPartitionsAndForeignNames() {
    object(10, 19);
    store.objects.put("topics/orders/partition=1/orders+1+notes.txt", empty());
    store.objects.put("topics/orders/partition=10/orders+10+00000000000000000500.json", empty());
    assertEquals(19, newestLast(20));
  }

  private static InMemoryStore.Stored empty() {
    return new InMemoryStore.Stored(new byte[0], Map.of());
  }

  @Test
  void refusesObjectsThatAnotherConnectorWrote() {
    String key = keys.key(PARTITION, 5);
    store.objects.put(key, empty());
    String message =
        assertThrows(ConnectException.class, () -> chain.newest(PARTITION, 6)).getMessage();
    assertTrue(message.contains(key) && message.contains("last-offset=null"), message);
    assertTrue(message.contains("topics.dir"), message);
  }

  @Test
  void refusesMetadataThatContradictTheName() {
    object(50, 49);
    String message =
        assertThrows(ConnectException.class, () -> chain.newest(PARTITION, 60)).getMessage();
    assertTrue(message.contains("last-offset=49, expected at least 50"), message);
  }

  @Test
  void triesAgainWhenAnObjectGoesBetweenListAndHead() {
    InMemoryStore vanishing =
        new InMemoryStore() {
          @Override
          public Optional<Map<String, String>> metadata(String key) {
            return Optional.empty();
          }
        };
    vanishing.objects.put(keys.key(PARTITION, 5), empty());
    assertThrows(
        RetriableException.class,
        () -> new ObjectChain(vanishing, keys, SPAN).newest(PARTITION, 6));
  }
}
