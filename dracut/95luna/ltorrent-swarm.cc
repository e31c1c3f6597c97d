// ltorrent-swarm TORRENT PEER-ID ADDRESS STALL PARENT HOOK
//
// What ltorrent-client fetches an image with, where the initramfs has libtorrent: downloads the one file of
// TORRENT into the current directory, runs HOOK with three arguments once all is there, and seeds it until
// it is killed or PARENT is gone. ADDRESS is the one to bind to, or empty. Status 1: it cannot, nothing has
// come for STALL seconds, or for a few where the web seed refuses; another client has to. Environment:
// LUNA_WEBSEED, the web seed of a torrent that names none; LTORRENT_STREAM, a pipe that gets the bytes of the
// file in their order, each piece once it is compared with its hash.
//
// Build: c++ -O2 -o ltorrent-swarm ltorrent-swarm.cc -ltorrent-rasterbar -Wl,-z,now (libtorrent 2.0). It runs
// with the release that it was compiled for, and with no other.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/load_torrent.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <libtorrent/peer_info.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/settings_pack.hpp>
#include <libtorrent/torrent_handle.hpp>
#include <libtorrent/torrent_info.hpp>
#include <libtorrent/torrent_status.hpp>
#include <libtorrent/version.hpp>

extern char **environ;

namespace {

using Clock = std::chrono::steady_clock;

// So many nodes share the link of the head by HTTP, which costs its processors next to nothing: they ask
// for different parts, and give them to each other. Of more nodes several would ask for the same.
constexpr int few = 2;
// Seconds. As long we wait for the tracker, and for nodes that it knows to connect.
constexpr double patience = 1;
// Seconds without a byte, more in a crowd, where it takes its time until there is something for everybody.
double idle_limit(int nodes) { return 3 + 0.75 * nodes; }
// Seconds without a connection to a head and without a copy of every piece among the others.
constexpr double bereft_limit = 0.2;
// What the peer ids of the heads begin with.
std::string const head_id = "lunaluna";

struct Options {
  std::string torrent, peer_id, address;
  double stall;
  pid_t parent;
  std::string hook;
};

// What is known of the swarm at a moment.
struct Seen {
  // Seconds since the start, and since something came.
  double age, idle;
  // How many other nodes are connected, of these how many whose peer ids come before ours, and how many
  // download by the tracker's word, we among them (-1: no word).
  int nodes, before, announced;
  // Seconds since the connection to a head ended, as long as there are pieces that no peer has.
  double bereft;
  // Whether bytes have come by HTTP.
  bool fed;
};

// Whether to fetch from the head by HTTP: a few nodes do, and those who wait in vain for others. A crowd
// leaves it to the seeder, which gives each piece once.
bool wants_http(Seen const &seen) {
  if (seen.idle > idle_limit(seen.nodes) || seen.bereft > bereft_limit) return true;
  if (seen.nodes >= few) return false;
  return seen.age > patience || (seen.announced >= 0 && seen.announced <= few);
}

bool is_head(lt::peer_id const &id) { return id.to_string().compare(0, head_id.size(), head_id) == 0; }

// The connections to the heads' seeders, which end while they are not wanted: beside those of HTTP they only
// take room on the link from each other, and time of the head. libtorrent lets extensions alone end one.
class Heads : public lt::torrent_plugin {
 public:
  std::atomic<bool> wanted{true};

  std::shared_ptr<lt::peer_plugin> new_connection(lt::peer_connection_handle const &peer) override {
    if (peer.type() == lt::connection_type::bittorrent) peers_.push_back(peer);
    return {};
  }

  // Once a second. Whoever else is about to be connected wants them again.
  void tick() override {
    auto const is_over = [](lt::peer_connection_handle const &peer) {
      return !peer.native_handle() || peer.is_disconnecting();
    };
    peers_.erase(std::remove_if(peers_.begin(), peers_.end(), is_over), peers_.end());
    auto const of_head = [](lt::peer_connection_handle const &peer) { return is_head(peer.pid()); };
    if (wanted || !std::all_of(peers_.begin(), peers_.end(), of_head)) return;
    for (auto &peer : peers_) peer.disconnect({}, lt::operation_t::bittorrent);
  }

