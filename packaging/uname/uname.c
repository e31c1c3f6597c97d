// Makes uname(2) answer with the kernel of an image (FAKE_KERN) to programs that lchroot starts in it:
// dracut, dkms and package scripts ask for the running kernel and mean the one that nodes will run.
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

int uname(struct utsname *name) {
  const char *release = getenv("FAKE_KERN");
  int status = (int)syscall(SYS_uname, name);
  if (status == 0 && release != NULL && *release != '\0') {
    strncpy(name->release, release, sizeof name->release - 1);
    name->release[sizeof name->release - 1] = '\0';
  }
  return status;
}
