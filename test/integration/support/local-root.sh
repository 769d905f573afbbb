#!/usr/bin/env bash
# Makes a root of its own for a boot script, within namespaces made by "unshare --user --map-root-user --mount": this
# machine's programs, a copy of its /etc, and everything else empty. Changes stay in it. Then waits for the end of its
# input, so that others can enter.
#
#   local-root.sh <empty folder> <folder of stand-ins> <folder with what is fetched> <node> <java home>
set -euo pipefail

root=$1
mount -t tmpfs -o mode=0755 tmpfs "$root"
mkdir "$root"/{.upper,.work,dev,etc,fetched,home,opt,proc,root,run,stand-ins,sys,tmp,usr,var} \
  "$root"/var/{lib,log,tmp} "$root/java"
chmod 1777 "$root/tmp" "$root/var/tmp"
mount -t overlay overlay -o "lowerdir=/usr,upperdir=$root/.upper,workdir=$root/.work" "$root/usr"
# What only the machine's own root may read is left out.
cp --recursive --no-dereference --preserve=mode,links /etc/. "$root/etc" 2>/dev/null || true
for name in bin sbin lib lib32 lib64; do
  if [[ -L /$name ]]; then
    cp --no-dereference "/$name" "$root/$name"
  elif [[ -d /$name ]]; then
    mkdir "$root/$name"
    mount --rbind "/$name" "$root/$name"
  fi
done
for name in dev proc sys; do mount --rbind "/$name" "$root/$name"; done
mount --bind "$2" "$root/stand-ins"
mount --bind "$3" "$root/fetched"
touch "$root/node"
mount --bind "$4" "$root/node"
mount --rbind "$5" "$root/java"
echo ready
cat >/dev/null
