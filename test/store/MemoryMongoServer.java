// A MongoDB stand-in in memory, for tests where there is no mongod. Prints its port; ends when standard input
// does. With the argument `rs0` it is a replica set of that name and prints the ports of two members. Lines
// of standard input are orders to behave as a mongod does in bad times (see Scripted and ReplicaSet); each is
// answered by a line.
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.ServerVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import io.netty.channel.Channel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.ConcurrentHashMap;

public class MemoryMongoServer {
    public static void main(String[] args) throws IOException {
        Scripted backend = args.length > 0 ? new ReplicaSet(args[0]) : new Scripted();
        backend.version(new Claimed());
        List<MongoServer> members = new ArrayList<>();
        List<String> ports = new ArrayList<>();
        for (int n = 0; n < (args.length > 0 ? 2 : 1); n++) {
            MongoServer member = new MongoServer(backend);
            member.bind("127.0.0.1", 0);
            members.add(member);
            ports.add(String.valueOf(member.getLocalAddress().getPort()));
        }
        backend.start(ports);
        System.out.println(String.join(" ", ports));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in));
        for (String order; (order = orders.readLine()) != null; ) System.out.println(backend.obey(order.split(" ")));
        members.forEach(MongoServer::shutdownNow);
    }

    /**
     * One server. Its orders, each until `free`:
     * `answer CODE COMMAND TIMES`: the next commands of that name fail with that code.
     * `hold NAME MS`: commands of that name, or all writes to a collection of that name, wait so long, as
     * behind the transaction of a process that died, or as an index build waits for a member that is down.
     * `slow COLLECTION MS`: each write to that collection takes so long, as where replication lags.
     * `wire N`: it admits to that version of the wire protocol (8: MongoDB 4.2).
     * `nomajority MS`: so long no majority confirms a write. By itself it refuses what the other server takes
     * and mongod does not: names and _ids, and paths through no map.
     */
    static class Scripted extends MemoryBackend {
        static final Set<Integer> leaving = Set.of(91, 189, 10107, 11600, 11602, 13435, 13436);
        static final Set<String> writes = Set.of("insert", "update", "delete", "findAndModify");
        final Map<String, Integer> failing = new ConcurrentHashMap<>();
        final Map<String, Long> held = new ConcurrentHashMap<>();
        final Map<String, Long> slow = new ConcurrentHashMap<>();
        volatile int wire;
        volatile int code;
        volatile long minorityUntil;

        void start(List<String> ports) {}

        int obey(String[] words) {
            switch (words[0]) {
                case "answer" -> { code = Integer.parseInt(words[1]); failing.put(words[2], Integer.parseInt(words[3])); }
                case "hold" -> held.put(words[1], now() + Long.parseLong(words[2]));
                case "slow" -> slow.put(words[1], Long.parseLong(words[2]));
                case "wire" -> wire = Integer.parseInt(words[1]);
                case "nomajority" -> minorityUntil = now() + Long.parseLong(words[1]);
                case "free" -> { failing.clear(); held.clear(); slow.clear(); wire = 0; minorityUntil = 0; }
                default -> throw new IllegalArgumentException(words[0]);
            }
            return 0;
        }

        @Override
        public Document handleCommand(Channel channel, String database, String command, Document query) {
            // mongod itself repeats a single write that is in conflict with another one.
            boolean fails = code != 112 || query.containsKey("autocommit");
            Integer left = fails ? failing.computeIfPresent(command, (name, times) -> times - 1) : null;
            if (left != null && left >= 0) return error(code, "Ordered", query);
            Object name = query.get(command);
            long until = Math.max(held.getOrDefault(command, 0L), writes.contains(command) ? held.getOrDefault(String.valueOf(name), 0L) : 0L);
            long delay = writes.contains(command) ? slow.getOrDefault(String.valueOf(name), 0L) : 0;
            if (!waited(Math.max(until, now() + delay), limit(query, "maxTimeMS"))) return error(50, "MaxTimeMSExpired", query);
            Document refusal = writes.contains(command) ? refusal(channel, database, command, query) : null;
            Document answer = refusal != null ? refusal : serve(channel, database, command, query);
            if (wire > 0 && answer != null && answer.containsKey("maxWireVersion")) answer.put("maxWireVersion", wire);
            return confirmed(answer, query);
        }

        Document serve(Channel channel, String database, String command, Document query) {
            try {
                return super.handleCommand(channel, database, command, query);
            } catch (RuntimeException e) {
                if (!command.equals("renameCollection")) throw e;
                boolean missing = String.valueOf(e.getMessage()).contains("source namespace");
                return missing ? error(26, "NamespaceNotFound", query) : error(48, "NamespaceExists", query);
            }
        }

        /** Waits until then, or as long as that; says whether the time came. */
        static boolean waited(long until, long most) {
            long end = Math.min(until, now() + most);
            try {
                while (now() < end) Thread.sleep(5);
            } catch (InterruptedException e) {
                return false;
            }
            return now() >= until;
        }

        Document confirmed(Document answer, Document query) {
            boolean majority = query.get("writeConcern") instanceof Document concern && "majority".equals(concern.get("w"));
            if (!majority) return answer;
            long wtimeout = limit((Document) query.get("writeConcern"), "wtimeout");
            if (waited(minorityUntil, Math.min(wtimeout, limit(query, "maxTimeMS")))) return answer;
            Document error = new Document("code", 64).append("codeName", "WriteConcernFailed");
            return answer.append("writeConcernError", error.append("errmsg", "waiting for replication timed out"));
        }

        static long limit(Document query, String field) {
            return query.get(field) instanceof Number number && number.longValue() > 0 ? number.longValue() : Integer.MAX_VALUE;
        }

        static long now() {
            return System.nanoTime() / 1_000_000;
        }

        Document refusal(Channel channel, String database, String command, Document query) {
            String collection = String.valueOf(query.get(command));
            if (collection.startsWith(".") || collection.endsWith(".") || collection.contains("..")) {
                return error(73, "InvalidNamespace", query);
            }
            if (query.get("documents") instanceof List<?> documents) {
                for (int at = 0; at < documents.size(); at++) {
                    if (((Document) documents.get(at)).get("_id") instanceof List<?>) return writeError(at, 53, "_id cannot be an array");
                }
            }
            if (query.get("updates") instanceof List<?> updates) {
                for (int at = 0; at < updates.size(); at++) {
                    if (leadsNowhere(channel, database, collection, (Document) updates.get(at))) return writeError(at, 28, "Cannot create field");
                }
            }
            return null;
        }

        /** Whether a path of $set leads through something that is no document. */
        boolean leadsNowhere(Channel channel, String database, String collection, Document update) {
            if (!(update.get("u") instanceof Document change) || !(change.get("$set") instanceof Document set)) return false;
            if (set.keySet().stream().noneMatch(path -> path.contains("."))) return false;
            Document find = new Document("find", collection).append("filter", update.get("q"));
            for (Document found : batch(super.handleCommand(channel, database, "find", find))) {
                for (String path : set.keySet()) {
                    Object at = found;
                    String[] keys = path.split("\\.");
                    for (int n = 0; n < keys.length - 1 && at instanceof Document map && map.containsKey(keys[n]); n++) at = map.get(keys[n]);
                    if (!(at instanceof Document)) return true;
                }
            }
            return false;
        }

        static Document writeError(int index, int code, String text) {
            Document error = new Document("index", index).append("code", code).append("errmsg", text);
            return new Document("ok", 1.0).append("n", 0).append("writeErrors", List.of(error));
        }

        @SuppressWarnings("unchecked")
        static List<Document> batch(Document answer) {
            return (List<Document>) ((Document) answer.get("cursor")).get("firstBatch");
        }

        static Document error(int code, String name, Document query) {
            Document error = new Document("ok", 0.0).append("code", code).append("codeName", name).append("errmsg", name);
            boolean ends = query.containsKey("commitTransaction") || query.containsKey("abortTransaction");
            // TransactionTooLargeForCache would come again.
            if (query.containsKey("autocommit") && !ends && code != 388) error.append("errorLabels", List.of("TransientTransactionError"));
            else if (query.containsKey("txnNumber") && leaving.contains(code)) error.append("errorLabels", List.of("RetryableWriteError"));
            return error;
        }
    }

    /**
     * Two members that share one memory, so that whatever is done is replicated at once. What it does of the
     * rules of MongoDB: a secondary answers reads of those who do not ask for the primary; nobody sees a
     * transaction before its commit, which fails when it would come out otherwise by then; open transactions
     * are undone at a failover; a retryable write is done once.
     */
    static class ReplicaSet extends Scripted {
        static final Set<String> forAll = Set.of("ping", "buildInfo", "endSessions", "killCursors");
        static final Set<String> reads = Set.of("find", "getMore", "aggregate", "count", "distinct", "listCollections", "listIndexes");
        record Command(String database, String name, Document query, Document answer) {}
        final String name;
        final Timer elections = new Timer(true);
        final Set<Channel> clients = new HashSet<>();
        final Map<Object, Document> answered = new HashMap<>();
        final Set<String> committed = new HashSet<>();
        List<String> hosts;
        String primary;
        int term = 1;
        String order = "";
        int at, seen, election;
        final Map<String, List<Command>> open = new HashMap<>();

        ReplicaSet(String name) {
            this.name = name;
        }

        @Override
        synchronized void start(List<String> ports) {
            hosts = ports.stream().map(port -> "127.0.0.1:" + port).toList();
            primary = hosts.get(0);
        }

        /**
         * `lost N MS`: the N-th command from now on is not done, all connections to the primary break, and
         * after MS milliseconds the other member is primary. `done`: the same, but it is done. `refused`: the
         * connections stay, and it is refused as everything is then. Nothing happens for N of 0. Gives how
         * many commands there were since the last order.
         */
        @Override
        int obey(String[] words) {
            return Set.of("lost", "done", "refused").contains(words[0]) ? failOver(words) : super.obey(words);
        }

        synchronized int failOver(String[] words) {
            int before = seen;
            order = words[0];
            at = Integer.parseInt(words[1]);
            election = Integer.parseInt(words[2]);
            seen = 0;
            return before;
        }

        @Override
        synchronized Document serve(Channel channel, String database, String command, Document query) {
            String me = memberOf(channel);
            clients.add(channel);
            boolean hello = command.equalsIgnoreCase("ismaster");
            // What the driver asks for itself has no session.
            boolean counts = me.equals(primary) && !(hello && !query.containsKey("lsid"));
            if (counts && ++seen == at) {
                Document answer = order.equals("done") ? run(channel, database, command, query) : null;
                stepDown();
                if (answer != null) return answer;
            }
            if (hello) return hello(super.serve(channel, database, command, query), me);
            if (me.equals(primary) || forAll.contains(command)) return run(channel, database, command, query);
            boolean anybody = query.get("$readPreference") instanceof Document who && !"primary".equals(who.get("mode"));
            if (reads.contains(command) && anybody) return super.serve(channel, database, command, query);
            if (reads.contains(command)) return error(13435, "NotPrimaryNoSecondaryOk", query);
            return error(10107, "NotWritablePrimary", query);
        }

        @Override
        public synchronized void handleClose(Channel channel) {
            clients.remove(channel);
            super.handleClose(channel);
        }

        static String memberOf(Channel client) {
            return client.localAddress().toString().replace("/", "");
        }

        void stepDown() {
            open.clear();
            String old = primary;
            primary = null;
            term++;
            // What is closed here gets no answer to the command that is at hand.
            List<Channel> its = clients.stream().filter(client -> memberOf(client).equals(old)).toList();
            if (!order.equals("refused")) its.forEach(Channel::close);
            elections.schedule(new TimerTask() {
                public void run() { elect(old); }
            }, election);
        }

        synchronized void elect(String old) {
            primary = hosts.get(1 - hosts.indexOf(old));
        }

        Document hello(Document answer, String me) {
            boolean first = me.equals(primary);
            answer.append("ismaster", first).append("secondary", !first);
            answer.append("setName", name).append("setVersion", 1).append("hosts", hosts).append("me", me);
            answer.putIfNotNull("primary", primary);
            if (first) answer.append("electionId", new ObjectId(String.format("7fffffff%016x", term)));
            return answer.append("logicalSessionTimeoutMinutes", 30);
        }

        Document run(Channel channel, String database, String command, Document query) {
            // The first part of an answer is small, which it would not be by itself.
            if (command.equals("find")) query.putIfAbsent("batchSize", 101);
            if (command.equals("getMore")) query.putIfAbsent("batchSize", 100_000);
            String number = query.containsKey("txnNumber") ? query.get("lsid") + " " + query.get("txnNumber") : null;
            if (number == null) return super.serve(channel, database, command, query);
            if (query.containsKey("autocommit")) return inTransaction(channel, new Command(database, command, query, null), number);
            Document before = answered.get(number);
            if (before != null) return before;
            Document answer = super.serve(channel, database, command, query);
            answered.put(number, answer);
            return answer;
        }

        Document inTransaction(Channel channel, Command command, String number) {
            if (command.name.equals("commitTransaction") && committed.contains(number)) return new Document("ok", 1.0);
            if (Boolean.TRUE.equals(command.query.get("startTransaction"))) open.put(number, new ArrayList<>());
            List<Command> before = open.get(number);
            if (before == null) return passing(251, "NoSuchTransaction");
            if (command.name.equals("abortTransaction")) open.remove(number);
            else if (command.name.equals("commitTransaction")) return commit(channel, number);
            else return seenBy(channel, before, command);
            return new Document("ok", 1.0);
        }

        /** Does all commands of a transaction up to this one, and takes them back. */
        Document seenBy(Channel channel, List<Command> before, Command command) {
            List<Command> all = new ArrayList<>(before);
            all.add(command);
            Runnable undo = undoing(channel, all);
            List<Document> answers = answersTo(channel, all);
            undo.run();
            Document answer = answers.get(answers.size() - 1);
            if (writes.contains(command.name)) before.add(new Command(command.database, command.name, command.query, answer));
            return answer;
        }

        Document commit(Channel channel, String number) {
            List<Command> all = open.remove(number);
            Runnable undo = undoing(channel, all);
            List<Document> answers = answersTo(channel, all);
            for (int at = 0; at < answers.size(); at++) {
                if (Objects.equals(answers.get(at).get("n"), all.get(at).answer.get("n"))) continue;
                undo.run();
                return passing(112, "WriteConflict");
            }
            committed.add(number);
            return new Document("ok", 1.0);
        }

        List<Document> answersTo(Channel channel, List<Command> commands) {
            return commands.stream().map(one -> super.serve(channel, one.database, one.name, one.query.cloneDeeply())).toList();
        }

        Runnable undoing(Channel channel, List<Command> commands) {
            Map<String, List<Document>> before = new HashMap<>();
            for (Command one : commands) {
                if (!writes.contains(one.name)) continue;
                String collection = (String) one.query.get(one.name);
                Document find = new Document("find", collection).append("batchSize", Integer.MAX_VALUE);
                List<Document> documents = batch(super.serve(channel, one.database, "find", find));
                before.put(one.database + " " + collection, documents.stream().map(Document::cloneDeeply).toList());
            }
            return () -> before.forEach((where, documents) -> {
                String[] words = where.split(" ", 2);
                Document all = new Document("q", new Document()).append("limit", 0);
                super.serve(channel, words[0], "delete", new Document("delete", words[1]).append("deletes", List.of(all)));
                if (documents.isEmpty()) return;
                super.serve(channel, words[0], "insert", new Document("insert", words[1]).append("documents", documents));
            });
        }

        static Document passing(int code, String name) {
            return error(code, name, new Document()).append("errorLabels", List.of("TransientTransactionError"));
        }
    }

    /**
     * It answers all that we ask of MongoDB 5.0, but admits to the wire protocol of 4.0 only, which the
     * driver refuses.
     */
    static class Claimed implements MongoVersion {
        public List<Integer> getVersionArray() { return ServerVersion.MONGO_5_0.getVersionArray(); }
        public int getWireVersion() { return 13; }
    }
}
