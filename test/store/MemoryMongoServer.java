// A MongoDB stand-in in memory, for tests where there is no mongod. Prints its port; ends when standard input does. With the argument
// `rs0` it is a replica set of that name: prints the ports of two members, and fails over as lines of standard input tell it.
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
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;

public class MemoryMongoServer {
    public static void main(String[] args) throws IOException {
        ReplicaSet set = args.length > 0 ? new ReplicaSet(args[0]) : null;
        MemoryBackend backend = set != null ? set : new MemoryBackend();
        backend.version(new Claimed());
        List<MongoServer> members = new ArrayList<>();
        List<String> ports = new ArrayList<>();
        for (int n = 0; n < (set != null ? 2 : 1); n++) {
            MongoServer member = new MongoServer(backend);
            member.bind("127.0.0.1", 0);
            members.add(member);
            ports.add(String.valueOf(member.getLocalAddress().getPort()));
        }
        if (set != null) set.start(ports);
        System.out.println(String.join(" ", ports));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in));
        for (String order; (order = orders.readLine()) != null; ) System.out.println(set.failOver(order.split(" ")));
        members.forEach(MongoServer::shutdownNow);
    }

    /**
     * Two members that share one memory, so that whatever is done is replicated at once. What it does of the rules of MongoDB: only the
     * primary answers; an open transaction is undone at a failover (there is one at a time); a retryable write is done once.
     */
    static class ReplicaSet extends MemoryBackend {
        static final Set<String> forAll = Set.of("ping", "buildInfo", "endSessions", "killCursors");
        static final Set<String> reads = Set.of("find", "getMore", "aggregate", "count", "distinct", "listCollections", "listIndexes");
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
        String open;
        Runnable undo;

        ReplicaSet(String name) {
            this.name = name;
        }

        synchronized void start(List<String> ports) {
            hosts = ports.stream().map(port -> "127.0.0.1:" + port).toList();
            primary = hosts.get(0);
        }

        /**
         * `lost N MS`: the N-th command from now on is not done, all connections to the primary break, and after MS milliseconds the
         * other member is primary. `done`: the same, but it is done. `refused`: the connections stay, and it is refused as
         * everything is then. Nothing happens for N of 0. Gives how many commands there were since the last order.
         */
        synchronized int failOver(String[] words) {
            int before = seen;
            order = words[0];
            at = Integer.parseInt(words[1]);
            election = Integer.parseInt(words[2]);
            seen = 0;
            return before;
        }

        @Override
        public synchronized Document handleCommand(Channel channel, String database, String command, Document query) {
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
            if (hello) return hello(super.handleCommand(channel, database, command, query), me);
            if (me.equals(primary) || forAll.contains(command)) return run(channel, database, command, query);
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
            rollBack();
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
            if (number == null) return super.handleCommand(channel, database, command, query);
            if (query.containsKey("autocommit")) return inTransaction(channel, database, command, query, number);
            Document before = answered.get(number);
            if (before != null) return before;
            Document answer = super.handleCommand(channel, database, command, query);
            answered.put(number, answer);
            return answer;
        }

        Document inTransaction(Channel channel, String database, String command, Document query, String number) {
            if (command.equals("commitTransaction") && committed.contains(number)) return new Document("ok", 1.0);
            if (Boolean.TRUE.equals(query.get("startTransaction"))) begin(channel, database, number);
            if (!number.equals(open)) {
                return error(251, "NoSuchTransaction", query).append("errorLabels", List.of("TransientTransactionError"));
            }
            if (command.equals("abortTransaction")) rollBack();
            else if (command.equals("commitTransaction")) commit();
            else return super.handleCommand(channel, database, command, query);
            return new Document("ok", 1.0);
        }

        void begin(Channel channel, String database, String number) {
            rollBack();
            open = number;
            Map<String, List<Document>> before = contents(channel, database);
            undo = () -> {
                for (String collection : contents(channel, database).keySet()) {
                    Document all = new Document("q", new Document()).append("limit", 0);
                    super.handleCommand(channel, database, "delete", new Document("delete", collection).append("deletes", List.of(all)));
                    List<Document> documents = before.getOrDefault(collection, List.of());
                    super.handleCommand(channel, database, "insert", new Document("insert", collection).append("documents", documents));
                }
            };
        }

        void commit() {
            committed.add(open);
            open = null;
        }

        void rollBack() {
            if (open != null) undo.run();
            open = null;
        }

        Map<String, List<Document>> contents(Channel channel, String database) {
            Map<String, List<Document>> contents = new HashMap<>();
            for (Document one : batch(super.handleCommand(channel, database, "listCollections", new Document("listCollections", 1)))) {
                Document find = new Document("find", one.get("name")).append("batchSize", Integer.MAX_VALUE);
                List<Document> documents = batch(super.handleCommand(channel, database, "find", find));
                contents.put((String) one.get("name"), documents.stream().map(Document::cloneDeeply).toList());
            }
            return contents;
        }

        @SuppressWarnings("unchecked")
        static List<Document> batch(Document answer) {
            return (List<Document>) ((Document) answer.get("cursor")).get("firstBatch");
        }

        static Document error(int code, String name, Document query) {
            Document error = new Document("ok", 0.0).append("code", code).append("codeName", name).append("errmsg", name);
            boolean ends = query.containsKey("commitTransaction") || query.containsKey("abortTransaction");
            if (query.containsKey("autocommit") && !ends) error.append("errorLabels", List.of("TransientTransactionError"));
            else if (query.containsKey("txnNumber")) error.append("errorLabels", List.of("RetryableWriteError"));
            return error;
        }
    }

    /** It answers all that we ask of MongoDB 5.0, but admits to the wire protocol of 4.0 only, which the driver refuses. */
    static class Claimed implements MongoVersion {
        public List<Integer> getVersionArray() { return ServerVersion.MONGO_5_0.getVersionArray(); }
        public int getWireVersion() { return 13; }
    }
}
