// A MongoDB stand-in in memory, for tests where there is no mongod. Prints its port; ends when standard input does. With the argument
// `rs0` it says that it is the primary of a replica set of that name and takes transactions, though it cannot undo one.
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.ServerVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.util.List;

public class MemoryMongoServer {
    public static void main(String[] args) throws java.io.IOException {
        String set = args.length > 0 ? args[0] : null;
        MongoServer server = new MongoServer(new Backend(set).version(new Claimed()));
        server.bind("127.0.0.1", 0);
        System.out.println(server.getLocalAddress().getPort());
        while (System.in.read() >= 0);
        server.shutdownNow();
    }

    static class Backend extends MemoryBackend {
        final String set;

        Backend(String set) {
            this.set = set;
        }

        @Override
        public Document handleCommand(Channel channel, String database, String command, Document query) {
            if (List.of("commitTransaction", "abortTransaction").contains(command)) return new Document("ok", 1.0);
            Document answer = super.handleCommand(channel, database, command, query);
            if (set != null && command.equalsIgnoreCase("ismaster")) {
                String me = channel.localAddress().toString().replace("/", "");
                answer.append("setName", set).append("hosts", List.of(me)).append("me", me);
                answer.append("secondary", false).append("logicalSessionTimeoutMinutes", 30);
            }
            return answer;
        }
    }

    /** It answers all that we ask of MongoDB 5.0, but admits to the wire protocol of 4.0 only, which the driver refuses. */
    static class Claimed implements MongoVersion {
        public List<Integer> getVersionArray() { return ServerVersion.MONGO_5_0.getVersionArray(); }
        public int getWireVersion() { return 13; }
    }
}