 private:
  std::vector<lt::peer_connection_handle> peers_;
};

std::string endpoints(std::string const &address) {
  if (address.empty()) return "0.0.0.0:6881,[::]:6881";
  return (address.find(':') == std::string::npos ? address : "[" + address + "]") + ":6881";
}

lt::settings_pack settings(Options const &options) {
  using set = lt::settings_pack;
  lt::settings_pack pack;
  for (int off : {set::enable_dht, set::enable_lsd, set::enable_upnp, set::enable_natpmp,
                  set::enable_incoming_utp, set::enable_outgoing_utp, set::close_redundant_connections})
    pack.set_bool(off, false);
  // several seeding processes of the head have one address
  pack.set_bool(set::allow_multiple_connections_per_ip, true);
  pack.set_int(set::in_enc_policy, set::pe_disabled);
  pack.set_int(set::out_enc_policy, set::pe_disabled);
  pack.set_int(set::alert_mask, lt::alert_category::status | lt::alert_category::error |
                                    lt::alert_category::tracker | lt::alert_category::storage);
  pack.set_str(set::peer_fingerprint, options.peer_id);
  pack.set_str(set::user_agent, "ltorrent-swarm");
  pack.set_str(set::listen_interfaces, endpoints(options.address));
  if (!options.address.empty()) pack.set_str(set::outgoing_interfaces, options.address);
  // as often as the tracker says
  pack.set_int(set::min_announce_interval, 1);
  pack.set_int(set::num_want, 50);
  pack.set_int(set::unchoke_slots_limit, 16);
  pack.set_int(set::max_queued_disk_bytes, 16 << 20);
  pack.set_int(set::urlseed_wait_retry, 3);
  pack.set_int(set::tick_interval, 100);
  pack.set_int(set::aio_threads, 1);
  pack.set_int(set::hashing_threads, 1);
  return pack;
}

// Writes pieces to a pipe in a thread of its own, as whoever reads it may be slow, or never come.
class Stream {
 public:
  explicit Stream(std::string path) : path_(std::move(path)) { std::thread([this] { write_all(); }).detach(); }

  void add(boost::shared_array<char> bytes, int size) {
    std::lock_guard<std::mutex> const lock(mutex_);
    pieces_.push_back({bytes, size});
    more_.notify_one();
  }

  // How many pieces have been written; whether more can be.
  int written() const { return written_; }
  bool alive() const { return alive_; }

 private:
  struct Piece {
    boost::shared_array<char> bytes;
    int size;
  };

  void write_all() {
    int const pipe = open(path_.c_str(), O_WRONLY);
    for (;;) {
      std::unique_lock<std::mutex> lock(mutex_);
      more_.wait(lock, [this] { return !pieces_.empty(); });
      Piece const piece = pieces_.front();
      pieces_.pop_front();
      lock.unlock();
      if (piece.size == 0 || !write_piece(pipe, piece)) break;
      written_++;
    }
    close(pipe);
    alive_ = false;
  }

  static bool write_piece(int pipe, Piece const &piece) {
    for (int at = 0; at < piece.size;) {
      auto const count = write(pipe, piece.bytes.get() + at, piece.size - at);
      if (count <= 0) return false;
      at += count;
    }
    return true;
  }

  std::string path_;
  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<Piece> pieces_;
  std::atomic<int> written_{0};
  std::atomic<bool> alive_{true};
};

class Fetcher {
 public:
  explicit Fetcher(Options const &options)
      : options_(options), session_(lt::session_params(settings(options))) {
    auto params = lt::load_torrent_file(options.torrent);
    if (params.ti->num_files() != 1) throw std::runtime_error("the torrent has more than one file");
    name_ = params.ti->files().file_name(lt::file_index_t{0}).to_string();
    pieces_ = params.ti->num_pieces();
    ahead_ = std::max(16, (16 << 20) / params.ti->piece_length());
    if (char const *const pipe = std::getenv("LTORRENT_STREAM")) stream_ = new Stream(pipe);
    else next_ = pieces_;
    params.save_path = ".";
    char const *const other = std::getenv("LUNA_WEBSEED");
    web_seed_ = !params.url_seeds.empty() ? params.url_seeds.front() : other ? other : "";
    params.url_seeds.clear();
    params.extensions.push_back([this](lt::torrent_handle const &, lt::client_data_t) { return heads_; });
    params.flags &= ~(lt::torrent_flags::auto_managed | lt::torrent_flags::paused);
    torrent_ = session_.add_torrent(std::move(params));
  }

