#!/bin/sh
# A real systemd user manager, alone: user_manager.sh FOLDER UID SYSTEMD
#
# Runs as root in mount, process and cgroup namespaces of its own, whose cgroup holds
# nothing else. The manager itself has no rights: its user namespace knows of one user,
# who has a number of his own and the files of whoever has called this.
set -eu
folder=$1 uid=$2 systemd=$3

umount -R /sys/fs/cgroup 2>/dev/null || true
mount -t cgroup2 none /sys/fs/cgroup
slice=/sys/fs/cgroup/user.slice/user-$uid.slice
mkdir -p "$slice/user@$uid.service/init.scope" "$slice/session-1.scope"

# What says that systemd runs here, and where users have their sockets.
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/systemd/system "/run/user/$uid"
chmod 700 "/run/user/$uid"

for name in passwd group; do
  cp "/etc/$name" "$folder/$name"
  mount --bind "$folder/$name" "/etc/$name"
done
echo "operator:x:$uid:$uid::$folder/home:/bin/sh" >>"$folder/passwd"
echo "operator:x:$uid:" >>"$folder/group"

echo $$ >"$slice/user@$uid.service/init.scope/cgroup.procs"
cd /
# The shell stays as the first process, which takes in orphans.
exec env -i PATH=/usr/local/bin:/usr/bin:/bin HOME="$folder/home" LANG=C.UTF-8 \
  USER=operator LOGNAME=operator SHELL=/bin/sh XDG_RUNTIME_DIR="/run/user/$uid" \
  unshare --user --map-user="$uid" --map-group="$uid" \
  sh -c '"$1" --user & wait $!' sh "$systemd"
