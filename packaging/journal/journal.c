// luna-journal NAME PROGRAM [ARGUMENT...]: becomes PROGRAM. Where its standard error is systemd's journal, a
// child reads that instead and gives each line to the journal as an entry of NAME with fields: Node has no
// datagram sockets of Unix. A line is `<PRIORITY>TEXT` (sd-daemon(3)), and what the program has to say beside
// the text comes before it, each after a tab: `<6>\tLUNA_NODE=node001\tnode status node=node001`. The
// protocol is the native one of the journal (systemd.io/JOURNAL_NATIVE_PROTOCOL): fields `NAME=VALUE\n` in a
// datagram.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

static const struct sockaddr_un journal = {AF_UNIX, "/run/systemd/journal/socket"};

// Whether systemd says that standard error is the journal (JOURNAL_STREAM in systemd.exec(5)).
static int is_journal(int fd) {
  const char *stream = getenv("JOURNAL_STREAM");
  unsigned long long device, inode;
  struct stat is;
  return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(fd, &is) == 0 &&
         is.st_dev == device && is.st_ino == inode;
}

// Sends one line. What the journal does not take goes to standard error, as the text that it is.
static void tell(int to, const char *name, char *line) {
  char priority = '6', *fields = line, *text, *entry = NULL;
  if (line[0] == '<' && line[1] >= '0' && line[1] <= '7' && line[2] == '>') {
    priority = line[1];
    fields += 3;
  }
  text = strrchr(fields, '\t');
  if (fields[0] != '\t' || text == NULL)
    text = fields;
  else
    *text++ = '\0';
  for (char *tab = fields; text != fields && (tab = strchr(tab, '\t')) != NULL;) *tab = '\n';
  const char *more = text == fields ? "" : fields;
  int length = asprintf(&entry, "MESSAGE=%s\nPRIORITY=%c\nSYSLOG_IDENTIFIER=%s%s\n", text, priority, name, more);
  if (length < 0) return;
  if (sendto(to, entry, (size_t)length, MSG_NOSIGNAL, (const struct sockaddr *)&journal, sizeof journal) < 0)
    dprintf(STDERR_FILENO, "<%c>%s\n", priority, text);
  free(entry);
}

// Reads until the last process of the program has closed its end: its last word is told as well.
static void forward(const char *name) {
  for (int fd = 3; fd < 64; fd++) close(fd); // sockets of systemd are the program's
  for (const int *one = (int[]){SIGTERM, SIGINT, SIGHUP, SIGPIPE, 0}; *one; one++) signal(*one, SIG_IGN);
  int to = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  char *line = NULL;
  size_t room = 0;
  for (ssize_t read; (read = getline(&line, &room, stdin)) > 0;) {
    if (line[read - 1] == '\n') line[read - 1] = '\0';
    tell(to, name, line);
  }
}

int main(int argc, char **argv) {
  int ends[2];
  if (argc < 3) return dprintf(STDERR_FILENO, "usage: luna-journal NAME PROGRAM [ARGUMENT...]\n"), 2;
  if (is_journal(STDERR_FILENO) && pipe2(ends, O_CLOEXEC) == 0) {
    pid_t reader = fork();
    if (reader == 0) {
      dup2(ends[0], STDIN_FILENO);
      close(ends[1]);
      forward(argv[1]);
      return 0;
    }
    if (reader > 0 && dup2(ends[1], STDERR_FILENO) >= 0) setenv("LUNA_JOURNAL", "1", 1);
  }
  execvp(argv[2], argv + 2);
  perror(argv[2]);
  return 127;
}
