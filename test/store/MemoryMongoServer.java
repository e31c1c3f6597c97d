// A MongoDB stand-in in memory, for tests where there is no mongod. Prints its port; ends when standard input does.
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.ServerVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

public class MemoryMongoServer {
    public static void main(String[] args) throws java.io.IOException {
        MongoServer server = new MongoServer(new MemoryBackend().version(new Claimed()));
        server.bind("127.0.0.1", args.length > 0 ? Integer.parseInt(args[0]) : 0);
        System.out.println(server.getLocalAddress().getPort());
        while (System.in.read() >= 0);
        server.shutdownNow();
    }

    /** It answers all that we ask of MongoDB 5.0, but admits to the wire protocol of 4.2 only, which the driver refuses. */
    static class Claimed implements MongoVersion {
        public List<Integer> getVersionArray() { return ServerVersion.MONGO_5_0.getVersionArray(); }
        public int getWireVersion() { return 13; }
    }
}