  // Comes back when the parent is gone. Throws when the file cannot be written.
  void run() {
    while (kill(options_.parent, 0) == 0) {
      session_.wait_for_alert(std::chrono::milliseconds(next_ < pieces_ && here_ > 0 ? 20 : done_ ? 2000 : 200));
      take_alerts();
      if (next_ < pieces_) pass_on();
      if (!done_ && Clock::now() - steered_ > std::chrono::milliseconds(calm_ ? 250 : 100)) steer();
    }
  }

 private:
  void take_alerts() {
    std::vector<lt::alert *> alerts;
    session_.pop_alerts(&alerts);
    for (auto *alert : alerts) {
      if (lt::alert_cast<lt::torrent_finished_alert>(alert)) torrent_.flush_cache();
      if (lt::alert_cast<lt::cache_flushed_alert>(alert)) finish();
      if (auto const *read = lt::alert_cast<lt::read_piece_alert>(alert)) take_piece(*read);
      auto const *seed = lt::alert_cast<lt::url_seed_alert>(alert);
      // an answer that is no file; libtorrent does not ask again
      if (seed && !seed->error) refused_ = seed->error_message();
      // what is decided within the first tenth of a second is done then, what comes later a second after it
      if (lt::alert_cast<lt::tracker_reply_alert>(alert)) steered_ = {};
      if (lt::alert_cast<lt::torrent_error_alert>(alert)) throw std::runtime_error(alert->message());
      auto const *failed = lt::alert_cast<lt::file_error_alert>(alert);
      // later versions of libtorrent say so of a file that is not there yet
      if (failed && failed->error != boost::system::errc::no_such_file_or_directory)
        throw std::runtime_error(alert->message());
    }
  }

  // Has the next pieces read that are there; not many ahead of who takes them from the pipe.
  void pass_on() {
    if (!stream_->alive()) next_ = pieces_;
    while (next_ < pieces_ && next_ < stream_->written() + ahead_ && torrent_.have_piece(lt::piece_index_t{next_}))
      torrent_.read_piece(lt::piece_index_t{next_++});
  }

  void take_piece(lt::read_piece_alert const &read) {
    if (read.error) throw std::runtime_error(read.message());
    came_[static_cast<int>(read.piece)] = {read.buffer, read.size};
    for (auto at = came_.find(passed_); at != came_.end(); at = came_.find(++passed_)) {
      stream_->add(at->second.first, at->second.second);
      came_.erase(at);
    }
    if (passed_ == pieces_) stream_->add({}, 0);
  }

  void finish() {
    if (done_ || !torrent_.status({}).is_seeding) return;
    done_ = true;
    if (http_) torrent_.remove_url_seed(web_seed_);
    std::string gid = "swarm", files = "1";
    char *const arguments[] = {options_.hook.data(), gid.data(), files.data(), name_.data(), nullptr};
    pid_t child;
    if (posix_spawn(&child, options_.hook.c_str(), nullptr, nullptr, arguments, environ) != 0)
      throw std::runtime_error("cannot run " + options_.hook);
  }

  void steer() {
    steered_ = Clock::now();
    auto const seen = look();
    // alone, bytes may as well come in the order in which they are unpacked
    if (stream_) {
      if (seen.nodes == 0) torrent_.set_flags(lt::torrent_flags::sequential_download);
      else torrent_.unset_flags(lt::torrent_flags::sequential_download);
    }
    if (seen.age > 2 && !calm_) calm_down();
    if (seen.idle > options_.stall) throw std::runtime_error("nothing comes");
    if (!refused_.empty() && seen.idle > idle_limit(seen.nodes))
      throw std::runtime_error("nothing comes, and the web seed refuses: " + refused_);
    if (!web_seed_.empty() && wants_http(seen) != http_) use_http(!http_, seen);
    bool const lone = http_ && seen.nodes == 0 && seen.idle < 1 && (seen.fed || seen.age < 1);
    if (heads_->wanted == lone) want_heads(!lone);
  }

  void want_heads(bool wanted) {
    heads_->wanted = wanted;
    had_head_ = false;
    lt::settings_pack pack;
    // seconds after which libtorrent itself connects to somebody again
    pack.set_int(lt::settings_pack::min_reconnect_time, wanted ? 1 : 3600);
    session_.apply_settings(pack);
  }

