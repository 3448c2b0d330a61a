#!/usr/bin/env bash
# sysroot.sh DIRECTORY: what the program needs to be compiled for arm64 on another machine, unpacked into DIRECTORY: libraries from the
# distribution's own arm64 packages, headers that are the same everywhere from this machine. Nothing is installed. Safe to run again.
# Exit status 3: this machine's package sources have no arm64.
set -euo pipefail
mkdir -p "$1"
root=$(cd "$1" && pwd)
libraries=(libyaml-cpp-dev libre2-dev zlib1g-dev libssl-dev libc-ares-dev libbpf-dev libelf-dev)
[ -f "$root/complete" ] && [ "$(cat "$root/complete")" = "${libraries[*]}" ] && exit 0

mkdir -p "$root"/apt/{state/lists/partial,cache/archives/partial,packages} "$root/usr/include" "$root/usr/share/pkgconfig"
: >"$root/apt/state/status"
apt=(apt-get -q -o Dir::State="$root/apt/state" -o Dir::State::status="$root/apt/state/status" -o Dir::Cache="$root/apt/cache"
     -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o Acquire::Languages=none)
"${apt[@]}" update >"$root/apt/log" 2>&1 || true
cd "$root/apt/packages"
if ! "${apt[@]}" download "${libraries[@]}" >>"$root/apt/log" 2>&1; then
    cat "$root/apt/log" >&2
    exit 3
fi
for package in *.deb; do dpkg -x "$package" "$root"; done

for header in fmt nlohmann CLI tl boost; do ln -sfn "/usr/include/$header" "$root/usr/include/$header"; done
for name in fmt nlohmann_json CLI11; do
    found=$(find /usr/lib /usr/share -name "$name.pc" -print -quit)
    [ -z "$found" ] || sed 's/^Libs:.*/Libs:/' "$found" >"$root/usr/share/pkgconfig/$name.pc"
done

cat >"$root/cross.ini" <<EOF
[binaries]
c = 'aarch64-linux-gnu-gcc'
cpp = 'aarch64-linux-gnu-g++'
ar = 'aarch64-linux-gnu-ar'
strip = 'aarch64-linux-gnu-strip'
pkgconfig = 'pkg-config'
[properties]
sys_root = '$root'
pkg_config_libdir = '$root/usr/lib/aarch64-linux-gnu/pkgconfig:$root/usr/share/pkgconfig'
[built-in options]
c_args = ['-isystem', '$root/usr/include']
cpp_args = ['-isystem', '$root/usr/include', '-isystem', '$root/usr/include/aarch64-linux-gnu']
c_link_args = ['-L$root/usr/lib/aarch64-linux-gnu']
cpp_link_args = ['-L$root/usr/lib/aarch64-linux-gnu']
[host_machine]
system = 'linux'
cpu_family = 'aarch64'
cpu = 'aarch64'
endian = 'little'
EOF
echo "${libraries[*]}" >"$root/complete"
