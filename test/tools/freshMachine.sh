#!/usr/bin/env bash
# Tries the README's two commands as a new user would: on a Debian 12 that has git, Node and npm, and nothing else.
# Usage, as root on a Debian 12 with debootstrap: freshMachine.sh [ARGUMENT OF npm test]…
#
# The machine is a folder, made the root of namespaces of its own: mounts and processes end with its process 1, however
# this script ends. It shares the network of this machine, with the settings of apt and npm that lead to their servers.
# Its user gets a clone of the commit that this project stands on.
set -euo pipefail

release=bookworm
tools=$(dirname "$(realpath "$0")")

fail() {
  echo "freshMachine: $*" >&2
  exit 2
}

# Makes the machine, runs it to its end, and takes it away.
main() {
  [[ ${1-} != -- ]] || shift
  [[ $(id -u) = 0 ]] || fail 'Only root can make a machine.'
  for program in debootstrap unshare git node npm; do
    command -v "$program" >/dev/null || fail "$program is not installed."
  done
  folder=$(mktemp -d "${TMPDIR:-/var/tmp}/celesto-fresh.XXXXXX")
  trap remove EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  unshare --mount --mount-proc --pid --fork --kill-child "$0" --in-namespace "$folder/root" "$@" </dev/null &
  machine=$!
  wait "$machine" || code=$?
  machine=''
  exit "${code-0}"
}

remove() {
  # The kernel ends all processes of a namespace with its process 1, which unshare takes along.
  [[ -z ${machine-} ]] || kill -KILL "$machine"
  wait
  # Processes that are just ending may still write.
  rm -rf --one-file-system "$folder" 2>/dev/null || { sleep 2 && rm -rf --one-file-system "$folder"; }
}

# Process 1 of the machine: builds it, then becomes its user.
in_namespace() {
  root=$1
  shift
  user_script=$(<"$tools/freshUser.sh")
  echo 'Making a new Debian machine …'
  make_debian
  copy_apt_settings
  copy_network_settings
  copy_node
  copy_project
  mount_folders
  enter_root
  exec env -i HOME=/root "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    "${network_variables[@]}" bash -c "$user_script" freshUser "$@"
}

make_debian() {
  local mirror log=$root.log
  # shellcheck disable=SC2016 # apt-get fills these in.
  mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
    awk -v release="$release" '$1 == release && !found { found = 1; print $2 }')
  [[ -n $mirror ]] || fail "apt knows no mirror of Debian 12 ($release)."
  eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy)"
  [[ -z ${http_proxy-} ]] || export http_proxy
  [[ -z ${https_proxy-} ]] || export https_proxy
  debootstrap --variant=minbase --include=ca-certificates,git "$release" "$root" "$mirror" >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    fail 'debootstrap failed.'
  }
  # Installed servers would start, and listen on the network of this machine.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
}

# Sources, keys and what leads to them. Not the rest of apt.conf.d: its hooks run programs that are not there.
copy_apt_settings() {
  local name
  rm "$root/etc/apt/sources.list"
  for name in sources.list sources.list.d preferences preferences.d auth.conf auth.conf.d trusted.gpg trusted.gpg.d keyrings; do
    [[ ! -e /etc/apt/$name ]] || cp -RL "/etc/apt/$name" "$root/etc/apt/"
  done
  cp -RLn /usr/share/keyrings "$root/usr/share/"
  apt-config dump Acquire | grep -v '^Acquire::IndexTargets' >"$root/etc/apt/apt.conf.d/90network"
}

# Name servers, certificate authorities, and the variables that name proxies and certificates.
copy_network_settings() {
  local entry name value
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  copy_file /etc/ssl/certs/ca-certificates.crt
  network_variables=()
  while IFS= read -r -d '' entry; do
    name=${entry%%=*} value=${entry#*=}
    case ${name,,} in
      http_proxy | https_proxy | all_proxy | no_proxy) ;;
      npm_config_registry | npm_config_proxy | npm_config_https_proxy | npm_config_noproxy | npm_config_strict_ssl) ;;
      npm_config_cafile | node_extra_ca_certs | ssl_cert_file | git_ssl_cainfo) copy_file "$value" ;;
      *) continue ;;
    esac
    network_variables+=("$entry")
  done < <(env -0)
}

# Node and npm alone, where an archive from nodejs.org would be unpacked, and npm's settings.
copy_node() {
  local npm
  npm=$(npm root --global)/npm
  cp "$(node --print process.execPath)" "$root/usr/local/bin/node"
  mkdir -p "$root/usr/local/lib/node_modules" "$root/usr/local/etc"
  cp -RL "$npm" "$root/usr/local/lib/node_modules/"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
  copy_file "$(npm config get userconfig)" /root/.npmrc
  copy_file "$(npm config get globalconfig)" /usr/local/etc/npmrc
  copy_file "$(npm config get cafile)"
  chroot "$root" node --version >/dev/null || fail 'The Node of this machine needs libraries of its own; use one from nodejs.org.'
}

# copy_file FILE [WHERE]: does nothing where there is no such file.
copy_file() {
  local target=$root${2:-$1}
  [[ -f $1 ]] || return 0
  mkdir -p "$(dirname "$target")"
  cp -L "$1" "$target"
}

copy_project() {
  git clone --quiet --bare "$(git -C "$tools" rev-parse --show-toplevel)" "$root/project.git"
}

mount_folders() {
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$root/dev/pts"
  mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
}

# chroot alone would leave the root of the namespace where it was, and nsenter leads there.
enter_root() {
  cd "$root"
  pivot_root . .
  umount -l .
}

if [[ ${1-} = --in-namespace ]]; then
  shift
  in_namespace "$@"
else
  main "$@"
fi