  // What is connected to at the beginning is not to wait for a tick; later a tick is work for nothing.
  void calm_down() {
    calm_ = true;
    lt::settings_pack pack;
    pack.set_int(lt::settings_pack::tick_interval, 500);
    session_.apply_settings(pack);
  }

  // Each of many asks for a little at a time, and for a part of its own first, as the others want the same.
  void use_http(bool wanted, Seen const &seen) {
    http_ = wanted;
    bool const crowd = seen.nodes >= few;
    lt::settings_pack pack;
    pack.set_int(lt::settings_pack::urlseed_max_request_bytes, crowd ? 1 << 18 : 4 << 20);
    session_.apply_settings(pack);
    std::vector<lt::download_priority_t> first(pieces_, lt::default_priority);
    auto const part = [&](int at) { return first.begin() + std::int64_t{pieces_} * at / (seen.nodes + 1); };
    if (wanted && crowd) std::fill(part(seen.before), part(seen.before + 1), lt::top_priority);
    torrent_.prioritize_pieces(first);
    if (wanted) torrent_.add_url_seed(web_seed_);
    else torrent_.remove_url_seed(web_seed_);
  }

  Seen look() {
    auto const now = Clock::now();
    auto const since = [now](Clock::time_point then) { return std::chrono::duration<double>(now - then).count(); };
    auto const status = torrent_.status(lt::torrent_handle::query_distributed_copies);
    if (status.total_wanted_done != here_) progress_ = now;
    here_ = status.total_wanted_done;
    std::vector<lt::peer_info> peers;
    torrent_.get_peer_info(peers);
    int nodes = 0, before = 0;
    bool head = false, fed = false;
    for (auto const &peer : peers) {
      if (peer.connection_type == lt::peer_info::web_seed) fed = peer.total_download > 0;
      if (peer.connection_type != lt::peer_info::standard_bittorrent) continue;
      if (peer.flags & (lt::peer_info::connecting | lt::peer_info::handshake)) continue;
      if (is_head(peer.pid)) {
        head = true;
      } else {
        nodes++;
        if (peer.pid.to_string() < options_.peer_id) before++;
      }
    }
    had_head_ = had_head_ || (head && heads_->wanted);
    // what HTTP has counts as a copy, so the answer stays what it was while it is in use
    if (head || !had_head_ || (!http_ && status.distributed_copies >= 1)) complete_ = now;
    return {since(began_), since(progress_), nodes, before, status.num_incomplete, since(complete_), fed};
  }

  Options options_;
  lt::session session_;
  lt::torrent_handle torrent_;
  std::shared_ptr<Heads> const heads_ = std::make_shared<Heads>();
  // What the web seed said instead of giving the file.
  std::string name_, web_seed_, refused_;
  // Never deleted: its thread may wait for pieces, or for who reads the pipe, until this process ends.
  Stream *stream_ = nullptr;
  // How many pieces there are, which is the next to be read for the stream, the next to be passed to it, and
  // how many may wait there.
  int pieces_ = 0, next_ = 0, passed_ = 0, ahead_ = 0;
  std::map<int, std::pair<boost::shared_array<char>, int>> came_;
  bool done_ = false, http_ = false, had_head_ = false, calm_ = false;
  std::int64_t here_ = 0;
  Clock::time_point began_ = Clock::now(), progress_ = began_, complete_ = began_, steered_;
};

}  // namespace

int main(int count, char **words) {
  // With another release comes another Boost, whose error codes are of another size, and what has one in it.
  if (std::strcmp(lt::version(), LIBTORRENT_VERSION) != 0) {
    std::fprintf(stderr, "ltorrent-swarm: compiled for libtorrent " LIBTORRENT_VERSION ", this is %s\n", lt::version());
    return 1;
  }
  if (count != 7) {
    std::fputs("usage: ltorrent-swarm TORRENT PEER-ID ADDRESS STALL PARENT HOOK\n", stderr);
    return 2;
  }
  signal(SIGCHLD, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  try {
    Fetcher({words[1], words[2], words[3], std::atof(words[4]), std::atoi(words[5]), words[6]}).run();
  } catch (std::exception const &failed) {
    std::fprintf(stderr, "luna: download: %s\n", failed.what());
  }
  _exit(1);
}
